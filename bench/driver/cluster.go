package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/yaml"
)

const (
	namespace = "bench"
	flowsPath = "/apis/bench.example.io/v1/namespaces/" + namespace + "/flows"
	crdsPath  = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
)

// The API server, asked with plain JSON: the driver shares the machine with what it measures, and shall need little of it.
type cluster struct {
	rest *rest.RESTClient
}

func connect() (*cluster, error) {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		return nil, err
	}
	config.QPS = -1
	config.NegotiatedSerializer = scheme.Codecs.WithoutConversion()
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	unversioned, err := rest.UnversionedRESTClientForConfigAndClient(config, client)
	if err != nil {
		return nil, err
	}
	return &cluster{unversioned}, nil
}

// Installs the kind from a manifest, and waits until it is served. It may be there already.
func (c *cluster) install(ctx context.Context, file string) error {
	manifest, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	body, err := yaml.YAMLToJSON(manifest)
	if err != nil {
		return err
	}
	if err := c.create(ctx, crdsPath, body); err != nil {
		return err
	}
	if err := c.create(ctx, "/api/v1/namespaces", object("v1", "Namespace", namespace, nil)); err != nil {
		return err
	}
	for begin := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		_, err := c.rest.Get().AbsPath(flowsPath).Param("limit", "1").DoRaw(ctx)
		if err == nil || time.Since(begin) > 30*time.Second {
			return err
		}
	}
}

// Creates Flows of these numbers, 16 at a time.
func (c *cluster) createFlows(ctx context.Context, first, last int) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(16)
	for i := first; i <= last; i++ {
		group.Go(func() error { return c.createFlow(ctx, i) })
	}
	return group.Wait()
}

func (c *cluster) createFlow(ctx context.Context, i int) error {
	spec := map[string]string{"message": "hello"}
	return c.create(ctx, flowsPath, object("bench.example.io/v1", "Flow", flowName(i), spec))
}

func flowName(i int) string { return fmt.Sprintf("flow-%06d", i) }

func (c *cluster) create(ctx context.Context, path string, body []byte) error {
	result := c.rest.Post().AbsPath(path).SetHeader("Content-Type", "application/json").Body(body).Do(ctx)
	status := 0
	if result.StatusCode(&status); status == http.StatusConflict {
		return nil
	}
	return result.Error()
}

func object(apiVersion, kind, name string, spec any) []byte {
	body, _ := json.Marshal(struct {
		APIVersion string            `json:"apiVersion"`
		Kind       string            `json:"kind"`
		Metadata   map[string]string `json:"metadata"`
		Spec       any               `json:"spec,omitempty"`
	}{apiVersion, kind, map[string]string{"name": name}, spec})
	return body
}

// What the driver reads of a Flow.
type seenFlow struct {
	Metadata struct{ Name, ResourceVersion string }
	Status   struct{ Phase string }
}

// Tells every write to a Flow from now on. The channel is closed when the watch has ended and cannot go on. On a busy machine watches have
// been seen to end early, why was not looked into (a server may end that of a reader who does not keep up): then it goes on where it was.
func (c *cluster) watchFlows(ctx context.Context) (<-chan seenFlow, error) {
	raw, err := c.rest.Get().AbsPath(flowsPath).Param("limit", "1").DoRaw(ctx)
	if err != nil {
		return nil, err
	}
	var list seenFlow
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	version := list.Metadata.ResourceVersion
	stream, err := c.streamFlows(ctx, version)
	if err != nil {
		return nil, err
	}
	seen := make(chan seenFlow, 1024)
	go func() {
		defer close(seen)
		for {
			var expired bool
			if version, expired = tell(seen, stream, version); expired {
				return
			}
			time.Sleep(50 * time.Millisecond)
			if stream, err = c.streamFlows(ctx, version); err != nil {
				return
			}
		}
	}()
	return seen, nil
}

func (c *cluster) streamFlows(ctx context.Context, version string) (io.ReadCloser, error) {
	return c.rest.Get().AbsPath(flowsPath).
		Param("watch", "true").Param("timeoutSeconds", "7200").Param("resourceVersion", version).Stream(ctx)
}

// Tells what a stream brings until that ends. Returns the version of the last Flow, and whether the server has forgotten it.
func tell(seen chan<- seenFlow, stream io.ReadCloser, version string) (string, bool) {
	defer func() { _ = stream.Close() }()
	for frames := json.NewDecoder(stream); ; {
		var frame struct {
			Type   string
			Object seenFlow
		}
		if err := frames.Decode(&frame); err != nil {
			return version, false
		}
		if frame.Type == "ERROR" {
			return version, true
		}
		version = frame.Object.Metadata.ResourceVersion
		seen <- frame.Object
	}
}

// ConfigMaps that have a Flow as their one owner.
func (c *cluster) countOutputs(ctx context.Context) (int, error) {
	owned := 0
	for next := ""; ; {
		raw, err := c.rest.Get().AbsPath("/api/v1/namespaces/"+namespace+"/configmaps").
			Param("limit", "10000").Param("continue", next).DoRaw(ctx)
		if err != nil {
			return 0, err
		}
		var page struct {
			Metadata struct{ Continue string }
			Items    []struct {
				Metadata struct{ OwnerReferences []struct{ Kind string } }
			}
		}
		if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&page); err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		for _, item := range page.Items {
			if owners := item.Metadata.OwnerReferences; len(owners) == 1 && owners[0].Kind == "Flow" {
				owned++
			}
		}
		if next = page.Metadata.Continue; next == "" {
			return owned, nil
		}
	}
}
