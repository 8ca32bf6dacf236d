import assert from 'node:assert/strict';
import { mirror } from './mirror.ts';
import { SteppedClock } from './stepped-clock.ts';
import {
  condition,
  configMap,
  configMaps,
  final,
  isTrue,
  OPERATOR,
  phase,
  routes,
  services,
  sum,
  Testbed,
  type Route,
} from './testbed.ts';

const OUT = { apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'default' };

describe('a field that somebody else keeps taking', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  /** Takes `data.k` as soon as it is ours again, so many times, for another value. */
  const take = async (times: number, value = times): Promise<void> => {
    for (let time = 1; time <= times; time += 1) {
      await testbed.untilConfigMap('out', ({ data }) => data?.['k'] === 'v');
      await testbed.cluster.apply({ ...OUT_BODY, data: { k: String(value) } }, { fieldManager: 'autoscaler' });
    }
  };
  const isContested = (route: Route): boolean => condition(route, 'Ready').reason === 'Contested';

  it('is put right twice at once, then with growing pauses; condition and event name manager and field', async () => {
    const clock = new SteppedClock();
    const operator = await testbed.runWith(mirror, { clock });
    await testbed.route('a', { outputs: { out: { k: 'v' } } });
    await testbed.untilReady('a', 'Only');
    await take(3);
    const told = await testbed.untilRoute('a', isContested);
    const message = /^Manager autoscaler takes \.data\.k of configmaps default\/out again and again/;
    assert.match(condition(told, 'Ready').message, message);
    assert.ok(isTrue(told, 'Stalled'));
    const event = await testbed.untilEvent(({ reason }) => reason === 'Contested');
    assert.match(event.note ?? '', message);
    for (const pause of [1000, 2000]) {
      await testbed.untilIdle(operator);
      assert.equal((await testbed.getConfigMap('out'))?.data?.['k'], '3');
      clock.skip(pause);
      await take(1, 3);
    }
    await testbed.untilIdle(operator);
    clock.skip(4000);
    await testbed.untilConfigMap('out', ({ data }) => data?.['k'] === 'v');
    await testbed.untilIdle(operator);
    assert.ok(isContested((await testbed.getRoute('a')) ?? assert.fail()), 'it is not over yet');
    // Left in peace, it is well again.
    clock.skip(120_000);
    const well = await testbed.untilReady('a', 'Only');
    assert.equal(isTrue(well, 'Stalled'), false);
  });

  it('is left alone meanwhile, but not what the worker changes', async () => {
    const clock = new SteppedClock();
    const operator = await testbed.runWith(mirror, { clock });
    await testbed.route('a', { outputs: { out: { k: 'v' } } });
    await testbed.untilReady('a', 'Only');
    await take(3);
    await testbed.untilRoute('a', isContested);
    // Until the pause is longer than this test.
    for (const pause of [1000, 2000, 4000, 8000]) {
      await testbed.untilIdle(operator);
      clock.skip(pause);
      await take(1, 3);
    }
    await testbed.untilIdle(operator);
    testbed.cluster.requests.clear();
    await testbed.cluster.patch({ ...REF }, { metadata: { labels: { touched: 'x' } } });
    await testbed.untilIdle(operator);
    assert.deepEqual(
      testbed.cluster.requests.filter({ userAgent: OPERATOR, resource: 'configmaps', verb: 'apply' }),
      [],
    );
    await testbed.setSpec('a', { outputs: { out: { k: 'new' } } });
    await testbed.untilConfigMap('out', ({ data }) => data?.['k'] === 'new');
  });

  it('is put right after its pause, whatever others set in the object meanwhile', async () => {
    const clock = new SteppedClock();
    const operator = await testbed.runWith(mirror, { clock });
    await testbed.route('a', { outputs: { out: { k: 'v' } } });
    await testbed.route('barrier', { outputs: { seen: { k: 'v' } } });
    for (const name of ['a', 'barrier']) await testbed.untilReady(name, 'Only');
    await take(3);
    await testbed.untilRoute('a', isContested);
    // Until the pause is longer than this test.
    for (const pause of [1000, 2000, 4000]) {
      await testbed.untilIdle(operator);
      clock.skip(pause);
      await take(1, 3);
    }
    /** Until all events of before have come: it is woken by this one too. */
    const barrier = async (): Promise<void> => {
      await testbed.cluster.patch({ ...OUT, name: 'seen' }, { data: { k: 'theirs' } });
      await testbed.untilConfigMap('seen', ({ data }) => data?.['k'] === 'v');
      await testbed.untilIdle(operator);
    };
    await barrier();
    const before = sum(await operator.metrics(), 'autopilot_phase_syncs_total');
    // Each new entry of managedFields puts ours in another place.
    for (const other of ['one', 'two', 'three', 'four'])
      await testbed.cluster.apply({ ...OUT_BODY, data: { [other]: '' } }, { fieldManager: other });
    await barrier();
    assert.equal(sum(await operator.metrics(), 'autopilot_phase_syncs_total') - before, 1);
    clock.skip(8000);
    await testbed.untilConfigMap('out', ({ data }) => data?.['k'] === 'v');
  });

  it('of an earlier phase is put right with pauses too', async () => {
    const clock = new SteppedClock();
    const operator = routes(
      {
        Syncing: phase(() => ({ phase: 'Done', outputs: { configMaps: [configMap('out', { k: 'v' })] } }), {
          initial: true,
        }),
        Done: final,
      },
      { onOutputDrift: 'Syncing' },
    );
    const running = await testbed.runWith(operator, { clock });
    await testbed.route('a');
    await testbed.untilReady('a', 'Done');
    await take(3);
    await testbed.untilRoute('a', (route) => isContested(route) && route.status?.phase === 'Done');
    await testbed.untilIdle(running);
    assert.equal((await testbed.getConfigMap('out'))?.data?.['k'], '3');
    clock.skip(1000);
    await testbed.untilConfigMap('out', ({ data }) => data?.['k'] === 'v');
    await testbed.untilRoute('a', (route) => isContested(route) && route.status?.phase === 'Done');
    await testbed.untilIdle(running);
    clock.skip(120_000);
    await testbed.untilReady('a', 'Done');
  });

  it('is no reason to run any more once it is over, though the phase waits for what it patches', async () => {
    const clock = new SteppedClock();
    let runs = 0;
    const operator = routes({
      Only: phase(
        ({ route }) => {
          runs += route.metadata.name === 'a' ? 1 : 0;
          const absent = route.spec['patch'] ? [{ metadata: { name: 'nowhere', labels: { a: 'b' } } }] : [];
          const outputs = route.metadata.name === 'a' ? [configMap('out', { k: 'v' })] : [];
          return { phase: 'Only', outputs: { configMaps: outputs }, patches: { services: absent } };
        },
        { initial: true, inputs: {}, patches: { services: { type: services } } },
      ),
    });
    const running = await testbed.runWith(operator, { clock });
    await testbed.route('a');
    await testbed.untilReady('a', 'Only');
    await take(3);
    await testbed.untilRoute('a', isContested);
    await testbed.setSpec('a', { patch: true });
    await testbed.untilRoute('a', (route) => condition(route, 'Ready').reason === 'PatchTargetMissing');
    await testbed.untilIdle(running);
    clock.skip(1000);
    await testbed.untilConfigMap('out', ({ data }) => data?.['k'] === 'v');
    await testbed.untilIdle(running);
    const before = runs;
    clock.skip(121_000);
    await testbed.untilMetrics(running, () => runs >= before + 2);
    await testbed.route('barrier');
    await testbed.untilReady('barrier', 'Only');
    await testbed.untilIdle(running);
    assert.equal(runs, before + 2);
  });

  it('is none where an output is deleted twice; who keeps deleting it finds it made again with pauses', async () => {
    const clock = new SteppedClock();
    const operator = await testbed.runWith(mirror, { clock });
    await testbed.route('a', { outputs: { out: { k: 'v' } } });
    await testbed.untilReady('a', 'Only');
    for (let time = 1; time <= 3; time += 1) {
      const { metadata } = await testbed.untilConfigMap('out', () => true);
      await testbed.cluster.delete(OUT, { preconditions: { uid: metadata.uid ?? '' } });
    }
    const told = await testbed.untilRoute('a', isContested);
    assert.match(condition(told, 'Ready').message, /^Somebody deletes configmaps default\/out again and again/);
    await testbed.untilIdle(operator);
    assert.equal(await testbed.getConfigMap('out'), undefined);
    clock.skip(1000);
    await testbed.untilConfigMap('out', () => true);
    await testbed.untilIdle(operator);
    clock.skip(120_000);
    await testbed.untilReady('a', 'Only');
  });

  it('holds up nothing that a finalizer makes: what is contested is made before the resource goes', async () => {
    const making = phase(() => ({ phase: 'Only', outputs: { configMaps: [configMap('out')] } }), { initial: true });
    const finalizer = {
      outputs: { configMaps: { type: configMaps } },
      worker: () => ({ outputs: { configMaps: [configMap('out', { last: 'words' })] } }),
    };
    const operator = await testbed.runWith(routes({ Only: making }, { finalizer }), { clock: new SteppedClock() });
    await testbed.route('a');
    await testbed.untilReady('a', 'Only');
    for (let time = 1; time <= 3; time += 1) {
      const { metadata } = await testbed.untilConfigMap('out', () => true);
      await testbed.cluster.delete(OUT, { preconditions: { uid: metadata.uid ?? '' } });
    }
    await testbed.untilRoute('a', isContested);
    await testbed.untilIdle(operator);
    const said: unknown[] = [];
    const stop = testbed.cluster.onChange({ apiVersion: 'v1', kind: 'ConfigMap' }, ({ object }) => {
      said.push((object as { readonly data?: object }).data);
    });
    await testbed.cluster.delete(REF);
    await testbed.untilGone(REF);
    stop();
    assert.deepEqual(said[0], { last: 'words' });
  });
});

const REF = { apiVersion: 'example.io/v1', kind: 'Route', name: 'a' };
const OUT_BODY = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: OUT.name, namespace: OUT.namespace } };
