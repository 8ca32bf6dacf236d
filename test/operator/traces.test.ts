import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import type { OperatorDefinition, RunningOperator } from 'autopilot-runtime';
import { createLogger } from '../../runtime/observe/logger.ts';
import { configMap, configMaps, final, phase, routes, sum, Testbed } from './testbed.ts';

const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' };

/** A resource's life with a worker, an output, a patch and a failure; prints what was loaded and called for traces. */
const LIFE_WITHOUT_SDK = `
  import { createRequire } from 'node:module';
  import { Tracing } from '../../runtime/observe/tracing.ts';
  import { configMap, configMaps, final, phase, routes, Testbed } from './testbed.ts';
  const calls = [];
  for (const name of ['span', 'exchange']) {
    const { [name]: method } = Tracing.prototype;
    Tracing.prototype[name] = function (...parameters) {
      calls.push(name);
      return method.apply(this, parameters);
    };
  }
  const testbed = await Testbed.open();
  await testbed.cluster.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'theirs', namespace: 'default' } });
  let failed = false;
  await testbed.run(routes({
    Work: phase(() => {
      if (!failed) {
        failed = true;
        throw new Error('for once');
      }
      return { phase: 'Done', outputs: { configMaps: [configMap('out')] }, patches: { configMaps: [{ metadata: { name: 'theirs' }, data: { k: 'v' } }] } };
    }, { initial: true, patches: { configMaps: { type: configMaps } } }),
    Done: final,
  }));
  await testbed.route('a');
  await testbed.untilReady('a', 'Done');
  await testbed.close();
  const packages = Object.keys(createRequire(import.meta.url).cache).filter((file) => file.includes('@opentelemetry'));
  console.log(JSON.stringify({ packages, calls }));
`;

/** A span as a tree is drawn: its name, and its parent's. */
type Edge = `${string} < ${string}`;

