// Command clientgo does with client-go what operators written in Go do, and prints what came of it, a line for each step. It is
// given a kubeconfig; run against two servers, it has to print the same.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"
	"sync"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	appsapply "k8s.io/client-go/applyconfigurations/apps/v1"
	coreapply "k8s.io/client-go/applyconfigurations/core/v1"
	metaapply "k8s.io/client-go/applyconfigurations/meta/v1"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/scale"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"k8s.io/client-go/tools/record"
	"k8s.io/client-go/util/retry"
)

const namespace = "clientgo"

var gadgets = schema.GroupVersionResource{Group: "dev.example.com", Version: "v1", Resource: "gadgets"}

// clients are those of one configuration: JSON, or protobuf with JSON for what has none.
type clients struct {
	config    *rest.Config
	typed     kubernetes.Interface
	dynamic   dynamic.Interface
	metadata  metadata.Interface
	discovery discovery.CachedDiscoveryInterface
	mapper    meta.RESTMapper
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	config, err := clientcmd.BuildConfigFromFlags("", os.Args[1])
	must(err)
	config.QPS = -1
	for _, contentType := range []string{"application/json", "application/vnd.kubernetes.protobuf"} {
		its := rest.CopyConfig(config)
		its.ContentType = contentType
		its.AcceptContentTypes = contentType
		if contentType != "application/json" {
			its.AcceptContentTypes += ",application/json"
		}
		say("---", contentType)
		c := newClients(its)
		c.inNamespace(ctx, func() {
			c.discover()
			c.informs(ctx)
			c.applies(ctx)
			c.writes(ctx)
			c.watches(ctx)
			c.uses(ctx)
			c.leads(ctx)
			c.records(ctx)
		})
	}
}

func newClients(config *rest.Config) *clients {
	typed, err := kubernetes.NewForConfig(config)
	must(err)
	untyped, err := dynamic.NewForConfig(config)
	must(err)
	partial, err := metadata.NewForConfig(config)
	must(err)
	cached := memory.NewMemCacheClient(typed.Discovery())
	return &clients{config, typed, untyped, partial, cached, restmapper.NewDeferredDiscoveryRESTMapper(cached)}
}

func (c *clients) inNamespace(ctx context.Context, do func()) {
	spaces := c.typed.CoreV1().Namespaces()
	_, err := spaces.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}, metav1.CreateOptions{})
	must(err)
	do()
	must(spaces.Delete(ctx, namespace, metav1.DeleteOptions{}))
	until(func() bool {
		_, err := spaces.Get(ctx, namespace, metav1.GetOptions{})
		return apierrors.IsNotFound(err)
	})
	say("namespace gone")
}

// discover finds kinds as kubectl and controller-runtime do.
func (c *clients) discover() {
	groups, resources, err := c.discovery.ServerGroupsAndResources()
	must(err)
	say("groups and resources", len(groups) > 15, len(resources) > 15)
	mapping, err := c.mapper.RESTMapping(schema.GroupKind{Group: "dev.example.com", Kind: "Gadget"})
	must(err)
	say("gadgets", mapping.Resource, mapping.Scope.Name())
	_, err = c.mapper.RESTMapping(schema.GroupKind{Group: "dev.example.com", Kind: "Nothing"})
	say("unknown", meta.IsNoMatchError(err))
	version, err := c.discovery.ServerVersion()
	must(err)
	say("version", version.Major, version.Minor)
	document, err := c.discovery.OpenAPISchema()
	must(err)
	say("openapi v2", document.Swagger, len(document.Definitions.AdditionalProperties) > 500)
	paths, err := c.discovery.OpenAPIV3().Paths()
	must(err)
	text, err := paths["apis/dev.example.com/v1"].Schema("application/json")
	must(err)
	say("openapi v3", strings.Contains(string(text), "com.example.dev.v1.Gadget"))
}

