import type { Query } from '../model.ts';

const ISTIO_WORKLOAD = 'destination_workload_namespace="{{ .Namespace }}", destination_workload=~"{{ .Name }}"';
/** Pods of a Deployment are called `<name>-<hash of the ReplicaSet>-<hash of the pod>`. */
const ENVOY_PODS =
  'kubernetes_namespace="{{ .Namespace }}", kubernetes_pod_name=~"{{ .Name }}-[0-9a-zA-Z]+-[0-9a-zA-Z]+"';

/**
 * The queries that every project has, as in 2019, each for a workload over an interval. `Name` is a regular expression for
 * workloads; the Envoy queries take a Deployment's name and match its pods.
 */
export const BUILTIN_QUERIES: readonly Query[] = [
  builtin('istio-success-rate', successRate('istio_requests_total', 'response_code', ISTIO_WORKLOAD)),
  builtin('istio-request_duration', percentile99('istio_request_duration_seconds_bucket', ISTIO_WORKLOAD)),
  builtin('envoy-success-rate', successRate('envoy_cluster_upstream_rq', 'envoy_response_code', ENVOY_PODS)),
  builtin('envoy-request-duration', percentile99('envoy_cluster_upstream_rq_time_bucket', ENVOY_PODS)),
];

/** `success-rate` → `getSuccessRate`: the method of the metrics client. */
export function queryMethod(name: string): string {
  const words = name.split(/[-_]/).filter((word) => word !== '');
  return `get${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}`;
}

function builtin(name: string, template: string): Query {
  return { name, method: queryMethod(name), template, parameters: ['Namespace', 'Name', 'Interval'] };
}

/** Percent of the requests that were not answered with 5xx. */
function successRate(metric: string, code: string, workload: string): string {
  const all = `sum(rate(${metric}{${workload}}[{{ .Interval }}]))`;
  const good = `sum(rate(${metric}{${workload}, ${code}!~"5.*"}[{{ .Interval }}]))`;
  return `${good} / ${all} * 100`;
}

function percentile99(bucket: string, workload: string): string {
  return `histogram_quantile(0.99, sum(rate(${bucket}{${workload}}[{{ .Interval }}])) by (le))`;
}
