import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { AutopilotError, QueryError, start, type PhaseDefinition } from 'autopilot-runtime';
import { ManualClock } from '../../runtime/testing/manual-clock.ts';
import { condition, final, routes, sum, Testbed, type Route } from './testbed.ts';

/** What a worker is given that reads metrics. */
interface Context {
  readonly route: Route;
  readonly inputs: { readonly metrics: { getRate(...args: readonly unknown[]): Promise<number | undefined> } };
  readonly signal: AbortSignal;
}

const metrics = {
  queries: {
    getRate: { template: 'sum(rate(requests{app=~"{{ .App }}"}[{{ .Interval }}]))', parameters: ['App', 'Interval'] },
  },
};

function reading(worker: (context: Context) => unknown, more: Partial<PhaseDefinition> = {}): PhaseDefinition {
  return { initial: true, inputs: { metrics }, worker, ...more };
}

/** Reports the rate of its route. */
const reporting = reading(async ({ route, inputs }) => ({
  phase: 'Only',
  status: { rate: (await inputs.metrics.getRate(route.metadata.name, '1m')) ?? 'no data' },
}));

/** A metrics server that answers every query with the next of these; what was asked is in `queries`. */
class MetricsServer {
  readonly queries: string[] = [];
  readonly #server: Server;

  private constructor(answers: readonly (object | 'nothing')[]) {
    this.#server = createServer();
    this.#server.on('request', (request, response) => void this.#answer(request, response, answers));
  }