// informs keeps shared informers, typed and dynamic, through creations, changes and deletions.
func (c *clients) informs(ctx context.Context) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	selected := informers.WithTweakListOptions(func(options *metav1.ListOptions) { options.LabelSelector = "of=informer" })
	factory := informers.NewSharedInformerFactoryWithOptions(c.typed, 0, informers.WithNamespace(namespace), selected)
	informer := factory.Core().V1().ConfigMaps()
	seen := newLog()
	_, err := informer.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { seen.add("add " + object.(*corev1.ConfigMap).Data["v"]) },
		UpdateFunc: func(_, object any) { seen.add("update " + object.(*corev1.ConfigMap).Data["v"]) },
		DeleteFunc: func(object any) { seen.add("delete " + object.(*corev1.ConfigMap).Data["v"]) },
	})
	must(err)
	maps := c.typed.CoreV1().ConfigMaps(namespace)
	made := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "a", Labels: map[string]string{"of": "informer"}}, Data: map[string]string{"v": "1"}}
	made, err = maps.Create(ctx, made, metav1.CreateOptions{})
	must(err)
	factory.Start(ctx.Done())
	for kind, ok := range factory.WaitForCacheSync(ctx.Done()) {
		say("synced", kind, ok)
	}
	seen.wait(1)
	made.Data["v"] = "2"
	_, err = maps.Update(ctx, made, metav1.UpdateOptions{})
	must(err)
	seen.wait(2)
	must(maps.Delete(ctx, "a", metav1.DeleteOptions{}))
	seen.wait(3)
	listed, err := informer.Lister().ConfigMaps(namespace).List(labels.Everything())
	must(err)
	say("informer", seen.all(), len(listed))

	untyped := dynamicinformer.NewFilteredDynamicSharedInformerFactory(c.dynamic, 0, namespace, nil)
	gadget := untyped.ForResource(gadgets)
	untyped.Start(ctx.Done())
	untyped.WaitForCacheSync(ctx.Done())
	_, err = c.dynamic.Resource(gadgets).Namespace(namespace).Create(ctx, newGadget("informed", 3), metav1.CreateOptions{})
	must(err)
	until(func() bool {
		_, err := gadget.Lister().ByNamespace(namespace).Get("informed")
		return err == nil
	})
	say("dynamic informer")
}

// applies writes with typed apply configurations, and meets another manager.
func (c *clients) applies(ctx context.Context) {
	deployments := c.typed.AppsV1().Deployments(namespace)
	mine := metav1.ApplyOptions{FieldManager: "mine"}
	wanted := func(replicas int32, image string) *appsapply.DeploymentApplyConfiguration {
		container := coreapply.Container().WithName("main").WithImage(image)
		template := coreapply.PodTemplateSpec().WithLabels(map[string]string{"a": "b"}).WithSpec(coreapply.PodSpec().WithContainers(container))
		selector := metaapply.LabelSelector().WithMatchLabels(map[string]string{"a": "b"})
		spec := appsapply.DeploymentSpec().WithReplicas(replicas).WithSelector(selector).WithTemplate(template)
		return appsapply.Deployment("applied", namespace).WithSpec(spec)
	}
	applied, err := deployments.Apply(ctx, wanted(1, "x:1"), mine)
	must(err)
	say("applied", applied.Generation, *applied.Spec.Replicas, managers(applied))
	_, err = deployments.Apply(ctx, wanted(2, "x:1"), metav1.ApplyOptions{FieldManager: "other"})
	say("conflict", apierrors.IsConflict(err), err)
	applied, err = deployments.Apply(ctx, wanted(2, "x:1"), metav1.ApplyOptions{FieldManager: "other", Force: true})
	must(err)
	say("forced", applied.Generation, *applied.Spec.Replicas, managers(applied))
	extracted, err := appsapply.ExtractDeployment(applied, "mine")
	must(err)
	say("extracted", extracted.Spec.Replicas == nil, *extracted.Spec.Template.Spec.Containers[0].Image)
	status := appsapply.Deployment("applied", namespace).WithStatus(appsapply.DeploymentStatus().WithObservedGeneration(7))
	applied, err = deployments.ApplyStatus(ctx, status, mine)
	must(err)
	say("status", applied.Status.ObservedGeneration)
	gadget, err := c.dynamic.Resource(gadgets).Namespace(namespace).Apply(ctx, "applied", newGadget("applied", 4), mine)
	must(err)
	say("gadget", gadget.Object["spec"])
}

