import assert from 'node:assert/strict';
import type { RequestPattern } from 'autopilot-devcluster';
import type { KubernetesObject } from 'autopilot-runtime';
import { type Transport, type TransportRequest, type TransportResponse } from '../../runtime/kube/transport.ts';
import { silentLogger } from '../../runtime/observe/logger.ts';
import { mirror } from './mirror.ts';
import { configMap, final, isObserved, OPERATOR, phase, routes, sum, Testbed, type TestWorker } from './testbed.ts';

const ROUTE = { apiVersion: 'example.io/v1', kind: 'Route', name: 'a', namespace: 'default' };
const OUT = { apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'default' };

type Meanwhile = (request: TransportRequest) => Promise<KubernetesObject | undefined>;

/** Hands on the answer of a write only after the watches have brought its event: the order that no client may rely on. */
class LateAnswers implements Transport {
  readonly #transport: Transport;
  readonly #meanwhile: Meanwhile;
  readonly #seen = new Set<string>();
  #waiting: (() => void)[] = [];

  /** `meanwhile`: what somebody does between a write and its answer, which waits for the event of that too. */
  constructor(transport: Transport, meanwhile: Meanwhile = () => Promise.resolve(undefined)) {
    this.#transport = transport;
    this.#meanwhile = meanwhile;
  }

