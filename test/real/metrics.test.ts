import assert from 'node:assert/strict';
import { QueryError } from 'autopilot-runtime';
import { BUILTIN_QUERIES } from '../../project/catalogue/queries.ts';
import { systemClock } from '../../runtime/clock.ts';
import { Queries } from '../../runtime/queries/client.ts';
import { findServer, type FoundServer } from '../../runtime/queries/connect.ts';
import { prepareQuery } from '../../runtime/queries/prepare.ts';
import { routes, Testbed } from '../operator/testbed.ts';
import { findPrometheus } from './prometheus/program.ts';
import { Exporter, Prometheus } from './prometheus/prometheus.ts';

/** Names that would end a string, or match more than themselves, if they were put into a query as they are. */
const HOSTILE = ['a"b', 'a\\b', "it's", 'a\nb', 'web.v1', '"} or vector(1) #', '(', '`'];

const label = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
const labels = (all: Readonly<Record<string, string>>): string =>
  `{${Object.entries(all)
    .map(([name, value]) => `${name}="${label(value)}"`)
    .join(',')}}`;

/** Counters that grow evenly: so much more with each scrape. */
function counters(scrape: number): string {
  const lines: string[] = [];
  const count = (name: string, of: Readonly<Record<string, string>>, each: number): void =>
    void lines.push(`${name}${labels(of)} ${each * scrape}`);
  const istio = (name: string, code: string, each: number): void =>
    count(
      'istio_requests_total',
      { destination_workload_namespace: 'shop', destination_workload: name, response_code: code },
      each,
    );
  istio('web', '200', 6);
  istio('web', '404', 3);
  istio('web', '503', 1);
  istio('web-canary', '503', 100);
  istio('down', '500', 5);
  istio('idle', '200', 0);
  istio('webXv1', '503', 5);
  for (const name of HOSTILE) istio(name, '200', 1);

  const histogram = (
    name: string,
    of: Readonly<Record<string, string>>,
    buckets: Readonly<Record<string, number>>,
  ): void => {
    for (const [le, each] of Object.entries(buckets)) count(`${name}_bucket`, { ...of, le }, each);
  };
  const to = (destination_workload: string) => ({ destination_workload_namespace: 'shop', destination_workload });
  // 99 of 100 take at most 500 ms, so the 99th percentile is at the end of that bucket.
  const milliseconds = { '250': 50, '500': 99, '1000': 100, '+Inf': 100 };
  const seconds = { '1': 50, '2': 99, '4': 100, '+Inf': 100 };
  const none = { '250': 0, '500': 0, '+Inf': 0 };
  histogram('istio_request_duration_milliseconds', to('web'), milliseconds);
  histogram('istio_request_duration_seconds', to('old'), seconds);
  // In the middle of an upgrade: both names, and traffic under one.
  histogram('istio_request_duration_milliseconds', to('both'), none);
  histogram('istio_request_duration_seconds', to('both'), seconds);
  histogram('istio_request_duration_milliseconds', to('newer'), milliseconds);
  histogram('istio_request_duration_seconds', to('newer'), seconds);

  const pod = (name: string) => ({ kubernetes_namespace: 'shop', kubernetes_pod_name: name });
  for (const name of ['web-5f6d8-abcde', 'web-5f6d8-fghij']) {
    count('envoy_cluster_upstream_rq', { ...pod(name), envoy_response_code: '200' }, 3);
    count('envoy_cluster_upstream_rq', { ...pod(name), envoy_response_code: '500' }, 1);
    histogram('envoy_cluster_upstream_rq_time', pod(name), milliseconds);
  }
  count('envoy_cluster_upstream_rq', { ...pod('web-canary-5f6d8-abcde'), envoy_response_code: '500' }, 50);
  return `${lines.join('\n')}\n`;
}

const OWN = {
  getRequests: {
    template: 'sum(istio_requests_total{destination_workload="{{ .Name }}"}) > bool 0',
    parameters: ['Name'],
  },
  getMatching: { template: 'count(istio_requests_total{destination_workload=~`{{ .Name }}`})', parameters: ['Name'] },
  getQuantile: {
    template:
      'histogram_quantile({{ .Quantile }}, sum(rate({{ .Metric }}_bucket{destination_workload="web"}[1m])) by (le))',
    parameters: ['Quantile', 'Metric'],
  },
  getSeries: { template: 'up or istio_requests_total', parameters: [] },
  getMatrix: { template: 'up[{{ .Interval }}]', parameters: ['Interval'] },
  getFault: { template: 'sum(', parameters: [] },
  getSlowly: {
    template: `count_over_time(sum(istio_requests_total{destination_workload!="{{ .Name }}"})[10d:1ms])`,
    parameters: ['Name'],
  },
  getScalar: { template: 'scalar(up) + {{ .More }}', parameters: ['More'] },
} as const;

