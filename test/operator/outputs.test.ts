import assert from 'node:assert/strict';
import { mirror } from './mirror.ts';
import {
  condition,
  configMap,
  configMaps,
  isTrue,
  OPERATOR,
  phase,
  routes,
  services,
  type Route,
  Testbed,
} from './testbed.ts';

describe('outputs', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  const setSpec = (spec: Readonly<Record<string, unknown>>) => testbed.setSpec('a', spec);
  const settled = () => testbed.untilReady('a', 'Only');

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

  it('that somebody else refuses as a conflict again and again are told of, with the words, until they are let through', async () => {
    const message = 'admission webhook "frozen.example.io" denied the request: no changes before Monday';
    const frozen = testbed.cluster.faults.answer(
      409,
      { userAgent: OPERATOR, resource: 'configmaps', verb: ['create', 'apply'] },
      { count: Infinity, message },
    );
    const operator = await testbed.run(mirror);
    await testbed.route('a', { outputs: { out: {} } });
    const told = await testbed.untilRoute('a', ({ status }) => status !== undefined);
    const ready = condition(told, 'Ready');
    assert.deepEqual([ready.status, ready.reason], ['False', 'WriteRejected']);
    assert.match(ready.message, /409 .*no changes before Monday/);
    await testbed.untilEvent(({ reason }) => reason === 'WriteRejected');
    frozen.remove();
    await testbed.untilReady('a', 'Only');
    // The next refusal is one that may pass.
    testbed.cluster.requests.clear();
    testbed.cluster.faults.answer(409, { userAgent: OPERATOR, resource: 'configmaps' }, { count: 3, message });
    await setSpec({ outputs: { out: { k: 'v' } } });
    await testbed.untilConfigMap('out', ({ data }) => data?.['k'] === 'v');
    await testbed.untilIdle(operator);
    assert.ok(!testbed.operatorWrites().includes('create events'));
  });
});
