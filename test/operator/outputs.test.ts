import assert from 'node:assert/strict';
import type { ObjectLike } from 'autopilot-devcluster';
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

describe('outputs', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  const setSpec = (spec: Readonly<Record<string, unknown>>) => testbed.setSpec('a', spec);

  /** Writes what `spec.outputs` says, a ConfigMap for each name, and rests; without it returns no outputs at all. */
  const mirror = routes({
    Only: phase(
      ({ route }) => ({
        phase: 'Only',
        ...(route.spec['outputs'] !== undefined && {
          outputs: {
            configMaps: Object.entries(route.spec['outputs'] as Record<string, Record<string, string>>).map(
              ([name, data]) => configMap(name, data),
            ),
          },
        }),
      }),
      { initial: true, inputs: {} },
    ),
  });
  const settled = async (): Promise<Route> => {
    const { metadata } = (await testbed.getRoute('a')) ?? assert.fail();
    return testbed.untilRoute(
      'a',
      ({ status }) =>
        status?.observedGeneration === metadata.generation &&
        (status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false),
    );
  };

  it('belong to the resource, and carry the marks of resource and phase', async () => {
    await testbed.run(mirror);
    const route = await testbed.route('a', { outputs: { out: { k: 'v' } } });
    const out = await testbed.untilConfigMap('out', () => true);
    assert.deepEqual(out.metadata.ownerReferences, [
      { apiVersion: 'example.io/v1', kind: 'Route', name: 'a', uid: route.metadata.uid, controller: true },
    ]);
    assert.equal(out.metadata.labels?.['example.io/owner'], route.metadata.uid);
    assert.equal(out.metadata.annotations?.['example.io/phase'], 'Only');
    assert.deepEqual(out.data, { k: 'v' });
  });

  it('are applied when they change, and lose what is no longer asked for, what a create wrote too', async () => {
    const operator = await testbed.run(mirror);
    await testbed.route('a', { outputs: { out: { kept: '1', dropped: '1' } } });
    await testbed.untilConfigMap('out', () => true);
    await settled();
    testbed.cluster.requests.clear();
    await setSpec({ outputs: { out: { kept: '2' } } });
    const out = await testbed.untilConfigMap('out', ({ data }) => data?.['kept'] === '2');
    assert.deepEqual(out.data, { kept: '2' });
    await settled();
    await testbed.untilIdle(operator);
    // The entry of the create is made one of apply first; later changes are one request.
    assert.deepEqual(testbed.operatorWrites(), ['patch configmaps', 'apply configmaps', 'patch routes/status']);
    testbed.cluster.requests.clear();
    await setSpec({ outputs: { out: { kept: '3' } } });
    await testbed.untilConfigMap('out', ({ data }) => data?.['kept'] === '3');
    await settled();
    await testbed.untilIdle(operator);
    assert.deepEqual(testbed.operatorWrites(), ['apply configmaps', 'patch routes/status']);
  });

  it("leave others' fields alone", async () => {
    await testbed.run(mirror);
    await testbed.route('a', { outputs: { out: { ours: '1' } } });
    await testbed.untilConfigMap('out', () => true);
    await testbed.cluster.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'out', namespace: 'default', labels: { theirs: 'x' } },
      data: { theirs: 'y' },
    });
    await setSpec({ outputs: { out: { ours: '2' } } });
    const out = await testbed.untilConfigMap('out', ({ data }) => data?.['ours'] === '2');
    assert.deepEqual([out.data, out.metadata.labels?.['theirs']], [{ ours: '2', theirs: 'y' }, 'x']);
  });

  for (const [what, patch] of [
    ['a value that was changed', { data: { k: 'other' } }],
    ['a field that was removed', { data: { k: null } }],
    ['our annotation', { metadata: { annotations: { 'example.io/phase': 'Other' } } }],
    ['our owner label', { metadata: { labels: { 'example.io/owner': null } } }],
    ['our owner reference', { metadata: { ownerReferences: null } }],
  ] as const) {
    it(`are repaired: ${what}`, async () => {
      await testbed.run(mirror);
      const route = await testbed.route('a', { outputs: { out: { k: 'v' } } });
      await testbed.untilConfigMap('out', () => true);
      await settled();
      await testbed.cluster.patch({ apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'default' }, patch);
      await testbed.untilConfigMap(
        'out',
        ({ data, metadata }) =>
          data?.['k'] === 'v' &&
          metadata.annotations?.['example.io/phase'] === 'Only' &&
          metadata.labels?.['example.io/owner'] === route.metadata.uid &&
          metadata.ownerReferences?.[0]?.uid === route.metadata.uid,
      );
    });
  }

  it('are repaired after a restart, when the change was made while the operator was down', async () => {
    const first = await testbed.run(mirror);
    await testbed.route('a', { outputs: { out: { k: 'v' } } });
    await testbed.untilConfigMap('out', () => true);
    await settled();
    await testbed.untilIdle(first);
    await testbed.stopOperators();
    await testbed.cluster.patch(
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'default' },
      { data: { k: 'other' } },
    );
    await testbed.run(mirror);
    await testbed.untilConfigMap('out', ({ data }) => data?.['k'] === 'v');
  });

  it('that are Secrets written as text are repaired when a value is changed or removed', async () => {
    const secrets = { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true };
    const ref = { apiVersion: 'v1', kind: 'Secret', name: 'out' };
    await testbed.run(
      routes({
        Only: phase(
          ({ route }) => ({
            phase: 'Only',
            outputs: { secrets: [{ metadata: { name: 'out' }, stringData: { password: route.spec['password'] } }] },
          }),
          { initial: true, outputs: { secrets: { type: secrets } } },
        ),
      }),
    );
    await testbed.route('a', { password: 'one' });
    const has = (password: string) =>
      testbed.until<ObjectLike & { readonly data?: Readonly<Record<string, string>> }>(
        ref,
        ({ data }) => data?.['password'] === Buffer.from(password).toString('base64'),
      );
    await has('one');
    await testbed.cluster.patch(ref, { stringData: { password: 'other' } });
    await has('one');
    // Managed fields of an apply are other ones than those of a create.
    await setSpec({ password: 'two' });
    await has('two');
    await testbed.cluster.patch(ref, { data: { password: null } });
    await has('two');
  });

  it('are made again when somebody deletes them', async () => {
    await testbed.run(mirror);
    await testbed.route('a', { outputs: { out: { k: 'v' } } });
    const { metadata } = await testbed.untilConfigMap('out', () => true);
    await settled();
    await testbed.cluster.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'default' });
    await testbed.untilConfigMap('out', (out) => out.metadata.uid !== metadata.uid);
  });

  it('wake nobody when others change what is theirs', async () => {
    const operator = await testbed.run(mirror);
    await testbed.route('a', { outputs: { out: { k: 'v' } } });
    await testbed.untilConfigMap('out', () => true);
    await settled();
    await testbed.untilIdle(operator);
    const before = sum(await operator.metrics(), 'controller_runtime_reconcile_total');
    for (const value of ['1', '2', '3']) {
      await testbed.cluster.patch(
        { apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'default' },
        { data: { theirs: value } },
      );
    }
    await testbed.route('barrier');
    await testbed.untilReady('barrier', 'Only');
    await testbed.untilIdle(operator);
    assert.equal(sum(await operator.metrics(), 'controller_runtime_reconcile_total') - before, 1);
  });

  it('that are no longer returned are pruned; a key that is absent leaves things alone; an empty list removes all', async () => {
    const operator = await testbed.run(mirror);
    await testbed.route('a', { outputs: { one: {}, two: {} } });
    await testbed.untilConfigMap('two', () => true);
    await settled();
    await setSpec({ outputs: { two: {} } });
    await settled();
    assert.equal(await testbed.getConfigMap('one'), undefined);
    await setSpec({});
    await settled();
    assert.ok(await testbed.getConfigMap('two'));
    await setSpec({ outputs: {} });
    await settled();
    assert.equal(await testbed.getConfigMap('two'), undefined);
    await testbed.untilIdle(operator);
    const deletes = testbed.operatorWrites().filter((write) => write.startsWith('delete'));
    assert.equal(deletes.length, 2);
  });

  it("of one phase are not another's to prune, and not another resource's", async () => {
    const operator = routes({
      One: phase(
        ({ route }) => ({ phase: 'Two', outputs: { configMaps: [configMap(`${route.metadata.name}-one`)] } }),
        { initial: true },
      ),
      Two: phase(({ route }) => ({
        phase: 'Done',
        outputs: { configMaps: [configMap(`${route.metadata.name}-two`)] },
      })),
      Done: final,
    });
    await testbed.run(operator);
    await testbed.route('a');
    await testbed.route('b');
    await testbed.untilReady('a', 'Done');
    await testbed.untilReady('b', 'Done');
    for (const name of ['a-one', 'a-two', 'b-one', 'b-two']) assert.ok(await testbed.getConfigMap(name), name);
  });

  it('that two phases return belong to the last', async () => {
    const operator = routes({
      One: phase(() => ({ phase: 'Two', outputs: { configMaps: [configMap('shared', { by: 'one' })] } }), {
        initial: true,
      }),
      Two: phase(({ route }) => ({
        phase: route.spec['stay'] ? 'Two' : 'Done',
        outputs: { configMaps: [configMap('shared', { by: 'two' })] },
      })),
      Done: final,
    });
    await testbed.run(operator);
    await testbed.route('a');
    await testbed.untilReady('a', 'Done');
    const shared = await testbed.getConfigMap('shared');
    assert.deepEqual([shared?.data, shared?.metadata.annotations?.['example.io/phase']], [{ by: 'two' }, 'Two']);
  });

  it("never touch a stranger's object of the same name: the resource says so, and others go on", async () => {
    const stranger = await testbed.cluster.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'taken', namespace: 'default' },
      data: { precious: 'x' },
    });
    await testbed.run(mirror);
    await testbed.route('a', { outputs: { taken: { k: 'v' } } });
    const refused = await testbed.untilRoute('a', (route) => route.status !== undefined);
    assert.equal(condition(refused, 'Ready').reason, 'OutputRefused');
    assert.match(condition(refused, 'Ready').message, /ConfigMap default\/taken exists and is not this resource's/);
    await testbed.untilEvent(({ reason }) => reason === 'OutputRefused');
    await testbed.route('b', { outputs: { free: {} } });
    await testbed.untilReady('b', 'Only');
    assert.deepEqual(await testbed.getConfigMap('taken'), stranger);
  });

  it('are taken over with `adopt`, unless somebody else controls them', async () => {
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'boss', uid: '', controller: true };
    const boss = await testbed.cluster.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'boss', namespace: 'default' },
    });
    await testbed.cluster.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'orphan', namespace: 'default' },
      data: { theirs: 'x' },
    });
    await testbed.cluster.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'controlled',
        namespace: 'default',
        ownerReferences: [{ ...owner, uid: boss.metadata.uid ?? '' }],
      },
    });
    const adopting = routes({
      Only: phase(
        ({ route }) => ({
          phase: 'Only',
          outputs: { configMaps: [configMap(String(route.spec['output']), { ours: 'y' })] },
        }),
        { initial: true, adopt: true },
      ),
    });
    await testbed.run(adopting);
    const route = await testbed.route('a', { output: 'orphan' });
    const adopted = await testbed.untilConfigMap('orphan', ({ data }) => data?.['ours'] === 'y');
    assert.equal(adopted.data?.['theirs'], 'x');
    assert.equal(adopted.metadata.ownerReferences?.[0]?.uid, route.metadata.uid);
    await testbed.route('b', { output: 'controlled' });
    const refused = await testbed.untilRoute('b', ({ status }) => status !== undefined);
    assert.match(condition(refused, 'Ready').message, /ConfigMap boss controls it/);
  });

  it('that exist from a run that was killed are recognised and completed', async () => {
    const route = await testbed.route('a', { outputs: { out: { k: 'new' } } });
    await testbed.cluster.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'out',
        namespace: 'default',
        ownerReferences: [
          { apiVersion: 'example.io/v1', kind: 'Route', name: 'a', uid: route.metadata.uid ?? '', controller: true },
        ],
      },
      data: { k: 'old' },
    });
    await testbed.run(mirror);
    const out = await testbed.untilConfigMap('out', ({ data }) => data?.['k'] === 'new');
    assert.equal(out.metadata.labels?.['example.io/owner'], route.metadata.uid);
    await settled();
  });

  it('wait for the objects of a predecessor of the same name to be collected', async () => {
    await testbed.run(mirror);
    await testbed.route('a', { outputs: { out: {} } });
    const first = await testbed.untilConfigMap('out', () => true);
    await settled();
    await testbed.cluster.patch(
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'default' },
      { metadata: { finalizers: ['example.io/slow'] } },
    );
    await testbed.cluster.delete({ apiVersion: 'example.io/v1', kind: 'Route', name: 'a', namespace: 'default' });
    await testbed.untilConfigMap('out', ({ metadata }) => metadata.deletionTimestamp !== undefined);
    const successor = await testbed.route('a', { outputs: { out: { mine: '1' } } });
    await testbed.untilRoute(
      'a',
      (route) => route.metadata.uid === successor.metadata.uid && route.status !== undefined,
    );
    await testbed.cluster.patch(
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'default' },
      { metadata: { finalizers: null } },
    );
    const second = await testbed.untilConfigMap(
      'out',
      ({ metadata, data }) => metadata.uid !== first.metadata.uid && data?.['mine'] === '1',
    );
    assert.equal(second.metadata.ownerReferences?.[0]?.uid, successor.metadata.uid);
  });

  for (const [what, metadata, touch] of [
    [
      'belong to a resource that is gone',
      {
        finalizers: ['example.io/slow'],
        ownerReferences: [{ apiVersion: 'example.io/v1', kind: 'Route', name: 'a', uid: 'gone', controller: true }],
      },
      undefined,
    ],
    ['are being deleted, though a stranger made them', { finalizers: ['example.io/slow'] }, 'delete'],
  ] as const) {
    it(`wait for objects in their place that ${what}`, async () => {
      const out = { apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'default' };
      const { apiVersion, kind, name, namespace } = out;
      await testbed.cluster.create({ apiVersion, kind, metadata: { name, namespace, ...metadata } });
      if (touch === 'delete') await testbed.cluster.delete(out);
      await testbed.run(mirror);
      await testbed.route('a', { outputs: { out: { k: 'v' } } });
      const waits = await testbed.untilRoute('a', ({ status }) => status !== undefined);
      assert.equal(condition(waits, 'Ready').reason, 'OutputBusy');
      await testbed.cluster.patch(out, { metadata: { finalizers: null } });
      await testbed.untilConfigMap('out', ({ data }) => data?.['k'] === 'v');
      await settled();
    });
  }

  it('are not taken from what a predecessor orphaned, unless with `adopt`', async () => {
    const out = { apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'default' };
    const labels = { 'example.io/owner': 'gone' };
    await testbed.cluster.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: out.name, namespace: out.namespace, labels },
    });
    await testbed.run(mirror);
    const route = await testbed.route('a', { outputs: { out: { k: 'v' } } });
    const refused = await testbed.untilRoute('a', ({ status }) => status !== undefined);
    assert.equal(condition(refused, 'Ready').reason, 'OutputRefused');
    assert.match(condition(refused, 'Ready').message, /a resource that is gone left it behind.*`adopt: true`/);
    await testbed.stopOperators();
    const adopting = phase(() => ({ phase: 'Only', outputs: { configMaps: [configMap('out', { k: 'v' })] } }), {
      initial: true,
      adopt: true,
    });
    await testbed.run(routes({ Only: adopting }));
    const { metadata } = await testbed.untilConfigMap('out', ({ data }) => data?.['k'] === 'v');
    assert.equal(metadata.labels?.['example.io/owner'], route.metadata.uid);
    assert.equal(metadata.ownerReferences?.[0]?.uid, route.metadata.uid);
  });

  it('are pruned though the phase that made them had another name then', async () => {
    const named = (name: string, outputs: readonly string[], renamedFrom: readonly string[] = []) =>
      routes({
        [name]: phase(() => ({ phase: name, outputs: { configMaps: outputs.map((each) => configMap(each)) } }), {
          initial: true,
          renamedFrom,
        }),
      });
    await testbed.run(named('Old', ['one', 'two']));
    await testbed.route('a');
    await testbed.untilReady('a', 'Old');
    await testbed.stopOperators();
    await testbed.run(named('New', ['two'], ['Old']));
    await testbed.untilReady('a', 'New');
    assert.equal(await testbed.getConfigMap('one'), undefined);
    assert.equal((await testbed.getConfigMap('two'))?.metadata.annotations?.['example.io/phase'], 'New');
  });

  it('that are being deleted are waited for, and then made again', async () => {
    const operator = await testbed.run(mirror);
    await testbed.route('a', { outputs: { out: { k: 'v' } } });
    const before = await testbed.untilConfigMap('out', () => true);
    await settled();
    const out = { apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'default' };
    await testbed.cluster.patch(out, { metadata: { finalizers: ['example.io/slow'] } });
    await testbed.cluster.delete(out);
    // Each touch runs the phase; one of them after the operator's watch has told of the deletion.
    for (let touch = 0, reason = ''; reason !== 'OutputBusy'; touch += 1) {
      assert.ok(touch < 20, `it is ${reason}`);
      const before = sum(await operator.metrics(), 'autopilot_phase_syncs_total');
      await testbed.cluster.patch(
        { apiVersion: 'example.io/v1', kind: 'Route', name: 'a' },
        { metadata: { labels: { touched: String(touch) } } },
      );
      await testbed.untilMetrics(operator, (metrics) => sum(metrics, 'autopilot_phase_syncs_total') > before);
      reason = condition((await testbed.getRoute('a')) ?? assert.fail(), 'Ready').reason;
    }
    await testbed.cluster.patch(out, { metadata: { finalizers: null } });
    await testbed.untilConfigMap('out', ({ metadata }) => metadata.uid !== before.metadata.uid);
    await settled();
  });

  it('of several kinds are applied in the order given, before anything is pruned', async () => {
    const ordered = routes({
      Only: {
        initial: true,
        outputs: { configMaps: { type: configMaps }, services: { type: services } },
        worker: ({ route }: { route: Route }) => ({
          phase: 'Only',
          outputs: route.spec['second']
            ? { services: [], configMaps: [configMap('two')] }
            : {
                services: [{ metadata: { name: 'svc' }, spec: { ports: [{ port: 80 }], selector: { app: 'x' } } }],
                configMaps: [configMap('one')],
              },
        }),
      },
    });
    await testbed.run(ordered);
    await testbed.route('a');
    await settled();
    assert.deepEqual(testbed.operatorWrites(), ['create services', 'create configmaps', 'patch routes/status']);
    testbed.cluster.requests.clear();
    await setSpec({ second: true });
    await settled();
    assert.deepEqual(testbed.operatorWrites(), [
      'create configmaps',
      'delete services',
      'delete configmaps',
      'patch routes/status',
    ]);
  });

  it('that the server refuses end in one condition and event, with its words', async () => {
    await testbed.run(mirror);
    await testbed.route('a', { outputs: { Not_A_Name: {} } });
    const refused = await testbed.untilRoute('a', ({ status }) => status !== undefined);
    assert.equal(condition(refused, 'Ready').reason, 'WriteRejected');
    assert.match(condition(refused, 'Ready').message, /metadata\.name/);
  });

  it('with a field that their kind does not have are refused, when they are made and when they change', async () => {
    await testbed.run(
      routes({
        Only: phase(
          ({ route }) => ({
            phase: 'Only',
            outputs: { configMaps: [{ metadata: { name: 'out' }, ...(route.spec['body'] as object) }] },
          }),
          { initial: true, inputs: {} },
        ),
      }),
    );
    await testbed.route('a', { body: { dta: { k: 'v' } } });
    const created = await testbed.untilRoute('a', ({ status }) => status !== undefined);
    assert.equal(condition(created, 'Ready').reason, 'WriteRejected');
    assert.match(condition(created, 'Ready').message, /400 BadRequest .*unknown field "dta"/);
    assert.equal(await testbed.getConfigMap('out'), undefined);
    await setSpec({ body: { data: { k: 'v' } } });
    await testbed.untilReady('a', 'Only');
    await setSpec({ body: { dta: { k: 'v' } } });
    const applied = await testbed.untilRoute('a', (route) => !isTrue(route, 'Ready'));
    assert.equal(condition(applied, 'Ready').reason, 'WriteRejected');
    assert.match(condition(applied, 'Ready').message, /500 .*\.dta: field not declared in schema/);
  });

  it('that the server fails at again and again are told of, but not at once', async () => {
    testbed.cluster.faults.answer(500, { userAgent: OPERATOR, verb: 'create', resource: 'configmaps' }, { count: 3 });
    const operator = await testbed.run(mirror);
    await testbed.route('a', { outputs: { out: {} } });
    await testbed.untilReady('a', 'Only');
    await testbed.untilIdle(operator);
    assert.ok(!testbed.operatorWrites().includes('create events'));
    testbed.cluster.faults.answer(500, { userAgent: OPERATOR, verb: 'patch', resource: 'configmaps' }, { count: 20 });
    await setSpec({ outputs: { out: { k: 'v' } } });
    const told = await testbed.untilRoute('a', (route) => !isTrue(route, 'Ready'));
    assert.equal(condition(told, 'Ready').reason, 'WriteRejected');
  });
});