// writes creates, updates after conflicts, patches in each way, and is refused.
func (c *clients) writes(ctx context.Context) {
	maps := c.typed.CoreV1().ConfigMaps(namespace)
	_, err := maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{GenerateName: "made-"}}, metav1.CreateOptions{DryRun: []string{"All"}})
	must(err)
	stale, err := maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "m"}}, metav1.CreateOptions{})
	must(err)
	_, err = maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "m"}}, metav1.CreateOptions{})
	say("exists", apierrors.IsAlreadyExists(err), err)
	for _, patch := range []struct {
		of   types.PatchType
		text string
	}{
		{types.StrategicMergePatchType, `{"data":{"a":"1"}}`},
		{types.MergePatchType, `{"data":{"b":"2"}}`},
		{types.JSONPatchType, `[{"op":"add","path":"/data/c","value":"3"}]`},
	} {
		patched, err := maps.Patch(ctx, "m", patch.of, []byte(patch.text), metav1.PatchOptions{})
		must(err)
		say("patched", patch.of, patched.Data)
	}
	_, err = maps.Update(ctx, stale, metav1.UpdateOptions{})
	say("stale", apierrors.IsConflict(err), err)
	must(retry.RetryOnConflict(retry.DefaultRetry, func() error {
		fresh, err := maps.Get(ctx, "m", metav1.GetOptions{})
		if err != nil {
			return err
		}
		fresh.BinaryData = map[string][]byte{"bytes": {0, 1, 2}}
		_, err = maps.Update(ctx, fresh, metav1.UpdateOptions{})
		return err
	}))
	_, err = maps.Get(ctx, "nothing", metav1.GetOptions{})
	say("missing", apierrors.IsNotFound(err), err)
	bad := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: "Bad"}}
	_, err = c.typed.AppsV1().Deployments(namespace).Create(ctx, bad, metav1.CreateOptions{})
	say("invalid", apierrors.IsInvalid(err), causes(err))
	_, err = c.dynamic.Resource(gadgets).Namespace(namespace).Create(ctx, newGadget("bad", 77), metav1.CreateOptions{})
	say("bad gadget", apierrors.IsInvalid(err), err)
	partial, err := c.metadata.Resource(gadgets).Namespace(namespace).Get(ctx, "applied", metav1.GetOptions{})
	must(err)
	say("metadata", partial.Name, partial.Kind)
	first, err := maps.List(ctx, metav1.ListOptions{Limit: 1})
	must(err)
	rest, err := maps.List(ctx, metav1.ListOptions{Continue: first.Continue, FieldSelector: fields.OneTermEqualSelector("metadata.name", "m").String()})
	must(err)
	say("pages", len(first.Items), len(rest.Items))
	one := int64(0)
	must(maps.DeleteCollection(ctx, metav1.DeleteOptions{GracePeriodSeconds: &one}, metav1.ListOptions{FieldSelector: "metadata.name=m"}))
}

// watches reads events by hand, with bookmarks and a streamed list.
func (c *clients) watches(ctx context.Context) {
	maps := c.typed.CoreV1().ConfigMaps(namespace)
	yes := true
	_, err := maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "w", Labels: map[string]string{"w": ""}}}, metav1.CreateOptions{})
	must(err)
	stream, err := maps.Watch(ctx, metav1.ListOptions{
		LabelSelector: "w", SendInitialEvents: &yes, AllowWatchBookmarks: true, ResourceVersionMatch: metav1.ResourceVersionMatchNotOlderThan,
	})
	must(err)
	must(maps.Delete(ctx, "w", metav1.DeleteOptions{}))
	var told []string
	for event := range stream.ResultChan() {
		text := string(event.Type)
		if object, ok := event.Object.(*corev1.ConfigMap); ok && event.Type == watch.Bookmark {
			text += " " + object.Annotations[metav1.InitialEventsAnnotationKey]
		}
		told = append(told, text)
		if event.Type == watch.Deleted {
			break
		}
	}
	stream.Stop()
	say("watch", told)
	_, err = maps.Watch(ctx, metav1.ListOptions{ResourceVersion: "nonsense"})
	say("bad watch", err != nil)
}

// uses the scale client, which finds where the size of a kind is by discovery.
func (c *clients) uses(ctx context.Context) {
	kinds := scale.NewDiscoveryScaleKindResolver(c.discovery)
	scales, err := scale.NewForConfig(c.config, c.mapper, dynamic.LegacyAPIPathResolverFunc, kinds)
	must(err)
	for _, resource := range []schema.GroupResource{{Group: "apps", Resource: "deployments"}, gadgets.GroupResource()} {
		patch := []byte(`{"spec":{"replicas":5}}`)
		gvr, err := c.mapper.ResourceFor(resource.WithVersion(""))
		must(err)
		scaled, err := scales.Scales(namespace).Patch(ctx, gvr, "applied", types.MergePatchType, patch, metav1.PatchOptions{})
		must(err)
		say("scaled", resource, scaled.Spec.Replicas)
	}
}

