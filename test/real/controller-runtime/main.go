// An operator on controller-runtime whose only use is its metrics: record-metrics.ts reads them, as the truth for our own.
package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// What becomes of a ConfigMap is in its name, so that each result of a reconciliation is counted once at least.
func reconcileByName(_ context.Context, request reconcile.Request) (reconcile.Result, error) {
	switch {
	case strings.HasPrefix(request.Name, "fails"):
		return reconcile.Result{}, errors.New("as asked for")
	case strings.HasPrefix(request.Name, "later"):
		return reconcile.Result{RequeueAfter: time.Second}, nil
	}
	return reconcile.Result{}, nil
}

// Arguments: the address of the metrics. KUBECONFIG names the cluster.
func main() {
	ctrl.SetLogger(zap.New(zap.WriteTo(os.Stderr)))
	manager, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{
		Metrics:                 metricsserver.Options{BindAddress: os.Args[1]},
		LeaderElection:          true,
		LeaderElectionID:        "recorded",
		LeaderElectionNamespace: "default",
	})
	exitOn(err)
	exitOn(ctrl.NewControllerManagedBy(manager).For(&corev1.ConfigMap{}).Complete(reconcile.Func(reconcileByName)))
	exitOn(manager.Start(ctrl.SetupSignalHandler()))
}

func exitOn(err error) {
	if err != nil {
		panic(err)
	}
}
