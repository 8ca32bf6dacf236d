package main

import (
	"bytes"
	"context"
	"strconv"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Requests about Flows, ConfigMaps and Events that the server has answered, as it counts them itself: "verb resource code".
type requests map[string]int

// Nil where the server does not count: the embedded one.
func (c *cluster) metrics(ctx context.Context) (map[string]*dto.MetricFamily, error) {
	raw, err := c.rest.Get().AbsPath("/metrics").DoRaw(ctx)
	if err != nil {
		return nil, nil //nolint:nilerr // It has no such page.
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	return parser.TextToMetricFamilies(bytes.NewReader(raw))
}

// What kube-apiserver has used so far, in seconds of CPU; 0 where it does not count.
func (c *cluster) serverCPU(ctx context.Context) (float64, error) {
	families, err := c.metrics(ctx)
	if err != nil {
		return 0, err
	}
	for _, metric := range families["process_cpu_seconds_total"].GetMetric() {
		return metric.GetCounter().GetValue(), nil
	}
	return 0, nil
}

// Nil where the server does not count.
func (c *cluster) requests(ctx context.Context) (requests, error) {
	families, err := c.metrics(ctx)
	if families == nil {
		return nil, err
	}
	counted := requests{}
	for _, metric := range families["apiserver_request_total"].GetMetric() {
		label := labels(metric)
		resource := label["resource"]
		if resource != "flows" && resource != "configmaps" && resource != "events" {
			continue
		}
		if label["subresource"] != "" {
			resource += "/" + label["subresource"]
		}
		counted[label["verb"]+" "+resource+" "+label["code"]] += int(metric.GetCounter().GetValue())
	}
	return counted, nil
}

func labels(metric *dto.Metric) map[string]string {
	found := map[string]string{}
	for _, pair := range metric.GetLabel() {
		found[pair.GetName()] = pair.GetValue()
	}
	return found
}

func (r requests) since(before requests) requests {
	if r == nil {
		return nil
	}
	more := requests{}
	for name, count := range r {
		if count > before[name] {
			more[name] = count - before[name]
		}
	}
	return more
}

// Of the counted ones: writes (refused ones too), reads of single objects, conflicts, and other failures.
func (r requests) sum() (writes, gets, conflicts, failures int) {
	for name, count := range r {
		words := bytes.Fields([]byte(name))
		code, _ := strconv.Atoi(string(words[2]))
		switch string(words[0]) {
		case "POST", "PUT", "PATCH", "APPLY", "DELETE":
			writes += count
		case "GET":
			gets += count
		}
		if code == 409 {
			conflicts += count
		} else if code >= 400 {
			failures += count
		}
	}
	return
}
