import assert from 'node:assert/strict';
import { OPERATOR, phase, routes, Testbed } from './testbed.ts';

describe('watches of an operator', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  const reporting = routes({
    Only: phase(
      ({ inputs }) => ({
        phase: 'Only',
        status: { read: inputs['configMaps']?.find('wanted')?.data?.['n'] ?? 'none' },
      }),
      { initial: true },
    ),
  });
  const put = (n: number) =>
    testbed.cluster.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'wanted', namespace: 'default' },
      data: { n: String(n) },
    });
  const untilRead = (read: string) => testbed.untilRoute('a', ({ status }) => status?.['read'] === read);

  it('go on after every connection was cut', async () => {
    await testbed.run(reporting);
    await testbed.route('a');
    await untilRead('none');
    for (let n = 1; n <= 3; n += 1) {
      assert.ok(testbed.cluster.faults.cutWatches({ userAgent: OPERATOR }) > 0);
      await put(n);
      await untilRead(String(n));
    }
  });

  for (const asEvent of [true, false]) {
    it(`list anew when the past is gone, told ${asEvent ? 'within the watch' : 'as an answer'}`, async () => {
      await testbed.run(reporting);
      await testbed.route('a');
      await untilRead('none');
      testbed.cluster.faults.answer(410, { userAgent: OPERATOR, verb: 'watch' }, { count: 2, asEvent });
      testbed.cluster.faults.cutWatches({ userAgent: OPERATOR });
      await put(1);
      await untilRead('1');
      testbed.cluster.compact();
      testbed.cluster.faults.cutWatches({ userAgent: OPERATOR });
      await put(2);
      await untilRead('2');
    });
  }

  it('begin in spite of refusals', async () => {
    testbed.cluster.faults.answer(500, { userAgent: OPERATOR, verb: 'watch' }, { count: 3 });
    testbed.cluster.faults.answer(429, { userAgent: OPERATOR, verb: 'watch' }, { count: 2, retryAfter: 0 });
    await testbed.run(reporting);
    await testbed.route('a');
    await untilRead('none');
  });

  it('are paged lists where the server streams none', async () => {
    testbed.cluster.faults.answer(
      422,
      ({ userAgent, query }) => userAgent.startsWith(OPERATOR) && query['sendInitialEvents'] !== undefined,
      { count: 1000 },
    );
    await put(1);
    await testbed.run(reporting);
    await testbed.route('a');
    await untilRead('1');
    await put(2);
    await untilRead('2');
    assert.ok(testbed.cluster.requests.count({ userAgent: OPERATOR, verb: 'list' }) >= 2);
  });

  it('of one kind, shared by all who read it, are one', async () => {
    const reads = (selector: string) => ({
      configMaps: {
        type: { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true },
        selector: { matchLabels: { app: selector } },
      },
    });
    const operator = routes({
      One: phase(() => ({ phase: 'Two' }), { initial: true, inputs: reads('x') }),
      Two: phase(() => ({ phase: 'Three' }), { inputs: reads('x') }),
      Three: phase(() => ({ phase: 'Three' }), { inputs: reads('y') }),
    });
    await testbed.run(operator);
    await testbed.route('a');
    await testbed.untilReady('a', 'Three');
    const selectors = testbed.cluster.requests
      .filter({ userAgent: OPERATOR, verb: 'watch', resource: 'configmaps' })
      .map(({ query }) => query['labelSelector']);
    assert.deepEqual(new Set(selectors), new Set(['app=x', 'app=y', 'example.io/owner']));
    assert.equal(selectors.length, 3);
  });

  it('stay within the watched namespace', async () => {
    await testbed.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'mine' } });
    await testbed.run(reporting, { config: { watchNamespace: 'mine' } });
    await testbed.route('a');
    await testbed.route('b', {}, 'mine');
    await testbed.cluster.until(
      { apiVersion: 'example.io/v1', kind: 'Route', name: 'b', namespace: 'mine' },
      (route) => route?.['status'] !== undefined,
    );
    assert.equal((await testbed.getRoute('a'))?.status, undefined);
    const elsewhere = testbed.cluster.requests
      .filter({ userAgent: OPERATOR })
      .filter(({ namespace }) => namespace !== 'mine');
    assert.deepEqual(
      elsewhere.map(({ path }) => path),
      [],
    );
  });

  it('hold up only the phases that need a kind which is not there', async () => {
    const missing = { group: 'nowhere.io', version: 'v1', kind: 'Ghost', plural: 'ghosts', namespaced: true };
    const operator = await testbed.run(
      routes({
        One: phase(({ route }) => ({ phase: route.metadata.name === 'haunted' ? 'Ghostly' : 'Rest' }), {
          initial: true,
        }),
        Ghostly: phase(() => ({ phase: 'Rest' }), { inputs: { ghosts: { type: missing } } }),
        Rest: phase(() => ({ phase: 'Rest' })),
      }),
    );
    await testbed.route('haunted');
    await testbed.route('a');
    await testbed.untilReady('a', 'Rest');
    assert.equal(
      (await testbed.untilRoute('haunted', ({ status }) => status?.phase === 'Ghostly')).status?.phase,
      'Ghostly',
    );
    assert.equal(operator.unready(), undefined);
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
    await testbed.untilReady('haunted', 'Rest');
  });
});
