import assert from 'node:assert/strict';
import type { Transport, TransportRequest, TransportResponse } from '../../runtime/kube/transport.ts';
import { configMap, configMaps, isTrue, OPERATOR, phase, routes, sum, Testbed, type ConfigMap } from './testbed.ts';

const ROUTE = { apiVersion: 'example.io/v1', kind: 'Route', name: 'a', namespace: 'default' };
const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' };

/** Keeps the answer of the next single read back until it is let go. */
class SlowRead implements Transport {
  readonly #transport: Transport;
  readonly #until: () => Promise<unknown>;

  constructor(transport: Transport, until: () => Promise<unknown>) {
    this.#transport = transport;
    this.#until = until;
  }

  async send(request: TransportRequest): Promise<TransportResponse> {
    const response = await this.#transport.send(request);
    const isRead = request.method === 'GET' && new URL(request.path, 'http://x').pathname.endsWith('/routes/a');
    if (isRead) await this.#until();
    return response;
  }

  close(): Promise<void> {
    return this.#transport.close();
  }
}

describe('own writes', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  const setPhase = (name: string) =>
    testbed.cluster.patch(ROUTE, { status: { phase: name } }, { subresource: 'status' });

  it('do not wake the resource for what only its earlier phase had read', async () => {
    const runs: string[] = [];
    const operator = await testbed.run(
      routes({
        Reading: phase(
          ({ inputs }) => {
            runs.push('Reading');
            inputs['configMaps']?.list();
            return { phase: 'Writing' };
          },
          { initial: true },
        ),
        Writing: phase(() => {
          runs.push('Writing');
          return { phase: 'Writing', outputs: { configMaps: [configMap('out')] } };
        }),
      }),
    );
    await testbed.route('a');
    await testbed.untilReady('a', 'Writing');
    await testbed.untilIdle(operator);
    assert.deepEqual(runs, ['Reading', 'Writing']);
  });

  for (const [what, read] of [
    ['by name', (inputs) => inputs['configMaps']?.find('out')],
    ['by selector', (inputs) => inputs['configMaps']?.list({ selector: { matchLabels: { app: 'out' } } })[0]],
  ] as const satisfies readonly (readonly [
    string,
    (inputs: Parameters<Parameters<typeof phase>[0]>[0]['inputs']) => unknown,
  ])[]) {
    it(`run the worker once more that read what it then wrote, at each change: ${what}`, async () => {
      let runs = 0;
      const operator = await testbed.run(
        routes({
          Only: phase(
            ({ route, inputs }) => {
              runs += 1;
              const seen: ConfigMap | undefined = read(inputs);
              const out = { metadata: { name: 'out', labels: { app: 'out' } }, data: { n: String(route.spec['n']) } };
              return { phase: 'Only', outputs: { configMaps: [out] }, status: { seen: seen?.data?.['n'] ?? 'none' } };
            },
            { initial: true },
          ),
        }),
      );
      await testbed.route('a', { n: 1 });
      await testbed.untilRoute('a', ({ status }) => status?.['seen'] === '1');
      await testbed.untilIdle(operator);
      assert.equal(runs, 2);
      await testbed.setSpec('a', { n: 2 });
      await testbed.untilRoute('a', ({ status }) => status?.['seen'] === '2');
      await testbed.untilIdle(operator);
      assert.equal(runs, 4);
    });
  }

  it('do not change what is written where a worker keeps the annotations of what is there', async () => {
    const operator = await testbed.run(
      routes({
        Only: phase(
          ({ inputs }) => {
            const live = inputs['configMaps']?.find('out');
            const annotations = { ...live?.metadata.annotations };
            const out = { metadata: { name: 'out', annotations }, data: { k: 'v' } };
            return { phase: 'Only', outputs: { configMaps: [out] }, status: { wasThere: live !== undefined } };
          },
          { initial: true },
        ),
      }),
    );
    await testbed.route('a');
    await testbed.untilRoute('a', ({ status }) => status?.['wasThere'] === true);
    await testbed.untilIdle(operator);
    assert.deepEqual(testbed.operatorWrites(), ['create configmaps', 'patch routes/status', 'patch routes/status']);
  });

  it('that change nothing wake nobody: a worker may patch what it reads, each time that it runs', async () => {
    let runs = 0;
    const operator = await testbed.run(
      routes({
        Only: phase(
          async ({ inputs, client }) => {
            runs += 1;
            const found = inputs['configMaps']?.find('out');
            if (found) await client.update('configMaps', 'out', { data: { touched: 'yes' } });
            else await client.create('configMaps', configMap('out'));
            return { phase: 'Only' };
          },
          { initial: true },
        ),
      }),
    );
    await testbed.route('a');
    await testbed.untilConfigMap('out', ({ data }) => data?.['touched'] === 'yes');
    await testbed.untilIdle(operator);
    // It made it, it changed it, and then nothing was changed any more.
    assert.equal(runs, 3);
  });

  it("answered with somebody else's version tell of what he did, though no event has come", async () => {
    const operator = await testbed.run(
      routes({
        Only: phase(
          async ({ route, inputs, client }) => {
            if (route.metadata.name === 'writer') {
              if (!inputs['configMaps']?.find('out'))
                await client.create('configMaps', configMap('out', { ours: 'x' }));
              if (route.spec['n'] === 2) await client.update('configMaps', 'out', { data: { ours: 'x' } });
              return { phase: 'Only' };
            }
            return { phase: 'Only', status: { read: inputs['configMaps']?.find('out')?.data?.['theirs'] ?? 'none' } };
          },
          { initial: true },
        ),
      }),
    );
    await testbed.route('writer', { n: 1 });
    await testbed.route('reader');
    await testbed.untilRoute('reader', ({ status }) => status?.['read'] === 'none');
    await testbed.untilIdle(operator);
    const held = testbed.cluster.faults.holdEvents({ userAgent: OPERATOR, resource: 'configmaps' });
    await testbed.cluster.patch({ ...CONFIG_MAP, name: 'out' }, { data: { theirs: 'y' } });
    await testbed.setSpec('writer', { n: 2 });
    await testbed.untilRoute('reader', ({ status }) => status?.['read'] === 'y');
    assert.ok(held.held > 0);
    held.release();
  });

  it("of another resource's worker are news: an output that it takes a field of is put right", async () => {
    const operator = await testbed.run(
      routes(
        {
          Only: phase(
            ({ route }) =>
              route.metadata.name === 'owner'
                ? { phase: 'Only', outputs: { configMaps: [configMap('out', { color: 'red' })] } }
                : { phase: 'Only', patches: { configMaps: [{ metadata: { name: 'out' }, data: { color: 'blue' } }] } },
            { initial: true, inputs: {}, patches: { configMaps: { type: configMaps, force: true } } },
          ),
        },
        { finalizer: { worker: () => undefined } },
      ),
    );
    await testbed.route('owner');
    await testbed.untilConfigMap('out', ({ data }) => data?.['color'] === 'red');
    await testbed.untilReady('owner', 'Only');
    await testbed.untilIdle(operator);
    testbed.cluster.requests.clear();
    await testbed.route('patcher');
    await testbed.cluster.requests.until(
      { userAgent: OPERATOR, verb: 'apply', resource: 'configmaps', name: 'out' },
      { count: 2 },
    );
    await testbed.untilMetrics(operator, (metrics) => sum(metrics, 'autopilot_output_drift_total') > 0);
  });

  it('let a resource follow what another one writes, as often as it likes: that is no circle', async () => {
    const operator = await testbed.run(
      routes({
        Following: phase(
          ({ route, inputs }) =>
            route.metadata.name === 'writer'
              ? { phase: 'Following', outputs: { configMaps: [configMap('out', { n: String(route.spec['n']) })] } }
              : { phase: 'Resting', status: { followed: inputs['configMaps']?.find('out')?.data?.['n'] ?? 'none' } },
          { initial: true },
        ),
        Resting: phase(({ route, inputs }) => ({
          phase:
            (inputs['configMaps']?.find('out')?.data?.['n'] ?? 'none') === route.status?.['followed']
              ? 'Resting'
              : 'Following',
        })),
      }),
    );
    await testbed.route('writer', { n: 0 });
    await testbed.route('follower');
    for (const n of [1, 2, 3, 4]) {
      await testbed.setSpec('writer', { n });
      await testbed.untilRoute('follower', ({ status }) => status?.['followed'] === String(n));
      const follower = await testbed.untilReady('follower', 'Resting');
      assert.equal(isTrue(follower, 'Stalled'), false);
      await testbed.untilIdle(operator);
    }
    assert.ok(!testbed.operatorWrites().includes('create events'), 'it was taken for one');
  });

  for (const [what, next] of [
    ['stays in its phase', 'Working'],
    ['goes to another phase', 'Elsewhere'],
  ] as const) {
    it(`leave a phase that somebody sets by hand while a worker ${what}`, async () => {
      let go: () => void = () => undefined;
      const may = new Promise<void>((resolve) => (go = resolve));
      let begun: () => void = () => undefined;
      const running = new Promise<void>((resolve) => (begun = resolve));
      await testbed.run(
        routes({
          Working: phase(
            async () => {
              begun();
              await may;
              return { phase: next, status: { worked: true } };
            },
            { initial: true },
          ),
          Elsewhere: phase(() => ({ phase: 'Elsewhere' })),
          ByHand: phase(() => ({ phase: 'ByHand', status: { byHand: true } })),
        }),
      );
      await testbed.route('a');
      await testbed.cluster.patch(ROUTE, { status: { phase: 'Working', revision: 1 } }, { subresource: 'status' });
      await running;
      const held = testbed.cluster.faults.holdEvents({ userAgent: OPERATOR, resource: 'routes' });
      await setPhase('ByHand');
      go();
      // No event tells of it: they are held back.
      await testbed.untilRoute('a', ({ status }) => status?.phase === 'ByHand' && status['byHand'] === true);
      held.release();
      await testbed.untilReady('a', 'ByHand');
    });
  }

  it('do not bring back a resource that goes while its status is read', async () => {
    let runs = 0;
    let go: () => void = () => undefined;
    const may = new Promise<void>((resolve) => (go = resolve));
    let begun: () => void = () => undefined;
    const running = new Promise<void>((resolve) => (begun = resolve));
    const gone = async (): Promise<void> => {
      await testbed.cluster.delete(ROUTE);
      await testbed.route('b');
      // Its watch has told of what came after.
      await testbed.untilRoute('b', ({ status }) => status?.phase === 'Done');
    };
    const operator = await testbed.runWith(
      routes({
        Working: phase(
          async ({ route }) => {
            if (route.metadata.name === 'b') return { phase: 'Done' };
            runs += 1;
            begun();
            await may;
            return { phase: 'Done' };
          },
          { initial: true },
        ),
        Done: phase(() => ({ phase: 'Done' })),
      }),
      { transport: new SlowRead(testbed.transport(), gone) },
    );
    await testbed.route('a');
    await running;
    // Somebody else's write of the status, which the operator learns of by a lost swap.
    testbed.cluster.faults.holdEvents({ userAgent: OPERATOR, resource: 'routes' }).release();
    const held = testbed.cluster.faults.holdEvents({ userAgent: OPERATOR, resource: 'routes' });
    await testbed.cluster.patch(ROUTE, { status: { phase: 'Working', revision: 7 } }, { subresource: 'status' });
    go();
    await testbed.cluster.requests.until({ userAgent: OPERATOR, verb: 'get', resource: 'routes' });
    held.release();
    await testbed.untilRoute('b', ({ status }) => status?.phase === 'Done');
    await testbed.untilIdle(operator);
    assert.equal(runs, 1);
  });
});
