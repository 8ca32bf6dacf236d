import assert from 'node:assert/strict';
import type { KubernetesObject, PhaseDefinition } from 'autopilot-runtime';
import {
  condition,
  configMaps,
  namespaces,
  OPERATOR,
  phase,
  routeCrd,
  routes,
  sum,
  Testbed,
  type ConfigMap,
  type Route,
} from './testbed.ts';

const REF = { apiVersion: 'example.io/v1', kind: 'Route', name: 'a' };

describe('outputs beyond the namespace of their resource', () => {
  let testbed: Testbed;
  beforeEach(async () => {
    testbed = await Testbed.open();
    await testbed.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } });
  });
  afterEach(() => testbed.close());

  /** Writes a ConfigMap for each `namespace/name` in `spec.configMaps`, and a Namespace for each in `spec.namespaces`. */
  const spreading = (more: Partial<PhaseDefinition> = {}): PhaseDefinition =>
    phase(
      ({ route }) => ({
        phase: 'Only',
        outputs: {
          configMaps: ((route.spec['configMaps'] ?? []) as readonly string[]).map((key) => {
            const [namespace = '', name = ''] = key.split('/');
            return { metadata: { namespace, name }, data: { k: 'v' } };
          }),
          namespaces: ((route.spec['namespaces'] ?? []) as readonly string[]).map((name) => ({ metadata: { name } })),
        },
      }),
      {
        initial: true,
        inputs: {},
        outputs: { configMaps: { type: configMaps, namespace: 'any' }, namespaces: { type: namespaces } },
        ...more,
      },
    );
  const spread = routes({ Only: spreading() });
  const at = (key: string) => {
    const [namespace = '', name = ''] = key.split('/');
    return { apiVersion: 'v1', kind: 'ConfigMap', namespace, name };
  };
  const untilThere = (key: string, is: (found: ConfigMap) => boolean = () => true) =>
    testbed.until<ConfigMap>(at(key), is);

  it('have no owner reference, those beside it have one; all have the marks, and a finalizer comes before the first', async () => {
    await testbed.run(spread);
    const route = await testbed.route('a', {
      configMaps: ['default/near', 'other/far'],
      namespaces: ['made'],
    });
    const { metadata } = await testbed.untilReady('a', 'Only');
    assert.deepEqual(metadata.finalizers, ['example.io/route-operator']);
    const found = [
      await untilThere('default/near'),
      await untilThere('other/far'),
      await testbed.until<KubernetesObject>({ apiVersion: 'v1', kind: 'Namespace', name: 'made' }, () => true),
    ];
    for (const object of found) {
      assert.equal(object.metadata.labels?.['example.io/owner'], route.metadata.uid);
      assert.equal(object.metadata.annotations?.['example.io/phase'], 'Only');
    }
    assert.deepEqual(
      found.map((object) => object.metadata.ownerReferences?.length ?? 0),
      [1, 0, 0],
    );
    assert.deepEqual(testbed.operatorWrites(), [
      'apply routes',
      'create configmaps',
      'create configmaps',
      'create namespaces',
      'patch routes/status',
    ]);
  });

  it('are pruned, repaired and left alone like any others', async () => {
    const operator = await testbed.run(spread);
    await testbed.route('a', { configMaps: ['other/one', 'other/two'] });
    await testbed.untilReady('a', 'Only');
    await testbed.cluster.patch(at('other/one'), { data: { k: 'changed' } });
    await untilThere('other/one', ({ data }) => data?.['k'] === 'v');
    const before = await untilThere('other/one');
    await testbed.cluster.delete(at('other/one'));
    await untilThere('other/one', ({ metadata }) => metadata.uid !== before.metadata.uid);
    await testbed.setSpec('a', { configMaps: ['other/one'] });
    await testbed.untilGone(at('other/two'));
    await testbed.untilReady('a', 'Only');
    await testbed.untilIdle(operator);
    await testbed.stopOperators();
    testbed.cluster.requests.clear();
    await testbed.untilIdle(await testbed.run(spread));
    assert.deepEqual(testbed.operatorWrites(), []);
  });

  it('are deleted as the resource goes, and nothing else is', async () => {
    const operator = await testbed.run(spread);
    await testbed.route('a', { configMaps: ['default/near', 'other/far'], namespaces: ['made'] });
    await testbed.route('b', { configMaps: ['other/of-b'] });
    await testbed.untilReady('a', 'Only');
    await testbed.untilReady('b', 'Only');
    await testbed.cluster.create({ ...CONFIG_MAP, metadata: { name: 'theirs', namespace: 'other' } });
    const { labels, annotations } = (await untilThere('other/far')).metadata;
    const copy = { name: 'copy', namespace: 'other', labels, annotations };
    await testbed.cluster.create({ ...CONFIG_MAP, metadata: copy });
    await testbed.untilIdle(operator);
    testbed.cluster.requests.clear();
    await testbed.cluster.delete(REF);
    await testbed.untilGone(REF);
    await testbed.untilGone(at('default/near'));
    await testbed.untilGone({ apiVersion: 'v1', kind: 'Namespace', name: 'made' });
    assert.equal(await testbed.cluster.find(at('other/far')), undefined);
    assert.ok(await testbed.cluster.find(at('other/of-b')));
    assert.ok(await testbed.cluster.find(at('other/theirs')));
    assert.ok(await testbed.cluster.find(at('other/copy')));
    await testbed.untilIdle(operator);
    // What is beside the resource is the garbage collector's.
    assert.deepEqual(testbed.operatorWrites(), ['delete configmaps', 'delete namespaces', 'patch routes']);
  });

  it('are deleted by an operator that was down when the deletion came, after the finalizer of the project', async () => {
    await testbed.run(spread);
    await testbed.route('a', { configMaps: ['other/far'] });
    await testbed.untilReady('a', 'Only');
    await testbed.stopOperators();
    await testbed.cluster.delete(REF);
    let far: unknown;
    const held = testbed.cluster.faults.holdEvents({ userAgent: OPERATOR, resource: 'configmaps' });
    const worker = async (): Promise<void> => void (far = await testbed.cluster.find(at('other/far')));
    const operator = await testbed.run(routes({ Only: spreading() }, { finalizer: { worker } }));
    await testbed.untilMetrics(operator, (metrics) => sum(metrics, 'autopilot_waiting_resources') === 1);
    assert.ok(await testbed.getRoute('a'), 'what has not been listed is not taken for nothing');
    held.release();
    await testbed.untilGone(REF);
    assert.ok(far);
    assert.equal(await testbed.cluster.find(at('other/far')), undefined);
  });

  it('of a kind that is not installed any more hold up no deletion', async () => {
    const ghosts = { group: 'nowhere.io', version: 'v1', kind: 'Ghost', plural: 'ghosts', namespaced: true };
    const other = { ...spreading(), initial: false, outputs: { ghosts: { type: ghosts, namespace: 'any' as const } } };
    const operator = await testbed.run(routes({ Only: spreading(), Other: other }));
    await testbed.route('a', { configMaps: ['other/far'] });
    await testbed.untilReady('a', 'Only');
    await testbed.untilMetrics(operator, (metrics) => sum(metrics, 'autopilot_missing_kinds') === 1);
    await testbed.cluster.delete(REF);
    await testbed.untilGone(REF);
    assert.equal(await testbed.cluster.find(at('other/far')), undefined);
  });

  it("are refused where a stranger's object is, and taken over with `adopt`", async () => {
    await testbed.cluster.create({ ...CONFIG_MAP, metadata: { name: 'taken', namespace: 'other' } });
    await testbed.run(spread);
    const route = await testbed.route('a', { configMaps: ['other/taken'] });
    const refused = await testbed.untilRoute('a', ({ status }) => status !== undefined);
    assert.equal(condition(refused, 'Ready').reason, 'OutputRefused');
    await testbed.stopOperators();
    await testbed.run(routes({ Only: spreading({ adopt: true }) }));
    await untilThere(
      'other/taken',
      ({ data, metadata }) => data?.['k'] === 'v' && metadata.labels?.['example.io/owner'] === route.metadata.uid,
    );
  });

  it('wait for a namespace that is being deleted to be there again', async () => {
    await testbed.cluster.create({
      ...CONFIG_MAP,
      metadata: { name: 'sticky', namespace: 'other', finalizers: ['example.io/sticky'] },
    });
    await testbed.cluster.delete({ apiVersion: 'v1', kind: 'Namespace', name: 'other' });
    await testbed.run(spread);
    await testbed.route('a', { configMaps: ['other/far'] });
    const waits = await testbed.untilRoute('a', ({ status }) => status !== undefined);
    assert.equal(condition(waits, 'Ready').reason, 'OutputBusy');
    assert.match(condition(waits, 'Ready').message, /other\/far cannot be written yet: its namespace is being deleted/);
    await testbed.cluster.patch(at('other/sticky'), { metadata: { finalizers: null } });
    await testbed.untilGone({ apiVersion: 'v1', kind: 'Namespace', name: 'other' });
    await testbed.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } });
    await untilThere('other/far');
    await testbed.untilReady('a', 'Only');
  });

  it('are followed wherever they are by an operator that works in one namespace', async () => {
    const operator = await testbed.run(spread, { config: { watchNamespace: 'default' } });
    await testbed.route('a', { configMaps: ['other/far'] });
    await testbed.untilReady('a', 'Only');
    const before = await untilThere('other/far');
    await testbed.cluster.delete(at('other/far'));
    await untilThere('other/far', ({ metadata }) => metadata.uid !== before.metadata.uid);
    await testbed.untilIdle(operator);
  });

  describe('of a resource in a namespace that is not the operator’s', () => {
    const curious = routes({
      Only: spreading({ inputs: { routes: { type: spread.resource, namespace: 'any' } } }),
    });
    /** The one at work there has stopped. */
    const made = async (...keys: readonly string[]): Promise<void> => {
      const there = await testbed.run(curious, { config: { watchNamespace: 'other' } });
      await testbed.route('b', { configMaps: keys }, 'other');
      for (const key of keys) await untilThere(key);
      await testbed.untilIdle(there);
      await there.stop();
    };

    it('are left alone by one that stood by before and reads such resources', async () => {
      await made('default/far');
      // Nobody renews it: it is for others to take after a second, when all has been listed.
      await testbed.cluster.create({
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: OPERATOR, namespace: 'default' },
        spec: { holderIdentity: 'somebody', leaseDurationSeconds: 1 },
      });
      const operator = await testbed.run(curious, {
        kubeconfig: testbed.cluster.addUser('here', ['system:masters']),
        config: { watchNamespace: 'default', leaderElectionNamespace: 'default' },
        leaderElection: {},
      });
      await testbed.route('a', { configMaps: ['default/near'] });
      await untilThere('default/near');
      await testbed.cluster.delete(at('default/far'));
      await testbed.route('c', { configMaps: ['default/nearer'] });
      await untilThere('default/nearer');
      await testbed.untilIdle(operator);
      assert.equal(await testbed.cluster.find(at('default/far')), undefined);
    });

    it('are not taken for what is left of a resource that is gone', async () => {
      await made('other/beside', 'default/far');
      await testbed.run(spread, { config: { watchNamespace: 'default' } });
      for (const [name, key] of [
        ['beside', 'other/beside'],
        ['far', 'default/far'],
      ] as const) {
        await testbed.route(name, { configMaps: [key] });
        const refused = await testbed.untilRoute(
          name,
          ({ status }) => status?.conditions?.some(({ type }) => type === 'Ready') ?? false,
        );
        assert.equal(condition(refused, 'Ready').reason, 'OutputRefused');
        assert.match(condition(refused, 'Ready').message, key === 'default/far' ? /somebody else/ : /Route b controls/);
      }
    });
  });

  it('of a resource of cluster scope are owned wherever they are, and need no finalizer', async () => {
    const tenant = { group: 'example.io', version: 'v1', kind: 'Tenant', plural: 'tenants', namespaced: false };
    await testbed.cluster.installCrd({
      ...routeCrd,
      metadata: { name: 'tenants.example.io' },
      spec: { ...routeCrd.spec, scope: 'Cluster', names: { kind: 'Tenant', plural: 'tenants' } },
    });
    const ref = { apiVersion: 'example.io/v1', kind: 'Tenant', name: 't' };
    const own = spreading({ outputs: { configMaps: { type: configMaps }, namespaces: { type: namespaces } } });
    await testbed.run(routes({ Only: own }, { resource: { ...tenant, key: 'route' } }));
    const { metadata } = await testbed.cluster.create({
      apiVersion: ref.apiVersion,
      kind: ref.kind,
      metadata: { name: ref.name },
      spec: { configMaps: ['other/far', 'default/near'], namespaces: ['made'] },
    });
    await testbed.until<Route>(ref, ({ status }) => status?.phase === 'Only');
    for (const object of [
      await untilThere('other/far'),
      await untilThere('default/near'),
      await testbed.cluster.get<KubernetesObject>({ apiVersion: 'v1', kind: 'Namespace', name: 'made' }),
    ])
      assert.equal(object.metadata.ownerReferences?.[0]?.uid, metadata.uid);
    assert.ok(!testbed.operatorWrites().includes('apply tenants'));
    await testbed.cluster.delete(ref);
    await testbed.untilGone(at('other/far'));
    await testbed.untilGone({ apiVersion: 'v1', kind: 'Namespace', name: 'made' });
  });
});

const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' };