// leads takes a lease, and gives it to another.
func (c *clients) leads(ctx context.Context) {
	led := newLog()
	run := func(ctx context.Context, name string) {
		lock, err := resourcelock.New(resourcelock.LeasesResourceLock, namespace, "leader", c.typed.CoreV1(), c.typed.CoordinationV1(), resourcelock.ResourceLockConfig{Identity: name})
		must(err)
		leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{
			Lock: lock, ReleaseOnCancel: true, LeaseDuration: 5 * time.Second, RenewDeadline: 3 * time.Second, RetryPeriod: 200 * time.Millisecond,
			Callbacks: leaderelection.LeaderCallbacks{
				OnStartedLeading: func(context.Context) { led.add(name + " leads") },
				OnStoppedLeading: func() {},
			},
		})
	}
	var running sync.WaitGroup
	first, stopFirst := context.WithCancel(ctx)
	running.Go(func() { run(first, "one") })
	led.wait(1)
	second, stopSecond := context.WithCancel(ctx)
	running.Go(func() { run(second, "two") })
	stopFirst()
	led.wait(2)
	stopSecond()
	running.Wait()
	lease, err := c.typed.CoordinationV1().Leases(namespace).Get(ctx, "leader", metav1.GetOptions{})
	must(err)
	say("lease", led.all(), *lease.Spec.HolderIdentity, *lease.Spec.LeaseTransitions)
}

// records events, the same one twice.
func (c *clients) records(ctx context.Context) {
	broadcaster := record.NewBroadcaster()
	broadcaster.StartRecordingToSink(&typedSink{c, ctx})
	defer broadcaster.Shutdown()
	scheme := runtime.NewScheme()
	must(corev1.AddToScheme(scheme))
	recorder := broadcaster.NewRecorder(scheme, corev1.EventSource{Component: "clientgo"})
	object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "looked-at", Namespace: namespace, UID: "x"}}
	for range 2 {
		recorder.Event(object, corev1.EventTypeNormal, "Looked", "It was looked at")
	}
	var found []corev1.Event
	until(func() bool {
		list, err := c.typed.CoreV1().Events(namespace).List(ctx, metav1.ListOptions{FieldSelector: "involvedObject.name=looked-at"})
		must(err)
		found = list.Items
		return len(found) == 1 && found[0].Count == 2
	})
	say("events", found[0].Reason, found[0].Count)
}

// typedSink is what records events of the namespace.
type typedSink struct {
	clients *clients
	ctx     context.Context
}

func (s *typedSink) Create(event *corev1.Event) (*corev1.Event, error) {
	return s.clients.typed.CoreV1().Events(namespace).CreateWithEventNamespaceWithContext(s.ctx, event)
}

func (s *typedSink) Update(event *corev1.Event) (*corev1.Event, error) {
	return s.clients.typed.CoreV1().Events(namespace).UpdateWithEventNamespaceWithContext(s.ctx, event)
}

func (s *typedSink) Patch(event *corev1.Event, data []byte) (*corev1.Event, error) {
	return s.clients.typed.CoreV1().Events(namespace).PatchWithEventNamespaceWithContext(s.ctx, event, data)
}

func newGadget(name string, size int64) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": gadgets.GroupVersion().String(), "kind": "Gadget",
		"metadata": map[string]any{"name": name},
		"spec":     map[string]any{"size": size},
	}}
}

func managers(object metav1.Object) []string {
	var found []string
	for _, entry := range object.GetManagedFields() {
		var fields map[string]any
		must(json.Unmarshal(entry.FieldsV1.GetRawBytes(), &fields))
		found = append(found, fmt.Sprint(entry.Manager, " ", entry.Operation, " ", len(fields)))
	}
	sort.Strings(found)
	return found
}

func causes(err error) []string {
	var found []string
	if status, ok := err.(apierrors.APIStatus); ok && status.Status().Details != nil {
		for _, cause := range status.Status().Details.Causes {
			found = append(found, cause.Field)
		}
	}
	sort.Strings(found)
	return found
}

// log keeps what callbacks tell.
type log struct {
	mutex sync.Mutex
	lines []string
}

func newLog() *log { return &log{} }

func (l *log) add(line string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.lines = append(l.lines, line)
}

func (l *log) all() []string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return append([]string{}, l.lines...)
}

func (l *log) wait(count int) { until(func() bool { return len(l.all()) >= count }) }

func until(done func() bool) {
	for start := time.Now(); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Since(start) > 30*time.Second {
			must(fmt.Errorf("waited in vain"))
		}
	}
}

func say(words ...any) { fmt.Println(words...) }

func must(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%T: %v\n", err, err)
		panic(err)
	}
}
