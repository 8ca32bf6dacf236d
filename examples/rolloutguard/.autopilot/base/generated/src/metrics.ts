// Generated from autopilot.yaml: change that file and run `ap generate`, instead of editing this one.
import type { QueryDefinition } from 'autopilot-runtime';
/**
 * Metrics of the mesh, as workers ask for them: each call asks the metrics server once. The
 * answer is a number as PromQL has it, infinity included, or undefined where there is no data:
 * no series, or no traffic in the interval.
 *
 * A call rejects with QueryError where the server cannot be reached or refuses, where it does
 * not answer within 10 s, and where the answer is not one number. Arguments are escaped for
 * their places; one for which there is no room is refused (ERR_AP_QUERY_ARGUMENT).
 */
export interface Metrics {
  /**
   * Query istio-success-rate.
   *
   * Percent, 0 to 100, of the requests to a workload that were not answered with 5xx. `interval`
   * is a duration such as `1m30s`.
   */
  getIstioSuccessRate(
    namespace: string,
    name: string,
    interval: string,
  ): Promise<number | undefined>;
  /**
   * Query istio-request_duration.
   *
   * In seconds, how long requests to a workload take: the 99th percentile. `interval` is a
   * duration such as `1m30s`.
   */
  getIstioRequestDuration(
    namespace: string,
    name: string,
    interval: string,
  ): Promise<number | undefined>;
  /**
   * Query envoy-success-rate.
   *
   * Percent, 0 to 100, of the requests that the Envoys in the pods of a Deployment sent on and
   * that were not answered with 5xx. `interval` is a duration such as `1m30s`.
   */
  getEnvoySuccessRate(
    namespace: string,
    name: string,
    interval: string,
  ): Promise<number | undefined>;
  /**
   * Query envoy-request-duration.
   *
   * In milliseconds, how long the requests take that the Envoys in the pods of a Deployment sent
   * on: the 99th percentile. `interval` is a duration such as `1m30s`.
   */
  getEnvoyRequestDuration(
    namespace: string,
    name: string,
    interval: string,
  ): Promise<number | undefined>;
}

/**
 * The queries in PromQL; `{{ .Name }}` stands for an argument of the method of the same name.
 */
export const queries = {
  getIstioSuccessRate: {
    template:
      '(sum(rate(istio_requests_total{destination_workload_namespace="{{ .Namespace }}", destination_workload=~"{{ .Name }}", response_code!~"5.*"}[{{ .Interval }}])) or vector(0)) / sum(rate(istio_requests_total{destination_workload_namespace="{{ .Namespace }}", destination_workload=~"{{ .Name }}"}[{{ .Interval }}])) * 100',
    parameters: ['Namespace', 'Name', 'Interval'],
  },
  getIstioRequestDuration: {
    template:
      'histogram_quantile(0.99, sum(rate(istio_request_duration_milliseconds_bucket{destination_workload_namespace="{{ .Namespace }}", destination_workload=~"{{ .Name }}"}[{{ .Interval }}])) by (le)) / 1000 >= 0 or histogram_quantile(0.99, sum(rate(istio_request_duration_seconds_bucket{destination_workload_namespace="{{ .Namespace }}", destination_workload=~"{{ .Name }}"}[{{ .Interval }}])) by (le))',
    parameters: ['Namespace', 'Name', 'Interval'],
  },
  getEnvoySuccessRate: {
    template:
      '(sum(rate(envoy_cluster_upstream_rq{kubernetes_namespace="{{ .Namespace }}", kubernetes_pod_name=~"{{ .Name }}-[0-9a-zA-Z]+-[0-9a-zA-Z]+", envoy_response_code!~"5.*"}[{{ .Interval }}])) or vector(0)) / sum(rate(envoy_cluster_upstream_rq{kubernetes_namespace="{{ .Namespace }}", kubernetes_pod_name=~"{{ .Name }}-[0-9a-zA-Z]+-[0-9a-zA-Z]+"}[{{ .Interval }}])) * 100',
    parameters: ['Namespace', 'Name', 'Interval'],
  },
  getEnvoyRequestDuration: {
    template:
      'histogram_quantile(0.99, sum(rate(envoy_cluster_upstream_rq_time_bucket{kubernetes_namespace="{{ .Namespace }}", kubernetes_pod_name=~"{{ .Name }}-[0-9a-zA-Z]+-[0-9a-zA-Z]+"}[{{ .Interval }}])) by (le))',
    parameters: ['Namespace', 'Name', 'Interval'],
  },
} as const satisfies Record<string, QueryDefinition>;