describe('Traces', () => {
  let testbed: Testbed;
  let exporter: InMemorySpanExporter;
  let lines: Record<string, unknown>[];
  let sent: { readonly path: string; readonly traceparent: string | undefined }[];

  before(() => {
    exporter = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    trace.setGlobalTracerProvider(provider);
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  });
  after(() => {
    for (const api of [trace, context, propagation]) api.disable();
  });
  beforeEach(async () => {
    testbed = await Testbed.open();
    [lines, sent] = [[], []];
  });
  afterEach(async () => {
    await testbed.close();
    exporter.reset();
  });

  /** Runs the operator until one Route is as wanted and nothing is to be done. */
  const run = async (operator: OperatorDefinition): Promise<RunningOperator> => {
    const transport = testbed.transport();
    const logger = createLogger({
      name: 'n',
      version: 'v',
      level: 'Info',
      write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>),
    });
    return testbed.runWith(operator, {
      logger,
      transport: {
        close: () => transport.close(),
        send: (request) => {
          sent.push({ path: request.path, traceparent: request.headers['traceparent'] });
          return transport.send(request);
        },
      },
    });
  };
  /** All, but for syncs in which nothing is done, since a list has to be waited for. */
  const spans = (name?: string): readonly ReadableSpan[] => {
    const all = exporter.getFinishedSpans();
    const parents = new Set(all.map((span) => span.parentSpanContext?.spanId));
    return all.filter(
      (span) =>
        (name === undefined || span.name === name) &&
        (span.parentSpanContext || parents.has(span.spanContext().spanId)),
    );
  };
  const only = (name: string): ReadableSpan => {
    const [span, ...more] = spans(name);
    assert.ok(span && more.length === 0, `${more.length + (span ? 1 : 0)} spans ${name}`);
    return span;
  };
  const edges = (): readonly Edge[] =>
    spans().map((span): Edge => {
      const parent = spans().find((each) => each.spanContext().spanId === span.parentSpanContext?.spanId);
      return `${span.name} < ${parent?.name ?? '-'}`;
    });

  const working = routes({
    Work: phase(
      async ({ route, logger }) => {
        await trace.getTracer('user').startActiveSpan('of the user', async (span) => {
          logger.info('working');
          await Promise.resolve();
          span.end();
        });
        return { phase: 'Done', outputs: { configMaps: [configMap(route.metadata.name)] } };
      },
      { initial: true },
    ),
    Done: final,
  });

  it('are a tree: a sync, in it the worker, each output and each request', async () => {
    const operator = await run(working);
    await testbed.route('a');
    await testbed.untilReady('a', 'Done');
    await testbed.untilIdle(operator);
    assert.deepEqual(
      edges().toSorted(),
      [
        'sync Route < -',
        'worker Work < sync Route',
        'of the user < worker Work',
        'output ConfigMap < sync Route',
        'POST configmaps < output ConfigMap',
        'PATCH routes.example.io/status < sync Route',
        // Watches make no traces.
      ].toSorted(),
    );
    const sync = only('sync Route');
    assert.equal(sync.attributes['autopilot.resource.name'], 'a');
    assert.equal(sync.attributes['k8s.namespace.name'], 'default');
    assert.equal(sync.attributes['autopilot.phase'], 'Work');
    assert.equal(only('output ConfigMap').attributes['autopilot.output.action'], 'created');
    assert.equal(new Set(spans().map((span) => span.spanContext().traceId)).size, 1);
  });

  it('tell requests by the conventions for HTTP clients, and let the server go on with them', async () => {
    const operator = await run(working);
    await testbed.route('a');
    await testbed.untilReady('a', 'Done');
    await testbed.untilIdle(operator);
    const post = only('POST configmaps');
    const { host, hostname, port } = new URL(String(post.attributes['url.full']));
    assert.equal(post.kind, SpanKind.CLIENT);
    assert.deepEqual(post.attributes, {
      'http.request.method': 'POST',
      'url.full': `https://${host}/api/v1/namespaces/default/configmaps`,
      'server.address': hostname,
      'server.port': Number(port),
      'http.response.status_code': 201,
    });
    const { traceId, spanId } = post.spanContext();
    const request = sent.find(({ path }) => path.startsWith('/api/v1/namespaces/default/configmaps?'));
    assert.equal(request?.traceparent, `00-${traceId}-${spanId}-01`);
    assert.ok(sent.filter(({ path }) => path.includes('watch=')).every(({ traceparent }) => traceparent === undefined));
  });

  it('have the sync id of the log lines, the worker’s and the runtime’s', async () => {
    const operator = await run(working);
    await testbed.route('a');
    await testbed.untilReady('a', 'Done');
    await testbed.untilIdle(operator);
    const id = only('sync Route').attributes['autopilot.sync.id'];
    assert.match(String(id), /^[0-9a-f]{8}-[0-9a-z]+$/);
    for (const message of ['working', 'Work → Done']) {
      const line = lines.find(({ msg }) => msg === message) ?? assert.fail(message);
      assert.deepEqual([line['resource'], line['phase'], line['sync']], ['default/a', 'Work', id], message);
    }
    await testbed.route('b');
    await testbed.untilReady('b', 'Done');
    await testbed.untilIdle(operator);
    assert.equal(new Set(spans('sync Route').map((span) => span.attributes['autopilot.sync.id'])).size, 2);
  });

  it('record what went wrong where it did, and in the sync', async () => {
    const operator = await run(
      routes({
        Work: phase(() => Promise.reject(new TypeError('the worker is wrong')), { initial: true, interval: '1h' }),
      }),
    );
    await testbed.route('a');
    await testbed.untilMetrics(operator, (text) => sum(text, 'autopilot_phase_syncs_total', 'failed') > 0);
    await operator.stop();
    for (const name of ['worker Work', 'sync Route']) {
      const [span] = spans(name);
      assert.equal(span?.status.code, SpanStatusCode.ERROR, name);
      assert.equal(span?.status.message, 'the worker is wrong');
      assert.equal(span?.attributes['error.type'], 'TypeError');
      assert.equal(span?.events[0]?.attributes?.['exception.message'], 'the worker is wrong');
    }
    assert.equal(spans('sync Route')[0]?.attributes['autopilot.sync.outcome'], 'backoff');
  });

  it('record what the server refused, and call no run that was given up a failure', async () => {
    await testbed.cluster.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', namespace: 'default' },
    });
    const operator = await run(working);
    await testbed.route('a');
    await testbed.untilMetrics(operator, (text) => sum(text, 'autopilot_phase_syncs_total', 'failed') > 0);
    const [post] = spans('POST configmaps');
    assert.equal(post?.attributes['error.type'], '409');
    assert.equal(post?.attributes['http.response.status_code'], 409);
    const [output] = spans('output ConfigMap');
    assert.equal(output?.attributes['error.type'], 'ERR_AP_OUTPUT_REFUSED');
    await operator.stop();

    exporter.reset();
    let started = (): void => undefined;
    const begun = new Promise<void>((resolve) => (started = resolve));
    const waiting = await run(
      routes({
        Work: phase(
          ({ signal }) => {
            started();
            return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
          },
          { initial: true },
        ),
      }),
    );
    await begun;
    await waiting.stop();
    assert.deepEqual(
      ['worker Work', 'sync Route'].map((name) => only(name).status.code),
      [SpanStatusCode.UNSET, SpanStatusCode.UNSET],
    );
  });

  it('tell of each object that is patched, and of what is given up', async () => {
    for (const name of ['theirs', 'held'])
      await testbed.cluster.create({ ...CONFIG_MAP, metadata: { name, namespace: 'default' }, data: { taken: 'x' } });
    const operator = await run(
      routes({
        Work: phase(
          ({ route }) => ({
            phase: 'Work',
            patches: { configMaps: [{ metadata: { name: 'theirs' }, data: { [String(route.spec['field'])]: 'y' } }] },
          }),
          { initial: true, inputs: {}, outputs: {}, patches: { configMaps: { type: configMaps } } },
        ),
      }),
    );
    await testbed.route('a', { field: 'ours' });
    await testbed.untilReady('a', 'Work');
    await testbed.untilIdle(operator);
    assert.deepEqual(
      edges().toSorted(),
      [
        'sync Route < -',
        'worker Work < sync Route',
        'PATCH routes.example.io < sync Route',
        'patch ConfigMap < sync Route',
        'PATCH configmaps < patch ConfigMap',
        'PATCH routes.example.io/status < sync Route',
      ].toSorted(),
    );
    const { attributes } = only('patch ConfigMap');
    assert.deepEqual(
      ['action', 'name', 'resource'].map((of) =>
        of === 'action' ? attributes['autopilot.patch.action'] : attributes[`autopilot.object.${of}`],
      ),
      ['applied', 'theirs', 'configmaps'],
    );
    exporter.reset();

    await testbed.setSpec('a', { field: 'taken' });
    await testbed.untilRoute(
      'a',
      ({ status }) => status?.conditions?.some(({ reason }) => reason === 'PatchRefused') ?? false,
    );
    const [refused] = spans('patch ConfigMap');
    assert.equal(refused?.attributes['autopilot.patch.action'], 'refused');
    assert.equal(spans('PATCH configmaps')[0]?.attributes['error.type'], '409');

    await testbed.cluster.delete({ apiVersion: 'example.io/v1', kind: 'Route', name: 'a' });
    await testbed.untilGone({ apiVersion: 'example.io/v1', kind: 'Route', name: 'a' });
    await testbed.untilIdle(operator);
    assert.equal(spans('patch ConfigMap').at(-1)?.attributes['autopilot.patch.action'], 'given_up');
    assert.ok(edges().includes('PATCH configmaps < patch ConfigMap'));
  });

  it('cost nothing where no SDK is registered: nothing is loaded for them, and nothing made', () => {
    const args = ['--conditions=autopilot-source', '--input-type=module', '--eval', LIFE_WITHOUT_SDK];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: import.meta.dirname, encoding: 'utf8' });
    assert.equal(stdout, '{"packages":[],"calls":[]}\n', stderr);
  });

  it('are none where no SDK is registered as the operator starts', async () => {
    for (const api of [trace, context, propagation]) api.disable();
    const operator = await run(working);
    await testbed.route('a');
    await testbed.untilReady('a', 'Done');
    await testbed.untilIdle(operator);
    assert.deepEqual(edges(), []);
    assert.ok(sent.length > 3 && sent.every(({ traceparent }) => traceparent === undefined));
  });
});
