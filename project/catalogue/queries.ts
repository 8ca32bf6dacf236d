import type { Query } from '../model.ts';

const ISTIO_WORKLOAD = 'destination_workload_namespace="{{ .Namespace }}", destination_workload=~"{{ .Name }}"';
/** Pods of a Deployment are called `<name>-<hash of the ReplicaSet>-<hash of the pod>`. */
const ENVOY_PODS =
  'kubernetes_namespace="{{ .Namespace }}", kubernetes_pod_name=~"{{ .Name }}-[0-9a-zA-Z]+-[0-9a-zA-Z]+"';

/**
 * The queries that every project has, as in 2019, each for a workload over an interval. `Name` is the workload's name and nothing more:
 * arguments are quoted where a regular expression is expected.
 */
export const BUILTIN_QUERIES: readonly Query[] = [
  builtin(
    'istio-success-rate',
    'Percent, 0 to 100, of the requests to a workload that were not answered with 5xx.',
    successRate('istio_requests_total', 'response_code', ISTIO_WORKLOAD),
  ),
  builtin(
    'istio-request_duration',
    'In seconds, how long requests to a workload take: the 99th percentile.',
    // Istio counts in milliseconds since 1.5, in seconds before. A histogram without traffic gives NaN, which no comparison keeps.
    `${percentile99('istio_request_duration_milliseconds_bucket', ISTIO_WORKLOAD)} / 1000 >= 0 or ` +
      percentile99('istio_request_duration_seconds_bucket', ISTIO_WORKLOAD),
  ),
  builtin(
    'envoy-success-rate',
    'Percent, 0 to 100, of the requests that the Envoys in the pods of a Deployment sent on and that were not answered with 5xx.',
    successRate('envoy_cluster_upstream_rq', 'envoy_response_code', ENVOY_PODS),
  ),
  builtin(
    'envoy-request-duration',
    'In milliseconds, how long the requests take that the Envoys in the pods of a Deployment sent on: the 99th percentile.',
    percentile99('envoy_cluster_upstream_rq_time_bucket', ENVOY_PODS),
  ),
];

/** `success-rate` → `getSuccessRate`: the method of the metrics client. */
export function queryMethod(name: string): string {
  const words = name.split(/[-_]/).filter((word) => word !== '');
  return `get${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}`;
}

function builtin(name: string, description: string, template: string): Query {
  return { name, method: queryMethod(name), description, template, parameters: ['Namespace', 'Name', 'Interval'] };
}

/** Where all requests failed there is no series of good ones, and that is no success at all rather than no data. */
function successRate(metric: string, code: string, workload: string): string {
  const all = `sum(rate(${metric}{${workload}}[{{ .Interval }}]))`;
  const good = `sum(rate(${metric}{${workload}, ${code}!~"5.*"}[{{ .Interval }}]))`;
  return `(${good} or vector(0)) / ${all} * 100`;
}

function percentile99(bucket: string, workload: string): string {
  return `histogram_quantile(0.99, sum(rate(${bucket}{${workload}}[{{ .Interval }}])) by (le))`;
}
