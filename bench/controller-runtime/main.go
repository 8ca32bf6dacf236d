// The benchmark's peer on controller-runtime: the job of ../flow-operator, in the form that the kubebuilder book teaches. It has a
// cache of Flows and of the ConfigMaps that they own, writes with CreateOrUpdate, and records each phase with an update of the status.
package main

import (
	"context"
	"flag"
	"log"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgo "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

// What a phase makes, and which phase comes after it. A phase that is not here is final.
type step struct{ output, next string }

var steps = map[string]step{
	"":       {"first", "Second"},
	"First":  {"first", "Second"},
	"Second": {"second", "Third"},
	"Third":  {"third", "Done"},
}

type flows struct {
	client.Client
	// Whether conditions are written too, the same ones that ../flow-operator writes.
	conditions bool
}

func (f *flows) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	flow := &Flow{}
	if err := f.Get(ctx, request.NamespacedName, flow); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	step, works := steps[flow.Status.Phase]
	if !works {
		return ctrl.Result{}, nil
	}
	output := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: flow.Name + "-" + step.output, Namespace: flow.Namespace}}
	_, err := controllerutil.CreateOrUpdate(ctx, f.Client, output, func() error {
		output.Data = map[string]string{"message": flow.Spec.Message}
		return controllerutil.SetControllerReference(flow, output, f.Scheme())
	})
	if err != nil {
		return ctrl.Result{}, err
	}
	flow.Status.Phase, flow.Status.ObservedGeneration = step.next, flow.Generation
	if f.conditions {
		tell(flow)
	}
	return ctrl.Result{}, f.Status().Update(ctx, flow)
}

// tell sets the condition Ready, and Reconciling while it is True.
func tell(flow *Flow) {
	condition := metav1.Condition{Type: "Ready", ObservedGeneration: flow.Generation}
	if _, works := steps[flow.Status.Phase]; works {
		condition.Status, condition.Reason = metav1.ConditionFalse, "Progressing"
		condition.Message = "Phase " + flow.Status.Phase + " is under way."
		reconciling := condition
		reconciling.Type, reconciling.Status = "Reconciling", metav1.ConditionTrue
		meta.SetStatusCondition(&flow.Status.Conditions, reconciling)
	} else {
		condition.Status, condition.Reason = metav1.ConditionTrue, "Final"
		condition.Message = "Phase " + flow.Status.Phase + " is at rest."
		meta.RemoveStatusCondition(&flow.Status.Conditions, "Reconciling")
	}
	meta.SetStatusCondition(&flow.Status.Conditions, condition)
}

func run() error {
	concurrency := flag.Int("concurrency", 1, "resources that are reconciled at once; 1 is the library's default")
	conditions := flag.Bool("conditions", false, "write conditions too")
	flag.Parse()
	ctrl.SetLogger(zap.New())

	scheme := runtime.NewScheme()
	if err := clientgo.AddToScheme(scheme); err != nil {
		return err
	}
	addFlows(scheme)

	config, err := ctrl.GetConfig()
	if err != nil {
		return err
	}
	// Without the client's own limit of requests a second, which would decide all else.
	config.QPS = -1
	manager, err := ctrl.NewManager(config, ctrl.Options{Scheme: scheme, Metrics: server.Options{BindAddress: "0"}})
	if err != nil {
		return err
	}
	err = ctrl.NewControllerManagedBy(manager).
		For(&Flow{}).
		Owns(&corev1.ConfigMap{}).
		WithOptions(controller.Options{MaxConcurrentReconciles: *concurrency}).
		Complete(&flows{manager.GetClient(), *conditions})
	if err != nil {
		return err
	}
	return manager.Start(ctrl.SetupSignalHandler())
}

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}
