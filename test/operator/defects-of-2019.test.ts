import assert from 'node:assert/strict';
import { project } from '../../project/manifests/projects.fixture.test.ts';
import { rightsOf } from '../../project/manifests/rights.ts';
import { loadConfig } from '../../runtime/config/load.ts';
import { SteppedClock } from './stepped-clock.ts';
import { condition, configMap, final, hasNothingToDo, OPERATOR, phase, routes, sum, Testbed } from './testbed.ts';
import type { RunningOperator } from 'autopilot-runtime';
import type { ConfigMap, Context } from './testbed.ts';

const ROUTE = { apiVersion: 'example.io/v1', kind: 'Route' };

/** What the first Autopilot did wrong, each tried on this one. */
describe('defects of 2019', () => {
  let testbed: Testbed;
  let runs: string[];
  beforeEach(async () => {
    testbed = await Testbed.open();
    runs = [];
  });
  afterEach(() => testbed.close());

  /** Copies `spec.n`, or what the ConfigMap `input` says, into an output. */
  const copies = routes({
    Only: phase(
      ({ route, inputs }) => {
        runs.push(route.metadata.name);
        const n = inputs['configMaps']?.find('input')?.data?.['n'] ?? String(route.spec['n']);
        return { phase: 'Only', outputs: { configMaps: [configMap(`${route.metadata.name}-out`, { n })] } };
      },
      { initial: true },
    ),
  });
  const foreign = (name: string, data: Readonly<Record<string, string>>, more: object = {}) =>
    testbed.cluster.create<ConfigMap>({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'default', ...more },
      data,
    });

  /** By the operator's clock, not by the server's: to the operator both watches have been silent for too long, and it opens them again. */
  const anHourPasses = async (operator: RunningOperator, clock: SteppedClock): Promise<void> => {
    const opened = (): number => testbed.cluster.requests.count({ userAgent: OPERATOR, verb: 'watch', code: 200 });
    const before = opened();
    clock.skip(3_600_000);
    await testbed.untilMetrics(operator, () => opened() >= before + 2);
    // Not ready, perhaps: to a server on which others write too, an hour's silence is over with a bookmark, which may take a minute.
    await testbed.untilMetrics(operator, hasNothingToDo);
  };

  it('defect 1: nothing is run again for a resource that is gone, however long one waits', async () => {
    const clock = new SteppedClock();
    const operator = await testbed.runWith(copies, { clock, config: { workInterval: 5000 } });
    await testbed.route('a', { n: 1 });
    await testbed.untilReady('a', 'Only');
    await testbed.untilIdle(operator);
    const { length } = runs;
    clock.skip(6000);
    await testbed.untilMetrics(operator, () => runs.length > length);
    await testbed.cluster.delete({ ...ROUTE, name: 'a' });
    await testbed.untilGone({ ...ROUTE, name: 'a' });
    await testbed.route('b', { n: 1 });
    await testbed.untilReady('b', 'Only');
    await testbed.untilIdle(operator);
    const adds = sum(await operator.metrics(), 'workqueue_adds_total');
    await testbed.cluster.delete({ ...ROUTE, name: 'b' });
    await testbed.untilMetrics(operator, (text) => sum(text, 'workqueue_adds_total') > adds);
    await testbed.untilIdle(operator);
    const before = [sum(await operator.metrics(), 'workqueue_adds_total'), runs.length];
    for (let hours = 0; hours < 4; hours += 1) await anHourPasses(operator, clock);
    assert.deepEqual([sum(await operator.metrics(), 'workqueue_adds_total'), runs.length], before);
  });

  it('defect 2: the generated role lets the finalizer be added and taken away', async () => {
    const rules = rightsOf(
      project(`
kind: Route
apiVersion: example.io/v1
operatorName: route-operator
enableFinalizer: true
phases:
  - { name: Only, initial: true, inputs: [configmaps], outputs: [configmaps] }
`),
      'namespaced',
    ).namespaced;
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'operator' },
      rules,
    };
    const kubeconfig = await testbed.cluster.addServiceAccount('operator', { namespace: 'default', roles: [role] });
    const ends: string[] = [];
    const finalizer = { worker: ({ route }: Context) => void ends.push(route.metadata.name) };
    await testbed.run({ ...copies, finalizer }, { kubeconfig, config: { watchNamespace: 'default' } });
    await testbed.route('a', { n: 1 });
    const ready = await testbed.untilReady('a', 'Only');
    assert.deepEqual(ready.metadata.finalizers, [`example.io/${OPERATOR}`]);
    await testbed.cluster.delete({ ...ROUTE, name: 'a' });
    await testbed.untilGone({ ...ROUTE, name: 'a' });
    assert.deepEqual(ends, ['a']);
    assert.equal(testbed.cluster.requests.count({ userAgent: OPERATOR, code: 403 }), 0);
  });

  it('defect 3: one namespace is watched where one is asked for, and WATCH_NAMESPACE beats the file', async () => {
    const { watchNamespace } = loadConfig('watchNamespace: file', 'x', { WATCH_NAMESPACE: 'default' });
    assert.equal(watchNamespace, 'default');
    const operator = await testbed.run(copies, { config: { watchNamespace } });
    await testbed.route('a', { n: 1 });
    await testbed.untilReady('a', 'Only');
    await testbed.untilIdle(operator);
    const paths = testbed.cluster.requests
      .filter({ userAgent: OPERATOR, verb: ['list', 'watch'] })
      .map(({ path }) => path);
    assert.ok(paths.length > 0);
    for (const path of paths) assert.match(path, /\/namespaces\/default\//);
  });

  it('defect 4: an input that changes runs the worker, and no time has to pass for that', async () => {
    const clock = new SteppedClock();
    const operator = await testbed.runWith(copies, { clock });
    await foreign('input', { n: '1' });
    await testbed.route('a');
    await testbed.untilConfigMap('a-out', ({ data }) => data?.['n'] === '1');
    await testbed.untilIdle(operator);
    const { length } = runs;
    await anHourPasses(operator, clock);
    assert.equal(runs.length, length, 'nobody polls');
    await testbed.cluster.patch<ConfigMap>(
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'input' },
      { data: { n: '2' } },
      { type: 'merge' },
    );
    await testbed.untilConfigMap('a-out', ({ data }) => data?.['n'] === '2');
  });

  it('defect 5: a sync lists nothing: however many there are, each kind is listed once', async () => {
    const operator = await testbed.run(copies);
    const names = Array.from({ length: 20 }, (_each, index) => `r${index}`);
    for (const name of names) await testbed.route(name, { n: 1 });
    for (const name of names) await testbed.untilReady(name, 'Only');
    for (const name of names) await testbed.setSpec(name, { n: 2 });
    for (const name of names) await testbed.untilConfigMap(`${name}-out`, ({ data }) => data?.['n'] === '2');
    await testbed.untilIdle(operator);
    assert.ok(runs.length >= 2 * names.length);
    const reads = testbed.cluster.requests
      .filter({ userAgent: OPERATOR })
      .filter(({ verb }) => verb === 'get' || verb === 'list' || verb === 'watch');
    assert.deepEqual(reads.map(({ verb, resource }) => `${verb} ${resource}`).toSorted(), [
      'watch configmaps',
      'watch routes',
    ]);
  });

  it('defect 6: an output is sent when it changes only, and what others add to it stays', async () => {
    const operator = await testbed.run(copies);
    await testbed.route('a', { n: 1 });
    await testbed.untilReady('a', 'Only');
    const out = { apiVersion: 'v1', kind: 'ConfigMap', name: 'a-out' };
    await testbed.cluster.patch<ConfigMap>(
      out,
      { data: { theirs: 'x' }, metadata: { labels: { theirs: 'y' } } },
      { type: 'merge' },
    );
    await testbed.untilIdle(operator);
    testbed.cluster.requests.clear();
    await testbed.setSpec('a', { n: 1, more: true });
    await testbed.untilReady('a', 'Only');
    await testbed.untilIdle(operator);
    assert.deepEqual(testbed.operatorWrites(), ['patch routes/status']);
    await testbed.setSpec('a', { n: 2 });
    const changed = await testbed.untilConfigMap('a-out', ({ data }) => data?.['n'] === '2');
    assert.deepEqual(changed.data, { n: '2', theirs: 'x' });
    assert.equal(changed.metadata.labels?.['theirs'], 'y');
    assert.equal(testbed.cluster.requests.count({ userAgent: OPERATOR, verb: 'update' }), 0);
  });

  it('defect 7: an output that is no longer returned is deleted', async () => {
    const named = routes({
      Only: phase(
        ({ route }) => ({ phase: 'Only', outputs: { configMaps: [configMap(String(route.spec['name']))] } }),
        { initial: true },
      ),
    });
    await testbed.run(named);
    await testbed.route('a', { name: 'one' });
    await testbed.untilConfigMap('one', () => true);
    await testbed.setSpec('a', { name: 'two' });
    await testbed.untilConfigMap('two', () => true);
    await testbed.untilGone({ apiVersion: 'v1', kind: 'ConfigMap', name: 'one' });
  });

  it("defect 8: the user's own object does not become the resource's, and outlives it", async () => {
    await testbed.run(copies);
    const theirs = await foreign('a-out', { n: 'theirs' });
    await testbed.route('a', { n: 1 });
    const refused = await testbed.untilRoute('a', ({ status }) => status !== undefined);
    assert.equal(condition(refused, 'Ready').reason, 'OutputRefused');
    await testbed.cluster.delete({ ...ROUTE, name: 'a' });
    await testbed.untilGone({ ...ROUTE, name: 'a' });
    const left = await testbed.getConfigMap('a-out');
    assert.deepEqual(
      [left?.metadata.uid, left?.metadata.ownerReferences, left?.data],
      [theirs.metadata.uid, undefined, { n: 'theirs' }],
    );
  });

  it('defect 9: a reconcile function sees the object as it is in the cluster', async () => {
    const lives: unknown[] = [];
    const ensuring = routes({
      Only: phase(
        async ({ client, route }) => {
          const wanted = configMap('made', { n: String(route.spec['n']) });
          await client.ensure('configMaps', wanted, (live, desired) => {
            const { data } = live as ConfigMap;
            lives.push(data);
            return { ...desired, data: { ...desired.data, kept: data?.['kept'] ?? 'none' } };
          });
          return { phase: 'Only' };
        },
        { initial: true },
      ),
    });
    await testbed.run(ensuring);
    await testbed.route('a', { n: 1 });
    await testbed.untilReady('a', 'Only');
    const made = { apiVersion: 'v1', kind: 'ConfigMap', name: 'made' };
    await testbed.cluster.patch<ConfigMap>(made, { data: { kept: 'theirs' } }, { type: 'merge' });
    await testbed.setSpec('a', { n: 2 });
    const { data } = await testbed.untilConfigMap('made', (object) => object.data?.['n'] === '2');
    assert.deepEqual(data, { n: '2', kept: 'theirs' });
    assert.deepEqual(lives.at(-1), { n: '1', kept: 'theirs' });
  });

  it('defect 10: a worker that throws, at once, later or nothing in particular, ends its own run only', async () => {
    const deeds: Readonly<Record<string, () => unknown>> = {
      throws: () => assert.fail('at once'),
      rejects: () => Promise.reject(new Error('later')),
      oddly: () => Promise.reject(null),
    };
    let unhandled = 0;
    const count = (): void => void (unhandled += 1);
    process.on('unhandledRejection', count);
    try {
      await testbed.run(
        routes({
          Only: phase(({ route }) => deeds[route.metadata.name]?.() ?? { phase: 'Done' }, { initial: true }),
          Done: final,
        }),
      );
      for (const name of [...Object.keys(deeds), 'good']) await testbed.route(name);
      await testbed.untilReady('good', 'Done');
      for (const name of Object.keys(deeds)) {
        const failed = await testbed.untilRoute(name, ({ status }) => status !== undefined);
        assert.equal(condition(failed, 'Ready').reason, 'WorkerFailed');
      }
    } finally {
      process.off('unhandledRejection', count);
    }
    assert.equal(unhandled, 0);
  });

  it('defect 11: a resource that changes while it is synced is no conflict', async () => {
    const touching = routes({
      Only: phase(
        async ({ route }) => {
          const ref = { ...ROUTE, name: route.metadata.name };
          if (!route.metadata.annotations)
            await testbed.cluster.patch(ref, { metadata: { annotations: { by: 'somebody' } } }, { type: 'merge' });
          return { phase: 'Done' };
        },
        { initial: true },
      ),
      Done: final,
    });
    const operator = await testbed.run(touching);
    await testbed.route('a');
    const { metadata } = await testbed.untilReady('a', 'Done');
    assert.equal(metadata.annotations?.['by'], 'somebody');
    await testbed.untilIdle(operator);
    const metrics = await operator.metrics();
    assert.equal(sum(metrics, 'controller_runtime_reconcile_errors_total'), 0);
    assert.equal(sum(metrics, 'autopilot_status_conflicts_total'), 0);
    assert.equal(testbed.cluster.requests.count({ userAgent: OPERATOR, code: 409 }), 0);
  });

  it('defect 12: a next phase that does not exist, or is empty, is refused: nothing starts over, nothing loops', async () => {
    const clock = new SteppedClock();
    const operator = await testbed.runWith(
      routes({
        First: phase(
          ({ route }) => {
            runs.push(`First ${route.metadata.name}`);
            return { phase: 'Second' };
          },
          { initial: true },
        ),
        Second: phase(({ route }) => {
          runs.push(`Second ${route.metadata.name}`);
          return { phase: route.spec['to'], outputs: { configMaps: [configMap('never')] } };
        }),
      }),
      { clock },
    );
    await testbed.route('unknown', { to: 'Thrid' });
    await testbed.route('empty', { to: '' });
    for (const name of ['unknown', 'empty']) {
      const failed = await testbed.untilRoute(name, ({ status }) =>
        (status?.conditions ?? []).some(({ reason }) => reason === 'WorkerFailed'),
      );
      assert.equal(failed.status?.phase, 'Second');
      assert.match(condition(failed, 'Ready').message, /which does not exist. There are: First, Second/);
    }
    clock.skip(60_000);
    await testbed.untilIdle(operator);
    assert.equal(runs.filter((run) => run === 'First empty').length, 1);
    assert.ok(runs.length < 40, `it ran ${runs.length} times`);
    assert.equal(await testbed.getConfigMap('never'), undefined);
  });
}).timeout(60_000);