  async send(request: TransportRequest): Promise<TransportResponse> {
    const response = await this.#transport.send(request);
    if (request.streamed)
      return { ...response, body: Object.assign(this.#watched(response.body), { text: () => response.body.text() }) };
    const text = await response.body.text();
    const version = /"resourceVersion":"(\d+)"/.exec(text)?.[1];
    if (request.method !== 'GET' && response.status < 300 && version !== undefined) {
      const last = (await this.#meanwhile(request))?.metadata.resourceVersion ?? version;
      while (!this.#seen.has(last)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return { ...response, body: Object.assign(chunksOf(text), { text: () => Promise.resolve(text) }) };
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  async *#watched(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of chunks) {
      yield chunk;
      // The consumer has taken what it was given when it asks for more.
      for (const [, version = ''] of Buffer.from(chunk)
        .toString()
        .matchAll(/"resourceVersion":"(\d+)"/g))
        this.#seen.add(version);
      for (const resolve of this.#waiting.splice(0)) resolve();
    }
  }
}

async function* chunksOf(text: string): AsyncGenerator<Uint8Array, void> {
  yield await Promise.resolve(Buffer.from(text));
}

describe('an operator', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  /** Does something while the operator's next request of that kind is on its way, before the server looks at it. */
  const meanwhile = (pattern: RequestPattern, act: () => Promise<unknown>): Promise<void> => {
    testbed.cluster.faults.delay(100, { userAgent: OPERATOR, ...pattern });
    return new Promise((resolve, reject) => {
      const stop = testbed.cluster.requests.subscribe(({ userAgent, verb, resource }) => {
        if (!userAgent.startsWith(OPERATOR) || verb !== pattern.verb || resource !== pattern.resource) return;
        stop();
        act().then(() => resolve(), reject);
      });
    });
  };

  it('is not woken by its own writes, though their events come before their answers', async () => {
    const operator = routes({
      One: phase(
        ({ route }) => ({
          phase: 'Two',
          outputs: { configMaps: [configMap(`${route.metadata.name}-out`, { n: '1', only: 'here' })] },
          status: { spec: route.spec },
        }),
        { initial: true, inputs: {} },
      ),
      Two: phase(
        ({ route }) => ({
          phase: 'Three',
          outputs: { configMaps: [configMap(`${route.metadata.name}-out`, { n: '2' })] },
        }),
        { inputs: {} },
      ),
      Three: phase(
        ({ route }) => ({
          phase: 'Done',
          outputs: { configMaps: [configMap(`${route.metadata.name}-out`, { n: '3', more: 'x' })] },
        }),
        {
          inputs: {},
        },
      ),
      Done: final,
    });
    const running = await testbed.runWith(operator, { transport: new LateAnswers(testbed.transport()) });
    await testbed.route('a');
    await testbed.untilReady('a', 'Done');
    await testbed.route('b');
    await testbed.untilReady('b', 'Done');
    await testbed.untilIdle(running);
    const metrics = await running.metrics();
    assert.equal(sum(metrics, 'autopilot_phase_syncs_total'), 6);
    assert.equal(sum(metrics, 'autopilot_output_drift_total'), 0);
  });

  it('sees that somebody took a field of its last write before the answer to that came', async () => {
    const taken = { data: { l: 'other' } };
    let takes = 0;
    const transport = new LateAnswers(testbed.transport(), async ({ path, body }) => {
      if (!path.includes('/configmaps/out') || !String(body).includes('"l":"w"') || takes > 0) return undefined;
      takes += 1;
      return testbed.cluster.patch(OUT, taken);
    });
    await testbed.runWith(mirror, { transport });
    await testbed.route('a', { outputs: { out: { k: 'v' } } });
    await testbed.untilReady('a', 'Only');
    await testbed.setSpec('a', { outputs: { out: { k: 'v', l: 'w' } } });
    await testbed.untilRoute('a', isObserved);
    await testbed.untilConfigMap('out', ({ data }) => data?.['l'] === 'w' && takes > 0);
  });

  it('does not make a resource again that is deleted while it gets its finalizer', async () => {
    const deleted = meanwhile({ verb: 'apply', resource: 'routes' }, () => testbed.cluster.delete(ROUTE));
    const operator = await testbed.run(
      routes({ Only: phase(() => ({ phase: 'Only' }), { initial: true }) }, { finalizer: { worker: () => undefined } }),
    );
    await testbed.route('a');
    await deleted;
    await testbed.cluster.requests.until({ userAgent: OPERATOR, verb: 'apply', resource: 'routes', code: 409 });
    await testbed.untilIdle(operator);
    assert.equal(await testbed.getRoute('a'), undefined);
  });

  /** Returns a ConfigMap of each name in `spec.names`. */
  const mirroring = routes({
    Only: phase(
      ({ route }) => ({
        phase: 'Only',
        outputs: {
          configMaps: (route.spec['names'] as string[]).map((name) => configMap(name, { n: String(route.spec['n']) })),
        },
      }),
      { initial: true, inputs: {} },
    ),
  });

  it('does not merge into an object that takes the place of its own', async () => {
    const operator = await testbed.run(
      routes({
        Only: phase(
          ({ route }) => ({
            phase: 'Only',
            outputs: { configMaps: [configMap('out', { n: String(route.spec['n']) })] },
          }),
          { initial: true },
        ),
      }),
    );
    await testbed.route('a', { n: 1 });
    await testbed.untilReady('a', 'Only');
    await testbed.setSpec('a', { n: 2 });
    await testbed.untilConfigMap('out', ({ data }) => data?.['n'] === '2');
    await testbed.untilReady('a', 'Only');
    const replaced = meanwhile({ verb: 'apply', resource: 'configmaps' }, async () => {
      await testbed.cluster.delete(OUT);
      await testbed.cluster.create({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'out', namespace: 'default' },
        data: { theirs: 'x' },
      });
    });
    await testbed.setSpec('a', { n: 3 });
    await replaced;
    await testbed.untilEvent(({ reason }) => reason === 'OutputRefused');
    await testbed.untilIdle(operator);
    assert.deepEqual((await testbed.getConfigMap('out'))?.data, { theirs: 'x' });
  });

  it('finds its entry of managed fields again where another one came in before it', async () => {
    const operator = await testbed.run(mirroring);
    await testbed.route('a', { n: 1, names: ['out'] });
    await testbed.untilReady('a', 'Only');
    const shifted = meanwhile({ verb: 'patch', resource: 'configmaps' }, () =>
      testbed.cluster.apply({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'out', namespace: 'default' },
        data: { theirs: 'x' },
      }),
    );
    testbed.cluster.requests.clear();
    await testbed.setSpec('a', { n: 2, names: ['out'] });
    await shifted;
    const out = await testbed.untilConfigMap('out', ({ data }) => data?.['n'] === '2');
    await testbed.untilReady('a', 'Only');
    await testbed.untilIdle(operator);
    assert.deepEqual(out.data, { n: '2', theirs: 'x' });
    assert.deepEqual(
      testbed.operatorRequests().map(({ verb, resource, code }) => `${verb} ${resource} ${code}`),
      [
        'patch configmaps 422',
        'get configmaps 200',
        'patch configmaps 200',
        'apply configmaps 200',
        'patch routes 200',
      ],
    );
  });

  for (const [what, replace] of [
    ['is gone already', false],
    ['was replaced', true],
  ] as const) {
    it(`prunes without failure what ${what} when its deletion arrives`, async () => {
      const operator = await testbed.run(mirroring);
      await testbed.route('a', { n: 1, names: ['out'] });
      await testbed.untilReady('a', 'Only');
      const { apiVersion, kind, name, namespace } = OUT;
      const pruned = meanwhile({ verb: 'delete', resource: 'configmaps' }, async () => {
        await testbed.cluster.delete(OUT);
        if (replace) await testbed.cluster.create({ apiVersion, kind, metadata: { name, namespace } });
      });
      await testbed.setSpec('a', { n: 2, names: [] });
      await pruned;
      await testbed.untilReady('a', 'Only');
      await testbed.untilIdle(operator);
      assert.equal(sum(await operator.metrics(), 'autopilot_phase_syncs_total', 'failed'), 0);
      assert.equal((await testbed.getConfigMap('out')) !== undefined, replace);
    });
  }

  it('looks again at a resource whose unknown phase was mended while it told of it', async () => {
    await testbed.route('a');
    const setStatus = (status: object) => testbed.cluster.patch(ROUTE, { status }, { subresource: 'status' });
    await setStatus({ phase: 'Vanished' });
    const mended = meanwhile({ verb: 'patch', resource: 'routes' }, () => {
      testbed.cluster.faults.holdEvents({ userAgent: OPERATOR, resource: 'routes' });
      return setStatus({ phase: 'Only', revision: 3 });
    });
    await testbed.run(
      routes({ First: phase(() => assert.fail()), Only: phase(() => ({ phase: 'Only' }), { initial: true }) }),
    );
    await mended;
    await testbed.untilReady('a', 'Only');
  });

  describe('whose resource goes while its worker runs, unseen by its watch', () => {
    /** Makes a Route, lets its worker run up to the middle, does something that no watch brings, and lets the worker end. */
    const interrupt = async (namespace: string, worker: TestWorker, act: () => Promise<unknown>): Promise<string> => {
      let go: () => void = () => undefined;
      const may = new Promise<void>((resolve) => (go = resolve));
      let started: () => void = () => undefined;
      const running = new Promise<void>((resolve) => (started = resolve));
      const errors: string[] = [];
      const logger = { ...silentLogger, error: (_fields: object | string, message = '') => void errors.push(message) };
      const held = phase(
        async (context) => {
          started();
          await may;
          return worker(context);
        },
        { initial: true },
      );
      const operator = await testbed.run(routes({ Only: held, Done: final }), {
        logger: { ...logger, child: () => logger },
      });
      await testbed.route('a', {}, namespace);
      await running;
      const events = testbed.cluster.faults.holdEvents({ userAgent: OPERATOR, resource: 'routes' });
      await act();
      go();
      await testbed.untilMetrics(operator, (metrics) => sum(metrics, 'autopilot_phase_syncs_total') === 1);
      events.release();
      await testbed.untilIdle(operator);
      assert.deepEqual(errors, []);
      assert.ok(!testbed.operatorWrites().includes('create events'));
      return operator.metrics();
    };

    it('takes that for no failure at its status', async () => {
      const metrics = await interrupt(
        'default',
        () => ({ phase: 'Done' }),
        () => testbed.cluster.delete(ROUTE),
      );
      assert.equal(sum(metrics, 'autopilot_phase_syncs_total', 'result="aborted"'), 1);
      assert.equal(sum(metrics, 'controller_runtime_reconcile_errors_total'), 0);
    });

    for (const [what, worker] of [
      ['an output', () => ({ phase: 'Done', outputs: { configMaps: [configMap('out')] } })],
      [
        "a worker's own request",
        async ({ client }) => {
          await client.create('configMaps', configMap('out'));
          return { phase: 'Done' };
        },
      ],
    ] as const satisfies readonly (readonly [string, TestWorker])[]) {
      it(`ends its work without backoff where the namespace is being deleted: ${what}`, async () => {
        await testbed.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'doomed' } });
        const sticky = { apiVersion: 'v1', kind: 'ConfigMap', name: 'sticky', namespace: 'doomed' };
        await testbed.cluster.create({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'sticky', namespace: 'doomed', finalizers: ['example.io/sticky'] },
        });
        const metrics = await interrupt('doomed', worker, async () => {
          await testbed.cluster.delete({ apiVersion: 'v1', kind: 'Namespace', name: 'doomed' });
          await testbed.until(sticky, ({ metadata }) => metadata.deletionTimestamp !== undefined);
        });
        assert.ok(testbed.operatorRequests().some(({ code }) => code === 403));
        assert.equal(sum(metrics, 'autopilot_phase_syncs_total', 'result="aborted"'), 1);
        assert.equal(sum(metrics, 'workqueue_retries_total'), 0);
      });
    }
  });

  it('lets a resource go though others change its finalizers while ours is taken away', async () => {
    let finalized = 0;
    await testbed.run(
      routes(
        { Only: phase(() => ({ phase: 'Only' }), { initial: true }) },
        { finalizer: { worker: () => void (finalized += 1) } },
      ),
    );
    await testbed.route('a');
    await testbed.untilReady('a', 'Only');
    await testbed.cluster.patch(ROUTE, { metadata: { finalizers: ['example.io/route-operator', 'theirs.io/x'] } });
    const swapped = meanwhile({ verb: 'patch', resource: 'routes' }, () =>
      testbed.cluster.patch(ROUTE, { metadata: { finalizers: ['theirs.io/x', 'example.io/route-operator'] } }),
    );
    await testbed.cluster.delete(ROUTE);
    await swapped;
    const left = await testbed.untilRoute('a', ({ metadata }) => metadata.finalizers?.length === 1);
    assert.deepEqual([left.metadata.finalizers, finalized], [['theirs.io/x'], 1]);
  });
});
