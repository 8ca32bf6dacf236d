import assert from 'node:assert/strict';
import type { FinalizerDefinition } from 'autopilot-runtime';
import { condition, configMap, configMaps, OPERATOR, phase, routes, Testbed, type Context } from './testbed.ts';

describe('a finalizer with kinds of its own', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  const ref = { apiVersion: 'example.io/v1', kind: 'Route', name: 'a', namespace: 'default' };
  const resting = phase(() => ({ phase: 'Only' }), { initial: true, inputs: {}, outputs: {} });
  const run = (worker: (context: Context) => unknown, more: Partial<FinalizerDefinition> = {}) =>
    testbed.run(
      routes(
        { Only: resting },
        {
          finalizer: {
            inputs: { configMaps: { type: configMaps } },
            outputs: { configMaps: { type: configMaps } },
            worker,
            ...more,
          },
        },
      ),
    );
  const put = (name: string, data: Readonly<Record<string, string>> = {}) =>
    testbed.cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data });

  it('reads, writes, and is run again by what it read until it is done', async () => {
    let runs = 0;
    await run(({ inputs }) => {
      runs += 1;
      const done = inputs['configMaps']?.find('signal')?.data?.['done'] === 'yes';
      return { done, outputs: { configMaps: [configMap('farewell', { runs: String(runs) })] } };
    });
    await put('signal');
    const { metadata } = await testbed.route('a');
    await testbed.untilReady('a', 'Only');
    await testbed.cluster.delete(ref);
    const farewell = await testbed.untilConfigMap('farewell', () => true);
    assert.equal(farewell.metadata.ownerReferences?.[0]?.uid, metadata.uid);
    assert.equal(farewell.metadata.annotations?.['example.io/phase'], 'finalizer');
    await put('signal', { waited: 'yes' });
    await testbed.untilConfigMap('farewell', ({ data }) => data?.['runs'] === '2');
    assert.ok(await testbed.getRoute('a'));
    await put('signal', { done: 'yes' });
    await testbed.untilGone(ref);
    assert.equal(runs, 3);
    await testbed.untilGone({ apiVersion: 'v1', kind: 'ConfigMap', name: 'farewell' });
  });

  it('is not run again by its own writes, which only an earlier phase had read', async () => {
    let runs = 0;
    const worker = (): unknown => {
      runs += 1;
      return { done: false, outputs: { configMaps: [configMap('farewell')] } };
    };
    const reading = phase(
      ({ inputs }) => {
        inputs['configMaps']?.list();
        return { phase: 'Only' };
      },
      { initial: true },
    );
    const outputs = { configMaps: { type: configMaps } };
    const running = await testbed.run(routes({ Only: reading }, { finalizer: { outputs, worker } }));
    await testbed.route('a');
    await testbed.untilReady('a', 'Only');
    await testbed.cluster.delete(ref);
    await testbed.untilConfigMap('farewell', () => true);
    await testbed.untilIdle(running);
    assert.equal(runs, 1);
  });

  it('is run again after the time that it asks for', async () => {
    let runs = 0;
    await run(() => {
      runs += 1;
      return { done: runs === 3, requeueAfter: '100ms' };
    });
    await testbed.route('a');
    await testbed.untilReady('a', 'Only');
    await testbed.cluster.delete(ref);
    await testbed.untilGone(ref);
    assert.equal(runs, 3);
  });

  it('runs once its kinds have been listed, and not before', async () => {
    const seen: unknown[] = [];
    await put('there');
    const held = testbed.cluster.faults.holdEvents({ userAgent: OPERATOR, resource: 'configmaps' });
    const operator = await run(({ inputs }) => void seen.push(inputs['configMaps']?.find('there')?.metadata.name));
    await testbed.route('a');
    await testbed.untilReady('a', 'Only');
    await testbed.cluster.delete(ref);
    await testbed.untilMetrics(operator, (metrics) => metrics.includes('autopilot_waiting_resources 1'));
    assert.deepEqual(seen, []);
    held.release();
    await testbed.untilGone(ref);
    assert.deepEqual(seen, ['there']);
  });

  it('waits for kinds that are not installed, and says so, in the phase where the resource was', async () => {
    const ghosts = { group: 'nowhere.io', version: 'v1', kind: 'Ghost', plural: 'ghosts', namespaced: true };
    await run(() => undefined, { inputs: { ghosts: { type: ghosts } }, outputs: {} });
    await testbed.route('a');
    await testbed.untilReady('a', 'Only');
    await testbed.cluster.delete(ref);
    const waits = await testbed.untilRoute(
      'a',
      ({ status }) => status?.conditions?.some(({ reason }) => reason === 'InputKindMissing') ?? false,
    );
    assert.equal(waits.status?.phase, 'Only');
    assert.match(condition(waits, 'Ready').message, /^The finalizer waits for kinds .*: ghosts\.nowhere\.io\.$/);
    await testbed.cluster.installCrd({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'ghosts.nowhere.io' },
      spec: {
        group: 'nowhere.io',
        scope: 'Namespaced',
        names: { kind: 'Ghost', plural: 'ghosts' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    });
    await testbed.untilGone(ref);
  });

  it('says what holds it up where the server refuses again and again what it does', async () => {
    const refusal = testbed.cluster.faults.answer(
      409,
      { userAgent: OPERATOR, verb: 'create', resource: 'configmaps' },
      { count: Infinity, message: 'admission webhook "frozen.example.io" denied the request' },
    );
    await run(() => ({ outputs: { configMaps: [configMap('farewell')] } }));
    await testbed.route('a');
    await testbed.untilReady('a', 'Only');
    await testbed.cluster.delete(ref);
    const failed = await testbed.untilRoute('a', (route) => condition(route, 'Ready').reason === 'FinalizerFailed');
    assert.match(condition(failed, 'Ready').message, /409 .*denied the request/);
    refusal.remove();
    await testbed.untilGone(ref);
  });

  for (const [what, returned, message] of [
    ['an output that it does not declare', { outputs: { secrets: [] } }, /does not declare the output secrets/],
    ['a phase', { phase: 'Only' }, /^The finalizer returned "phase", which a result does not have.*done, outputs/],
    ['a list', [], /^The finalizer returned a list: return nothing when all is done/],
    ['no truth', { done: 'soon' }, /^The finalizer returned done: a string/],
  ] as const) {
    it(`harms its own resource only when it returns ${what}`, async () => {
      await run(({ route }) => (route.metadata.name === 'a' ? returned : undefined));
      await testbed.route('a');
      await testbed.route('b');
      await testbed.untilReady('a', 'Only');
      await testbed.untilReady('b', 'Only');
      await testbed.cluster.delete(ref);
      await testbed.cluster.delete({ ...ref, name: 'b' });
      await testbed.untilGone({ ...ref, name: 'b' });
      const failed = await testbed.untilRoute('a', (route) => condition(route, 'Ready').reason === 'FinalizerFailed');
      assert.match(condition(failed, 'Ready').message, message);
      await testbed.untilEvent(({ reason }) => reason === 'FinalizerFailed');
      await testbed.cluster.patch(ref, { metadata: { finalizers: null } });
    });
  }
});