describe('Queries on a real Prometheus', () => {
  let exporter: Exporter;
  let prometheus: Prometheus | undefined;
  let server: FoundServer;
  let ask: (method: string, ...args: readonly unknown[]) => Promise<number | undefined>;

  before(async function () {
    this.timeout(600_000);
    const program = findPrometheus((line) => console.log(line));
    if (program === undefined) this.skip();
    exporter = new Exporter(counters);
    prometheus = await Prometheus.start(program, await exporter.listen());
    const env = { METRICS_SERVER: prometheus.address };
    server = findServer({ meshProvider: 'Custom', controlPlaneNs: '' }, env, {
      clock: systemClock,
      mayBeMissing: false,
    });
    const definitions = [...BUILTIN_QUERIES.map((query) => [query.method, query] as const), ...Object.entries(OWN)];
    const queries = new Map(definitions.map(([method, query]) => [method, prepareQuery(method, query, assert.fail)]));
    const options = { server: server.server, fakes: undefined, clock: systemClock, observe: () => undefined };
    const client = new Queries(options).client(queries, new AbortController(), () => undefined);
    ask = async (method, ...args) => client[method]?.(...args) ?? undefined;
    // A rate needs two scrapes.
    await prometheus.until(
      'there is a rate',
      async () => (await ask('getIstioSuccessRate', 'shop', 'web', '1m')) !== undefined,
    );
  });

  after(async () => {
    await server?.close();
    await prometheus?.stop();
    await exporter?.close();
  });

  const isNear = (found: number | undefined, wanted: number): void =>
    assert.ok(found !== undefined && Math.abs(found - wanted) < 1e-6, `${found}, not ${wanted}`);

  it('tell the percent of requests without a 5xx', async () => {
    isNear(await ask('getIstioSuccessRate', 'shop', 'web', '1m'), 90);
    isNear(await ask('getEnvoySuccessRate', 'shop', 'web', '1m'), 75);
  });

  it('tell that all failed from that there was no traffic, and from no such workload', async () => {
    assert.equal(await ask('getIstioSuccessRate', 'shop', 'down', '1m'), 0);
    assert.equal(await ask('getIstioSuccessRate', 'shop', 'idle', '1m'), undefined);
    assert.equal(await ask('getIstioSuccessRate', 'shop', 'none', '1m'), undefined);
    assert.equal(await ask('getIstioSuccessRate', 'else', 'web', '1m'), undefined);
    assert.equal(await ask('getEnvoySuccessRate', 'shop', 'none', '1m'), undefined);
  });

  it('tell the 99th percentile: Istio’s in seconds by either name, Envoy’s in milliseconds', async () => {
    isNear(await ask('getIstioRequestDuration', 'shop', 'web', '1m'), 0.5);
    isNear(await ask('getIstioRequestDuration', 'shop', 'old', '1m'), 2);
    isNear(await ask('getIstioRequestDuration', 'shop', 'both', '1m'), 2);
    isNear(await ask('getIstioRequestDuration', 'shop', 'newer', '1m'), 0.5);
    assert.equal(await ask('getIstioRequestDuration', 'shop', 'none', '1m'), undefined);
    isNear(await ask('getEnvoyRequestDuration', 'shop', 'web', '1m'), 500);
  });

  it('take every name for itself, whatever is in it', async () => {
    for (const name of HOSTILE) {
      assert.equal(await ask('getIstioSuccessRate', 'shop', name, '1m'), 100, name);
      assert.equal(await ask('getRequests', name), 1, name);
      assert.equal(await ask('getMatching', name), 1, name);
    }
    for (const none of [
      '.*',
      'web|down',
      'web"} or vector(5) #',
      '`} or vector(5) #',
      'x"} or on() vector(1) or up{a="',
    ]) {
      for (const method of ['getRequests', 'getMatching']) assert.equal(await ask(method, none), undefined, none);
      assert.equal(await ask('getIstioSuccessRate', 'shop', none, '1m'), undefined, none);
      assert.equal(await ask('getEnvoySuccessRate', none, none, '1m'), undefined, none);
    }
  });

  it('take numbers and names, and scalars for an answer', async () => {
    isNear(await ask('getQuantile', 0.5, 'istio_request_duration_milliseconds'), 250);
    isNear(await ask('getScalar', '41'), 42);
    for (const more of ['Inf', '+Inf', Infinity]) assert.equal(await ask('getScalar', more), Infinity);
    for (const more of ['-Inf', -Infinity]) assert.equal(await ask('getScalar', more), -Infinity);
  });

  const failures: Readonly<Record<string, readonly [readonly unknown[], string, RegExp]>> = {
    getFault: [[], 'ERR_AP_QUERY_FAILED', /answered 400 bad_data: .*parse error/],
    getSeries: [[], 'ERR_AP_QUERY_RESULT', /\d+ series/],
    getMatrix: [['1m'], 'ERR_AP_QUERY_RESULT', /a matrix/],
    getQuantile: [['0.5', '1) or (1'], 'ERR_AP_QUERY_ARGUMENT', /Metric/],
    getIstioSuccessRate: [['shop', 'web', '1m])) or vector(1'], 'ERR_AP_QUERY_ARGUMENT', /Interval/],
    getSlowly: [['none'], 'ERR_AP_QUERY_', /getSlowly/],
  };
  for (const [method, [args, code, message]] of Object.entries(failures)) {
    it(`fail where they cannot be answered: ${method}`, async () => {
      await assert.rejects(ask(method, ...args), (error: unknown) => {
        assert.ok(error instanceof QueryError);
        assert.ok(error.code.startsWith(code), error.message);
        assert.match(error.message, message);
        return true;
      });
    });
  }

  it('are answered to a worker', async () => {
    const testbed = await Testbed.open();
    try {
      const [query = assert.fail()] = BUILTIN_QUERIES;
      const metrics = { queries: { [query.method]: query } };
      const worker = async ({
        inputs,
      }: {
        inputs: { metrics: Record<string, (...args: string[]) => Promise<number>> };
      }) => ({
        phase: 'Only',
        status: { rate: await inputs.metrics[query.method]?.('shop', 'web', '1m') },
      });
      const operator = routes({ Only: { initial: true, inputs: { metrics }, worker } });
      await testbed.run(operator, { metricsServer: prometheus?.address ?? assert.fail() });
      await testbed.route('a');
      const { status } = await testbed.untilReady('a', 'Only');
      isNear(Number(status?.['rate']), 90);
    } finally {
      await testbed.close();
    }
  });
});