  async #answer(request: IncomingMessage, response: ServerResponse, answers: readonly (object | 'nothing')[]) {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    this.queries.push(new URLSearchParams(body).get('query') ?? '');
    const answer = answers[Math.min(this.queries.length, answers.length) - 1];
    if (answer !== 'nothing') response.end(JSON.stringify(answer));
  }

  static async open(...answers: readonly (object | 'nothing')[]): Promise<MetricsServer> {
    const server = new MetricsServer(answers);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get address(): string {
    const address = this.#server.address();
    return typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : assert.fail('not listening');
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const vector = (...values: readonly string[]) => ({
  status: 'success',
  data: { resultType: 'vector', result: values.map((value) => ({ metric: {}, value: [1, value] })) },
});

describe('a worker that reads metrics', () => {
  let testbed: Testbed;
  let server: MetricsServer | undefined;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(async () => {
    await testbed.close();
    await server?.close();
    server = undefined;
  });

  it('asks the metrics server, its arguments escaped, and is told no data from a number', async () => {
    server = await MetricsServer.open(vector('99.5'), vector());
    const operator = await testbed.run(routes({ Only: reporting }), { metricsServer: server.address });
    await testbed.route('web.v1');
    assert.equal((await testbed.untilReady('web.v1', 'Only')).status?.['rate'], 99.5);
    assert.deepEqual(server.queries, [String.raw`sum(rate(requests{app=~"web\\.v1"}[1m]))`]);
    await testbed.route('api');
    assert.equal((await testbed.untilReady('api', 'Only')).status?.['rate'], 'no data');
    const text = await operator.metrics();
    assert.equal(sum(text, 'autopilot_queries_total', 'query="getRate",result="value"'), 1);
    assert.equal(sum(text, 'autopilot_queries_total', 'query="getRate",result="empty"'), 1);
    assert.equal(sum(text, 'autopilot_query_duration_seconds_count'), 2);
  });

  it('fails with the query and its server where the query fails, and is run again', async () => {
    server = await MetricsServer.open(
      { status: 'error', errorType: 'execution', error: 'too many samples' },
      vector('1'),
    );
    const operator = await testbed.run(routes({ Only: reporting }), { metricsServer: server.address });
    await testbed.route('a');
    const failed = await testbed.untilRoute('a', ({ status }) => status?.conditions !== undefined);
    assert.equal(condition(failed, 'Ready').reason, 'WorkerFailed');
    assert.match(
      condition(failed, 'Ready').message,
      /^getRate: the metrics server http:\/\/127\.0\.0\.1:\d+ answered 200 execution: too many samples/,
    );
    assert.equal((await testbed.untilReady('a', 'Only')).status?.['rate'], 1);
    assert.equal(sum(await operator.metrics(), 'autopilot_queries_total', 'ERR_AP_QUERY_FAILED'), 1);
  });

  it('can catch that there is no server', async () => {
    const catching = reading(async ({ inputs }) => {
      const rate = await inputs.metrics.getRate('a', '1m').catch((error: unknown) => error);
      assert.ok(rate instanceof QueryError);
      return { phase: 'Only', status: { code: rate.code, query: rate.query, message: rate.message } };
    });
    server = await MetricsServer.open();
    const { address } = server;
    await server.close();
    await testbed.run(routes({ Only: catching }), { metricsServer: address });
    await testbed.route('a');
    const { status } = await testbed.untilReady('a', 'Only');
    assert.deepEqual([status?.['code'], status?.['query']], ['ERR_AP_QUERY_UNREACHABLE', 'getRate']);
    assert.match(String(status?.['message']), /cannot be reached: .*Set METRICS_SERVER/);
  });

  it('is not given what its query has no room for, and nothing is sent', async () => {
    server = await MetricsServer.open(vector('1'));
    const problems: string[] = [];
    const careless = reading(async ({ inputs }) => {
      for (const args of [['a'], ['a', '1m]) or vector(1'], [undefined, '1m']])
        await inputs.metrics
          .getRate(...args)
          .catch((error: unknown) =>
            problems.push(error instanceof QueryError ? `${error.code} ${error.message}` : 'other'),
          );
      return { phase: 'Done' };
    });
    await testbed.run(routes({ Only: careless, Done: final }), { metricsServer: server.address });
    await testbed.route('a');
    await testbed.untilReady('a', 'Done');
    assert.match(
      problems[0] ?? '',
      /^ERR_AP_QUERY_ARGUMENT getRate: it takes 2 arguments \(App, Interval\), and was given 1/,
    );
    assert.match(problems[1] ?? '', /the argument Interval is "1m\]\) or vector\(1", and has to be a duration/);
    assert.match(problems[2] ?? '', /the argument App is undefined, and has to be a string/);
    assert.deepEqual(server.queries, []);
  });

  it('is stopped in the middle of a query at its deadline, and can ask nothing later', async () => {
    server = await MetricsServer.open('nothing');
    const codes: unknown[] = [];
    let asked: Promise<unknown> = Promise.resolve();
    const slow = reading(
      async ({ inputs }) => {
        const codeOf = (error: unknown): unknown => codes.push(error instanceof AutopilotError ? error.code : error);
        asked = inputs.metrics
          .getRate('a', '1m')
          .catch(codeOf)
          .then(() => inputs.metrics.getRate('a', '1m').catch(codeOf));
        await asked;
        return { phase: 'Only' };
      },
      { timeout: '200ms' },
    );
    await testbed.run(routes({ Only: slow }), { metricsServer: server.address });
    await testbed.route('a');
    const failed = await testbed.untilRoute('a', ({ status }) => status?.conditions !== undefined);
    assert.match(condition(failed, 'Ready').message, /did not settle within 0\.2 s/);
    await asked;
    assert.deepEqual(codes.slice(0, 2), ['ERR_AP_STOPPED', 'ERR_AP_STOPPED']);
  });

  it('is run again every 5 s, and by nothing else', async () => {
    const clock = new ManualClock();
    let runs = 0;
    const counting = reading(async ({ inputs }) => {
      runs += 1;
      return { phase: 'Only', status: { rate: await inputs.metrics.getRate('a', '1m'), runs } };
    });
    const operator = await testbed.runWith(routes({ Only: counting }), { clock, fakeMetrics: { getRate: () => 7 } });
    await testbed.route('a');
    await testbed.untilReady('a', 'Only');
    await testbed.untilIdle(operator);
    assert.equal(runs, 1);
    clock.advance(4_999);
    await testbed.untilIdle(operator);
    assert.equal(runs, 1);
    clock.advance(1);
    assert.equal((await testbed.untilRoute('a', ({ status }) => status?.['runs'] === 2)).status?.['rate'], 7);
  });

  it('is answered by a test’s own functions, which get the arguments', async () => {
    const getRate = (app: string, interval: string) => (app === 'none' ? undefined : app.length + interval.length);
    await testbed.run(routes({ Only: reporting }), { metrics: { getRate } });
    await testbed.route('none');
    await testbed.route('four');
    assert.equal((await testbed.untilReady('none', 'Only')).status?.['rate'], 'no data');
    assert.equal((await testbed.untilReady('four', 'Only')).status?.['rate'], 6);
  });

  it('is told which answer its test does not give', async () => {
    await testbed.run(routes({ Only: reporting }), { metrics: {} });
    await testbed.route('a');
    const failed = await testbed.untilRoute('a', ({ status }) => status?.conditions !== undefined);
    assert.match(condition(failed, 'Ready').message, /^getRate: this test gives it no answer/);
  });

  it('does not start where nobody knows a server, and nothing else needs one', async () => {
    const options = { kubeconfig: testbed.cluster.kubeconfig, config: { meshProvider: 'Custom' } };
    await assert.rejects(start(routes({ Only: reporting }), options), {
      code: 'ERR_AP_METRICS_SERVER',
      message: /meshProvider: Custom.*Set METRICS_SERVER/,
    });
    await testbed.run(routes({ Only: { initial: true, final: true } }), options);
  });

  it('goes on in the dev loop where nobody knows a server', async () => {
    const operator = { Only: reporting, Other: { ...reporting, initial: false } };
    await testbed.runWith(routes(operator), { withoutMetrics: true, config: { meshProvider: 'Custom' } });
    await testbed.route('a');
    const failed = await testbed.untilRoute('a', ({ status }) => status?.conditions !== undefined);
    assert.match(condition(failed, 'Ready').message, /nobody knows where they are\. Set METRICS_SERVER/);
  });
});
