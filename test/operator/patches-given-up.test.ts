import assert from 'node:assert/strict';
import type { ObjectLike } from 'autopilot-devcluster';
import { foreign, managers, patching } from './patching.ts';
import {
  condition,
  configMaps,
  final,
  OPERATOR,
  phase,
  routes,
  Testbed,
  type ConfigMap,
  type Route,
} from './testbed.ts';

const ROUTE = { apiVersion: 'example.io/v1', kind: 'Route', name: 'a', namespace: 'default' };
const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web' };
const deployments = { group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', namespaced: true };

interface Deployment extends ObjectLike {
  readonly spec: { readonly replicas?: number; readonly paused?: boolean };
}

describe('fields that are given up', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  const data = async (name: string) => (await testbed.getConfigMap(name))?.data ?? {};
  const untilReason = (reason: string) =>
    testbed.untilRoute('a', (route) => route.status?.conditions?.some((each) => each.reason === reason) ?? false);
  /** Nothing of the operator is left in the object. */
  const untouched = async (name: string, kept: Readonly<Record<string, string>>): Promise<void> => {
    const live = (await testbed.getConfigMap(name)) ?? assert.fail(name);
    assert.deepEqual([live.data ?? {}, live.metadata.annotations ?? {}], [kept, {}]);
    assert.ok(managers(live).every((manager) => !manager?.startsWith(OPERATOR)));
  };
  const isDone = ({ status }: Route) => status?.phase === 'Done';

  it('are those of what is no longer returned; a key that is absent leaves things alone, an empty list gives up all', async () => {
    for (const name of ['one', 'two']) await foreign(testbed, name, { kept: 'x' });
    await testbed.run(patching());
    await testbed.route('a', { patches: { one: { k: 'y' }, two: { k: 'y' } } });
    await testbed.untilReady('a', 'Patching');
    await testbed.setSpec('a', { patches: { two: { k: 'z' } } });
    await testbed.untilReady('a', 'Patching');
    await untouched('one', { kept: 'x' });
    assert.deepEqual(await data('two'), { kept: 'x', k: 'z' });
    await testbed.setSpec('a', {});
    await testbed.untilReady('a', 'Patching');
    assert.deepEqual(await data('two'), { kept: 'x', k: 'z' });
    await testbed.setSpec('a', { patches: {} });
    await testbed.untilReady('a', 'Patching');
    await untouched('two', { kept: 'x' });
  });

  it('are one set over all phases, unlike outputs', async () => {
    for (const name of ['one', 'two']) await foreign(testbed, name);
    const patches = { configMaps: { type: configMaps } };
    const operator = routes({
      First: phase(
        () => ({ phase: 'Idle', patches: { configMaps: [{ metadata: { name: 'one' }, data: { k: '1' } }] } }),
        {
          initial: true,
          patches,
        },
      ),
      // Declares no patches: what First has set stays.
      Idle: phase(({ route }) => ({ phase: route.spec['go'] ? 'Second' : 'Idle' })),
      Second: phase(
        () => ({ phase: 'Done', patches: { configMaps: [{ metadata: { name: 'two' }, data: { k: '2' } }] } }),
        {
          patches,
        },
      ),
      Done: final,
    });
    await testbed.run(operator);
    await testbed.route('a');
    await testbed.untilReady('a', 'Idle');
    assert.deepEqual([await data('one'), await data('two')], [{ k: '1' }, {}]);
    await testbed.setSpec('a', { go: true });
    await testbed.untilRoute('a', isDone);
    assert.deepEqual([await data('one'), await data('two')], [{}, { k: '2' }]);
  });

  it('go back to their defaults, and not to their former values', async () => {
    await testbed.cluster.create({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        replicas: 5,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'main', image: 'nginx' }] },
        },
      },
    });
    await testbed.run(
      routes({
        Only: phase(
          ({ route }) => ({
            phase: 'Only',
            patches: { deployments: route.spec['off'] ? [{ metadata: { name: 'web' }, spec: { replicas: 0 } }] : [] },
          }),
          { initial: true, inputs: {}, patches: { deployments: { type: deployments, force: true } } },
        ),
      }),
    );
    await testbed.route('a', { off: true });
    await testbed.until<Deployment>(DEPLOYMENT, ({ spec }) => spec.replicas === 0);
    await testbed.untilReady('a', 'Only');
    await testbed.setSpec('a', {});
    await testbed.until<Deployment>(DEPLOYMENT, ({ spec }) => spec.replicas === 1);
  });

  it('are found again after a restart, by the manager that holds them', async () => {
    for (const name of ['one', 'two', 'three']) await foreign(testbed, name, { kept: 'x' });
    await testbed.run(patching());
    await testbed.route('a', { patches: { one: { k: 'y' }, two: { k: 'y' } } });
    await testbed.untilReady('a', 'Patching');
    await testbed.stopOperators();
    await testbed.setSpec('a', { patches: { three: { k: 'y' } } });
    await testbed.run(patching());
    await testbed.untilReady('a', 'Patching');
    for (const name of ['one', 'two']) await untouched(name, { kept: 'x' });
    assert.deepEqual(await data('three'), { kept: 'x', k: 'y' });
  });

  it('are all of a resource that is deleted, which waits for that, and no other’s', async () => {
    for (const name of ['one', 'two']) await foreign(testbed, name, { kept: 'x' });
    await testbed.run(patching());
    await testbed.route('a', { patches: { one: { k: 'y' }, two: { k: 'y' } } });
    await testbed.route('b', { patches: { one: { l: 'y' } } });
    for (const name of ['a', 'b']) await testbed.untilReady(name, 'Patching');
    testbed.cluster.requests.clear();
    await testbed.cluster.delete(ROUTE);
    await testbed.untilGone(ROUTE);
    assert.deepEqual(testbed.operatorWrites(), ['apply configmaps', 'apply configmaps', 'patch routes']);
    assert.deepEqual(await data('one'), { kept: 'x', l: 'y' });
    await untouched('two', { kept: 'x' });
  });

  it('are given up after the user’s finalizer, and where it fails not yet', async () => {
    await foreign(testbed, 'one');
    const seen: object[] = [];
    const finalizer = async (): Promise<void> => {
      seen.push(await data('one'));
      if (seen.length < 3) throw new Error('not yet');
    };
    await testbed.run(patching({}, undefined, { finalizer: { worker: finalizer } }));
    await testbed.route('a', { patches: { one: { k: 'y' } } });
    await testbed.untilReady('a', 'Patching');
    await testbed.cluster.delete(ROUTE);
    await testbed.untilGone(ROUTE);
    assert.deepEqual(seen, [{ k: 'y' }, { k: 'y' }, { k: 'y' }]);
    await untouched('one', {});
  });

  it('are given up where the whole namespace goes, which is no failure', async () => {
    const doomed = { apiVersion: 'v1', kind: 'ConfigMap', name: 'sticky', namespace: 'doomed' };
    await testbed.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'doomed' } });
    for (const [name, finalizers] of [
      ['sticky', ['example.io/sticky']],
      ['fleeting', []],
    ] as const)
      await testbed.cluster.create({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace: 'doomed', finalizers: [...finalizers] },
      });
    await testbed.run(patching());
    await testbed.route('a', { patches: { sticky: { k: 'y' }, fleeting: { k: 'y' } } }, 'doomed');
    for (const name of ['sticky', 'fleeting'])
      await testbed.until<ConfigMap>({ ...doomed, name }, ({ data: live }) => live?.['k'] === 'y');
    await testbed.cluster.delete({ apiVersion: 'v1', kind: 'Namespace', name: 'doomed' });
    await testbed.untilGone({ ...ROUTE, namespace: 'doomed' });
    const left = await testbed.until<ConfigMap>(doomed, () => true);
    assert.deepEqual([left.data ?? {}, left.metadata.annotations ?? {}], [{}, {}]);
    assert.ok(!testbed.operatorWrites().includes('create events'));
  });

  it('hold a resource whose operator has no patches any more: it says so, once', async () => {
    await foreign(testbed, 'one');
    await testbed.run(patching());
    await testbed.route('a', { patches: { one: { k: 'y' } } });
    await testbed.untilReady('a', 'Patching');
    await testbed.stopOperators();
    const without = routes({ Patching: phase(() => ({ phase: 'Patching' }), { initial: true }) });
    await testbed.run(without);
    await testbed.cluster.delete(ROUTE);
    const left = await testbed.untilRoute('a', (route) => condition(route, 'Stalled').status === 'True');
    assert.deepEqual([left.status?.phase, condition(left, 'Stalled').reason], ['Patching', 'FinalizerLeft']);
    const { note } = await testbed.untilEvent(({ reason }) => reason === 'FinalizerLeft');
    assert.match(note ?? '', /put the finalizer example\.io\/route-operator .* Run the former version/);
    await testbed.stopOperators();
    testbed.cluster.requests.clear();
    await testbed.untilIdle(await testbed.run(without));
    assert.deepEqual(testbed.operatorWrites(), []);
    await testbed.stopOperators();
    await testbed.run(patching());
    await testbed.untilGone(ROUTE);
    assert.equal((await testbed.getConfigMap('one'))?.data?.['k'], undefined);
  });

  it('of a resource that is deleted while the operator is down are given up when it is back', async () => {
    await foreign(testbed, 'one', { kept: 'x' });
    await testbed.run(patching());
    await testbed.route('a', { patches: { one: { k: 'y' } } });
    await testbed.untilReady('a', 'Patching');
    await testbed.stopOperators();
    await testbed.cluster.delete(ROUTE);
    await testbed.run(patching());
    await testbed.untilGone(ROUTE);
    await untouched('one', { kept: 'x' });
  });

  describe('where the server refuses that', () => {
    /** A kind whose objects need a field: one that only we hold cannot be given up. */
    const widgets = { group: 'example.io', version: 'v1', kind: 'Widget', plural: 'widgets', namespaced: true };
    const WIDGET = { apiVersion: 'example.io/v1', kind: 'Widget', name: 'w', namespace: 'default' };
    const spec = {
      type: 'object',
      required: ['size'],
      properties: { size: { type: 'integer' }, other: { type: 'string' } },
    };
    const operator = routes({
      Only: phase(
        ({ route }) => ({
          phase: 'Only',
          patches: {
            widgets: route.spec['size'] ? [{ metadata: { name: 'w' }, spec: { size: route.spec['size'] } }] : [],
          },
        }),
        { initial: true, inputs: {}, patches: { widgets: { type: widgets, force: true } } },
      ),
    });
    beforeEach(async () => {
      await testbed.cluster.installCrd({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'widgets.example.io' },
        spec: {
          group: 'example.io',
          scope: 'Namespaced',
          names: { kind: 'Widget', listKind: 'WidgetList', plural: 'widgets', singular: 'widget' },
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: { openAPIV3Schema: { type: 'object', required: ['spec'], properties: { spec } } },
            },
          ],
        },
      });
      await testbed.cluster.create({ ...WIDGET, metadata: { name: 'w', namespace: 'default' }, spec: { size: 1 } });
      await testbed.run(operator);
      await testbed.route('a', { size: 2 });
      await testbed.untilReady('a', 'Only');
      testbed.cluster.requests.clear();
    });
    const attempts = () => testbed.operatorWrites().filter((write) => write === 'apply widgets').length;
    /** Another takes the field over without changing it: then it can be given up. */
    const mend = () =>
      testbed.cluster.apply(
        {
          apiVersion: 'example.io/v1',
          kind: 'Widget',
          metadata: { name: 'w', namespace: 'default' },
          spec: { size: 2, other: 'x' },
        },
        { fieldManager: 'other' },
      );

    it('are told by condition and event, asked about once, and again when the object has changed', async () => {
      await testbed.setSpec('a', {});
      const stalled = await untilReason('PatchRefused');
      assert.equal(condition(stalled, 'Stalled').status, 'True');
      assert.match(
        condition(stalled, 'Stalled').message,
        /Widget default\/w: .*(Required value|must be of type object)/,
      );
      await testbed.untilEvent(
        ({ reason, note }) => reason === 'PatchRefused' && (note ?? '').includes('cannot be given up'),
      );
      // Woken for something else, it does not ask again.
      await testbed.setSpec('a', { more: 1 });
      await testbed.untilRoute('a', ({ status, metadata }) => status?.observedGeneration === metadata.generation);
      assert.equal(attempts(), 1);
      await mend();
      await testbed.untilReady('a', 'Only');
      assert.equal(attempts(), 2);
    });

    it('keep a resource that is deleted, until the object has changed or is gone', async () => {
      await testbed.cluster.delete(ROUTE);
      const stalled = await untilReason('PatchRefused');
      assert.deepEqual([stalled.status?.phase, condition(stalled, 'Stalled').status], ['Only', 'True']);
      assert.equal(attempts(), 1);
      await testbed.cluster.delete(WIDGET);
      await testbed.untilGone(ROUTE);
    });
  });

  it('wait for a list of the kind: a resource does not go before it is known what it holds', async () => {
    await foreign(testbed, 'one', { kept: 'x' });
    await testbed.run(patching());
    await testbed.route('a', { patches: { one: { k: 'y' } } });
    await testbed.untilReady('a', 'Patching');
    await testbed.stopOperators();
    await testbed.cluster.delete(ROUTE);
    const refused = testbed.cluster.faults.answer(
      500,
      { userAgent: OPERATOR, resource: 'configmaps', verb: 'watch' },
      { count: 3 },
    );
    await testbed.run(patching());
    await testbed.untilGone(ROUTE);
    assert.equal(refused.remaining, 0);
    await untouched('one', { kept: 'x' });
  });
});
