import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import {
  condition,
  configMap,
  final,
  isTrue,
  OPERATOR,
  phase,
  routeCrd,
  routes,
  sum,
  Testbed,
  type Route,
} from './testbed.ts';

const REF = { apiVersion: 'example.io/v1', kind: 'Route' };

describe('status of a resource', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  const ref = { apiVersion: 'example.io/v1', kind: 'Route', name: 'a', namespace: 'default' };
  const setStatus = (status: object) => testbed.cluster.patch(ref, { status }, { subresource: 'status' });

  it('is not rewound by an operator that knows less: a lost swap is looked at again', async () => {
    let runs = 0;
    const operator = await testbed.run(
      routes({
        One: phase(
          async () => {
            runs += 1;
            // Another replica went on meanwhile.
            if (runs === 1) await setStatus({ phase: 'Two', revision: 5 });
            return { phase: 'Wrong' };
          },
          { initial: true },
        ),
        Two: phase(() => ({ phase: 'Done' })),
        Wrong: final,
        Done: final,
      }),
    );
    await testbed.route('a');
    const done = await testbed.untilReady('a', 'Done');
    assert.equal(done.status?.revision, 6);
    assert.equal(runs, 1);
    assert.equal(sum(await operator.metrics(), 'autopilot_status_conflicts_total'), 1);
  });

  it('is not rewound by a run that began before the operator saw another one go on', async () => {
    let runs = 0;
    const operator = await testbed.run(
      routes({
        One: phase(
          async ({ inputs }) => {
            runs += 1;
            if (runs === 1) {
              await setStatus({ phase: 'Two', revision: 5 });
              while (!(inputs['routes']?.find('a') as Route | undefined)?.status?.revision) await setImmediate();
            }
            return { phase: 'Wrong' };
          },
          { initial: true, inputs: { routes: { type: routes({}).resource } } },
        ),
        Two: phase(() => ({ phase: 'Done' })),
        Wrong: final,
        Done: final,
      }),
    );
    await testbed.route('a');
    const done = await testbed.untilReady('a', 'Done');
    assert.deepEqual([runs, done.status?.revision], [1, 6]);
    assert.ok(!testbed.operatorRequests().some(({ code }) => code === 422));
    assert.equal(sum(await operator.metrics(), 'autopilot_status_conflicts_total'), 1);
  });

  it('is not written by a run that saw the same phase on an earlier visit: A → B → A', async () => {
    await testbed.route('a');
    await setStatus({ phase: 'A', revision: 1 });
    let runs = 0;
    const operator = await testbed.run(
      routes({
        A: phase(
          async () => {
            runs += 1;
            if (runs === 1) {
              const held = testbed.cluster.faults.holdEvents({ userAgent: OPERATOR, resource: 'routes' });
              await setStatus({ phase: 'B', revision: 2 });
              await setStatus({ phase: 'A', revision: 3 });
              const lost = testbed.cluster.requests.until({
                userAgent: OPERATOR,
                verb: 'patch',
                resource: 'routes',
                code: 422,
              });
              void lost.then(() => held.release());
            }
            return { phase: 'Done', status: { run: runs } };
          },
          { initial: true },
        ),
        B: phase(() => ({ phase: 'Done' })),
        Done: final,
      }),
    );
    const done = await testbed.untilReady('a', 'Done');
    assert.deepEqual([done.status?.['run'], done.status?.revision], [2, 4]);
    assert.equal(sum(await operator.metrics(), 'autopilot_status_conflicts_total'), 1);
  });

  it("is written over others' annotations and status fields, which stay", async () => {
    const operator = routes({
      One: phase(
        async () => {
          await testbed.cluster.patch(ref, { metadata: { annotations: { theirs: 'x' } } });
          await setStatus({ theirs: 'y' });
          return { phase: 'Done' };
        },
        { initial: true },
      ),
      Done: final,
    });
    await testbed.run(operator);
    await testbed.route('a');
    const done = await testbed.untilReady('a', 'Done');
    assert.deepEqual([done.metadata.annotations?.['theirs'], done.status?.['theirs']], ['x', 'y']);
  });

  it('is written anew, and the worker not run again, where only a member of it was taken away meanwhile', async () => {
    let runs = 0;
    const operator = await testbed.run(
      routes({
        One: phase(() => ({ phase: 'Two', status: { gone: 1 } }), { initial: true }),
        Two: phase(async () => {
          runs += 1;
          testbed.cluster.faults.holdEvents({ userAgent: OPERATOR, resource: 'routes' });
          await setStatus({ gone: null });
          return { phase: 'Done', status: { kept: 2 } };
        }),
        Done: final,
      }),
    );
    await testbed.route('a');
    const { status } = await testbed.untilReady('a', 'Done');
    await testbed.untilIdle(operator);
    assert.deepEqual([runs, status?.['kept'], status?.['gone'], status?.revision], [1, 2, undefined, 2]);
    assert.equal(sum(await operator.metrics(), 'autopilot_status_conflicts_total'), 0);
    assert.deepEqual(
      testbed.operatorRequests().map(({ verb, code }) => `${verb} ${code}`),
      ['patch 200', 'patch 422', 'get 200', 'patch 200'],
    );
  });

  it('that the server finds invalid is sent once by each run, told as such, and is no lost swap', async () => {
    const strict = structuredClone(routeCrd);
    const [version] = strict.spec.versions;
    const { properties } = version?.schema.openAPIV3Schema ?? assert.fail();
    properties.status = Object.assign({ ...properties.status }, { properties: { many: { type: 'integer' } } });
    await testbed.cluster.apply(strict);
    const operator = await testbed.run(
      routes({ Only: phase(() => ({ phase: 'Only', status: { many: 'a lot' } }), { initial: true }) }),
    );
    await testbed.route('a');
    const failed = await testbed.untilRoute('a', ({ status }) => status !== undefined);
    assert.equal(condition(failed, 'Ready').reason, 'WriteRejected');
    assert.match(condition(failed, 'Ready').message, /status\.many/);
    await testbed.untilEvent(({ reason }) => reason === 'WriteRejected');
    const [sent, looked, told] = testbed.operatorRequests().filter(({ resource }) => resource === 'routes');
    assert.deepEqual([sent?.code, looked?.verb, told?.verb], [422, 'get', 'patch']);
    assert.notEqual(told?.code, 422);
    assert.equal(sum(await operator.metrics(), 'autopilot_status_conflicts_total'), 0);
  });

  it("keeps the user's part where a worker reports none, and replaces it as a whole where it does", async () => {
    await testbed.run(
      routes({
        One: phase(() => ({ phase: 'Two', status: { a: 1, b: 2 } }), { initial: true }),
        Two: phase(() => ({ phase: 'Three' })),
        Three: phase(({ route }) => ({ phase: 'Done', status: { c: route.status?.['a'] } })),
        Done: final,
      }),
    );
    await testbed.route('a');
    const { status } = await testbed.untilReady('a', 'Done');
    assert.deepEqual([status?.['a'], status?.['b'], status?.['c']], [undefined, undefined, 1]);
  });

  it('is not written where nothing changed', async () => {
    const operator = await testbed.run(
      routes({
        Only: phase(
          ({ inputs }) => ({ phase: 'Only', status: { many: (inputs['configMaps']?.list().length ?? 0) > 0 } }),
          { initial: true },
        ),
      }),
    );
    await testbed.route('a');
    await testbed.untilReady('a', 'Only');
    await testbed.cluster.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'another', namespace: 'default' },
    });
    await testbed.route('barrier');
    await testbed.untilReady('barrier', 'Only');
    await testbed.untilIdle(operator);
    assert.ok(sum(await operator.metrics(), 'autopilot_phase_syncs_total') >= 3);
    assert.deepEqual(testbed.operatorWrites(), ['patch routes/status', 'patch routes/status']);
  });

  it('is not written again by each restart where a condition of somebody else’s doing had no time', async () => {
    await testbed.route('a');
    const conditions = [{ type: 'Ready', status: 'True', reason: 'x', message: 'y' }];
    await setStatus({ phase: 'Only', conditions });
    const operator = routes({ Only: phase(() => ({ phase: 'Only' }), { initial: true }) });
    await testbed.run(operator);
    const { status } = await testbed.untilReady('a', 'Only');
    assert.ok(status?.conditions?.[0]?.lastTransitionTime);
    await testbed.stopOperators();
    testbed.cluster.requests.clear();
    await testbed.untilIdle(await testbed.run(operator));
    assert.deepEqual(testbed.operatorWrites(), []);
  });

  for (const [what, code] of [
    ['a conflict', 409],
    ['a busy server', 429],
    ['a server that fails', 500],
  ] as const) {
    it(`gets there in spite of ${what}`, async () => {
      testbed.cluster.faults.answer(
        code,
        { userAgent: OPERATOR, verb: ['patch', 'create'] },
        { count: 2, ...(code === 429 && { retryAfter: 0 }) },
      );
      const operator = await testbed.run(
        routes({
          One: phase(() => ({ phase: 'Done', outputs: { configMaps: [configMap('out')] } }), { initial: true }),
          Done: final,
        }),
      );
      await testbed.route('a');
      const done = await testbed.untilReady('a', 'Done');
      assert.ok(isTrue(done, 'Ready'));
      await testbed.untilIdle(operator);
      assert.ok(!testbed.operatorWrites().includes('create events'), 'what passes by itself is no news');
    });
  }

  for (const when of ['before', 'after'] as const) {
    it(`gets there when every connection is cut once ${when} its request was done`, async () => {
      const cut = testbed.cluster.faults.cut(
        when,
        { userAgent: OPERATOR, verb: ['patch', 'create', 'apply', 'delete'] },
        { count: 6 },
      );
      const operator = routes({
        One: phase(() => ({ phase: 'Two', outputs: { configMaps: [configMap('one')] } }), { initial: true }),
        Two: phase(() => ({ phase: 'Done', outputs: { configMaps: [configMap('two')] } })),
        Done: final,
      });
      await testbed.run(operator);
      await testbed.route('a');
      await testbed.untilReady('a', 'Done');
      assert.ok(cut.hits >= 4);
      for (const name of ['one', 'two']) assert.ok(await testbed.getConfigMap(name), name);
    });
  }

  it('with what its schema does not have is written once, and told of', async () => {
    const crd = structuredClone(routeCrd);
    for (const { schema } of crd.spec.versions) {
      const { properties } = schema.openAPIV3Schema;
      const kept = Object.fromEntries(
        ['phase', 'conditions', 'revision', 'observedGeneration'].map((name) => [
          name,
          { 'x-kubernetes-preserve-unknown-fields': true },
        ]),
      );
      const list = { type: 'array', items: { type: 'object', properties: { a: { type: 'string' } } } };
      Object.assign(properties, { status: { type: 'object', properties: { ...kept, list } } });
    }
    await testbed.cluster.installCrd(crd);
    let runs = 0;
    const operator = await testbed.run(
      routes({
        Only: phase(
          ({ route }) => {
            runs += 1;
            return {
              phase: 'Only',
              status: { list: [{ a: 'x', b: route.spec['b'] ?? 'y' }], misspelt: { deep: 1 }, none: null },
            };
          },
          { initial: true, inputs: {}, outputs: {} },
        ),
      }),
    );
    await testbed.route('a');
    await testbed.untilReady('a', 'Only');
    const { note } = await testbed.untilEvent(({ reason }) => reason === 'StatusDropped');
    assert.match(note ?? '', /the server dropped it: status\.list\[0\]\.b, status\.misspelt\. Declare it in spec\.ts/);
    const touch = async (value: string): Promise<void> => {
      const before = runs;
      await testbed.cluster.patch({ ...REF, name: 'a' }, { metadata: { labels: { touched: value } } });
      await testbed.untilMetrics(operator, () => runs > before);
      await testbed.untilIdle(operator);
    };
    await touch('1');
    await touch('2');
    const statusWrites = (): number =>
      testbed.operatorWrites().filter((write) => write === 'patch routes/status').length;
    assert.equal(statusWrites(), 1);
    // Somebody takes away what was kept: that comes back.
    await testbed.cluster.patch({ ...REF, name: 'a' }, { status: { list: [] } }, { subresource: 'status' });
    await touch('3');
    assert.deepEqual((await testbed.getRoute('a'))?.status?.['list'], [{ a: 'x' }]);
    assert.equal(statusWrites(), 2);
  });
});
