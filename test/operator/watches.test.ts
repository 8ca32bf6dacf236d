import assert from 'node:assert/strict';
import type { PhaseDefinition } from 'autopilot-runtime';
import {
  condition,
  configMap,
  configMaps,
  isTrue,
  OPERATOR,
  phase,
  routeCrd,
  routes,
  services,
  sum,
  Testbed,
  type Route,
} from './testbed.ts';

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
      await testbed.cluster.compact();
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

  it('of a kind that somebody reads whole serve those who read a part of it', async () => {
    const part = { configMaps: { type: configMaps, selector: { matchLabels: { app: 'x' } } } };
    await testbed.run(
      routes({
        One: phase(
          ({ inputs: { configMaps: few } }) => ({
            phase: 'Two',
            status: { n: few?.list().length, found: few?.find('wanted') !== undefined },
          }),
          { initial: true, inputs: part },
        ),
        Two: phase(() => ({ phase: 'Two' })),
      }),
    );
    await put(1);
    await testbed.route('a');
    const { status } = await testbed.untilReady('a', 'Two');
    assert.deepEqual([status?.['n'], status?.['found']], [0, false]);
    const watches = testbed.cluster.requests.filter({ userAgent: OPERATOR, verb: 'watch', resource: 'configmaps' });
    assert.deepEqual(
      watches.map(({ query }) => query['labelSelector']),
      [undefined],
    );
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

  it("bring no resources of other namespaces, though a phase reads the operator's own kind in all of them", async () => {
    await testbed.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'mine' } });
    const counting = routes({
      Only: phase(
        ({ inputs }) => ({
          phase: 'Only',
          status: { all: inputs['routes']?.list().map(({ metadata }) => metadata.name) },
        }),
        { initial: true, inputs: { routes: { type: routes({}).resource, namespace: 'any' } } },
      ),
    });
    await testbed.route('a');
    const operator = await testbed.run(counting, { config: { watchNamespace: 'mine' } });
    await testbed.route('b', {}, 'mine');
    await testbed.cluster.until<Route>(
      { apiVersion: 'example.io/v1', kind: 'Route', name: 'b', namespace: 'mine' },
      (route) => JSON.stringify(route?.status?.['all']) === '["a","b"]',
    );
    await testbed.untilIdle(operator);
    assert.equal((await testbed.getRoute('a'))?.status, undefined);
  });

  describe('of a kind that is not installed', () => {
    const ghosts = { group: 'nowhere.io', version: 'v1', kind: 'Ghost', plural: 'ghosts', namespaced: true };
    const ghostCrd = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'ghosts.nowhere.io' },
      spec: {
        group: 'nowhere.io',
        scope: 'Namespaced',
        names: { kind: 'Ghost', plural: 'ghosts' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    };
    const isMissing = (route: Route): boolean =>
      route.status?.conditions?.some(({ reason }) => reason === 'InputKindMissing') ?? false;

    it('is found missing by a write before its watch tells: the phase waits, and goes on once it is there', async () => {
      const writing = phase(
        ({ route }) => ({ phase: 'Only', outputs: { configMaps: [configMap(route.metadata.name)] } }),
        { initial: true, inputs: {} },
      );
      await testbed.run(routes({ Only: writing }));
      await testbed.route('first');
      await testbed.untilReady('first', 'Only');
      testbed.cluster.requests.clear();
      const gone = testbed.cluster.faults.answer(
        404,
        { userAgent: OPERATOR, resource: 'configmaps' },
        { count: Infinity, message: 'the server could not find the requested resource' },
      );
      await testbed.route('a');
      const waits = await testbed.untilRoute('a', ({ status }) => status !== undefined);
      assert.equal(condition(waits, 'Ready').reason, 'InputKindMissing');
      assert.match(condition(waits, 'Ready').message, /not installed in the cluster: configmaps\.$/);
      gone.remove();
      await testbed.untilReady('a', 'Only');
      assert.ok(await testbed.getConfigMap('a'));
      assert.equal(testbed.operatorWrites().filter((write) => write === 'create configmaps').length, 2);
      assert.ok(!testbed.operatorWrites().includes('create events'));
    });
    const haunting = (use: Partial<PhaseDefinition>) =>
      routes({
        One: phase(({ route }) => ({ phase: route.metadata.name === 'haunted' ? 'Ghostly' : 'Rest' }), {
          initial: true,
        }),
        Ghostly: phase(({ route }) => ({ phase: route.spec['stay'] ? 'Ghostly' : 'Rest' }), {
          inputs: {},
          outputs: {},
          ...use,
        }),
        Rest: phase(() => ({ phase: 'Rest' })),
      });

    for (const [what, use] of [
      ['reads', { inputs: { ghosts: { type: ghosts } } }],
      ['writes', { outputs: { ghosts: { type: ghosts } } }],
    ] as const) {
      it(`hold up only the phase that ${what} it, which says so, until it comes`, async () => {
        const operator = await testbed.run(haunting(use));
        await testbed.route('haunted');
        await testbed.route('a');
        await testbed.untilReady('a', 'Rest');
        const waits = await testbed.untilRoute('haunted', isMissing);
        assert.equal(waits.status?.phase, 'Ghostly');
        assert.match(condition(waits, 'Ready').message, /^Phase Ghostly waits for kinds .*: ghosts\.nowhere\.io\.$/);
        assert.deepEqual([isTrue(waits, 'Reconciling'), isTrue(waits, 'Stalled')], [true, false]);
        assert.equal(operator.unready(), undefined);
        const metrics = await operator.metrics();
        assert.equal(sum(metrics, 'autopilot_missing_kinds', 'kind="ghosts.nowhere.io"'), 1);
        assert.equal(sum(metrics, 'autopilot_waiting_resources'), 1);
        await testbed.cluster.installCrd(ghostCrd);
        await testbed.untilReady('haunted', 'Rest');
        assert.equal(sum(await operator.metrics(), 'autopilot_missing_kinds'), 0);
      });
    }

    for (const [what, use] of [
      ['reads', { inputs: { ghosts: { type: ghosts } } }],
      ['writes', { outputs: { ghosts: { type: ghosts } } }],
    ] as const) {
      it(`are told of at once by a resource that rests in a phase that ${what} it, and the operator stays ready`, async () => {
        await testbed.cluster.installCrd(ghostCrd);
        const operator = await testbed.run(haunting(use));
        await testbed.route('haunted', { stay: true });
        await testbed.route('a');
        await testbed.untilReady('haunted', 'Ghostly');
        await testbed.untilReady('a', 'Rest');
        const removed = testbed.cluster.faults.removeApi({ apiVersion: 'nowhere.io/v1', kind: 'Ghost' });
        const waits = await testbed.untilRoute('haunted', isMissing);
        assert.equal(waits.status?.phase, 'Ghostly');
        assert.equal(sum(await operator.metrics(), 'autopilot_missing_kinds', 'kind="ghosts.nowhere.io"'), 1);
        assert.equal(operator.unready(), undefined);
        removed.remove();
        await testbed.untilReady('haunted', 'Ghostly');
        assert.equal(sum(await operator.metrics(), 'autopilot_missing_kinds'), 0);
        assert.ok(!isMissing((await testbed.getRoute('a')) ?? assert.fail()));
      });
    }

    it('are no concern of resources in namespaces where the operator does not work, though it reads them', async () => {
      const elsewhere = { apiVersion: 'example.io/v1', kind: 'Route', name: 'b', namespace: 'elsewhere' };
      await testbed.cluster.installCrd(ghostCrd);
      await testbed.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: elsewhere.namespace } });
      await testbed.route('a');
      await testbed.route('b', {}, elsewhere.namespace);
      await testbed.cluster.patch(elsewhere, { status: { phase: 'Only' } }, { subresource: 'status' });
      const ran = new Set<string | undefined>();
      const reading = routes({
        Only: phase(
          ({ route }) => {
            ran.add(route.metadata.namespace);
            return { phase: 'Only' };
          },
          {
            initial: true,
            inputs: { routes: { type: routes({}).resource, namespace: 'any' }, ghosts: { type: ghosts } },
            outputs: {},
          },
        ),
      });
      const operator = await testbed.runWith(reading, { config: { watchNamespace: 'default' } });
      await testbed.untilReady('a', 'Only');
      const removed = testbed.cluster.faults.removeApi({ apiVersion: 'nowhere.io/v1', kind: 'Ghost' });
      await testbed.untilRoute('a', isMissing);
      removed.remove();
      await testbed.untilReady('a', 'Only');
      await testbed.untilIdle(operator);
      assert.deepEqual([...ran], ['default']);
      assert.deepEqual((await testbed.cluster.find<Route>(elsewhere))?.status, { phase: 'Only' });
    });

    it('are told of though the kind goes with all its objects, and comes back without them', async () => {
      await testbed.cluster.installCrd(ghostCrd);
      await testbed.cluster.create({ apiVersion: 'nowhere.io/v1', kind: 'Ghost', metadata: { name: 'boo' } });
      const counting = routes({
        Only: phase(({ inputs }) => ({ phase: 'Only', status: { ghosts: inputs['ghosts']?.list().length } }), {
          initial: true,
          inputs: { ghosts: { type: ghosts } },
        }),
      });
      await testbed.run(counting);
      await testbed.route('a');
      await testbed.untilRoute('a', ({ status }) => status?.['ghosts'] === 1);
      const { apiVersion, kind, metadata } = ghostCrd;
      await testbed.cluster.delete({ apiVersion, kind, name: metadata.name });
      await testbed.untilRoute('a', isMissing);
      await testbed.cluster.installCrd(ghostCrd);
      await testbed.untilRoute('a', (route) => route.status?.['ghosts'] === 0 && isTrue(route, 'Ready'));
    });

    it('hold up no phase that does without it, though an earlier one had made objects of it', async () => {
      await testbed.cluster.installCrd(ghostCrd);
      const operator = routes({
        One: phase(() => ({ phase: 'Rest', outputs: { ghosts: [{ metadata: { name: 'boo' } }] } }), {
          initial: true,
          inputs: {},
          outputs: { ghosts: { type: ghosts } },
        }),
        Rest: phase(({ route }) => ({ phase: 'Rest', status: { seen: route.spec['n'] } })),
      });
      await testbed.run(operator);
      await testbed.route('a', { n: 1 });
      await testbed.untilReady('a', 'Rest');
      await testbed.stopOperators();
      const { apiVersion, kind, metadata } = ghostCrd;
      await testbed.cluster.delete({ apiVersion, kind, name: metadata.name });
      await testbed.run(operator);
      await testbed.setSpec('a', { n: 2 });
      await testbed.untilRoute('a', ({ status }) => status?.['seen'] === 2);
    });

    it('are forgotten with the resource that waited for it', async () => {
      const operator = await testbed.run(haunting({ inputs: { ghosts: { type: ghosts } } }));
      await testbed.route('haunted');
      await testbed.untilRoute('haunted', isMissing);
      await testbed.cluster.delete({ apiVersion: 'example.io/v1', kind: 'Route', name: 'haunted' });
      await testbed.untilMetrics(operator, (metrics) => sum(metrics, 'autopilot_waiting_resources') === 0);
    });

    it('make the operator unready where it is the kind of the operator itself', async () => {
      await testbed.cluster.delete({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        name: 'routes.example.io',
      });
      const operator = await testbed.run(reporting);
      await testbed.untilMetrics(operator, (metrics) => sum(metrics, 'autopilot_missing_kinds') === 1);
      assert.equal(operator.unready(), 'routes.example.io is not installed in the cluster');
      await testbed.cluster.installCrd(routeCrd);
      await testbed.route('a');
      await untilRead('none');
      assert.equal(operator.unready(), undefined);
    });
  });

  for (const [what, of, use] of [
    ['inputs', 'configmaps', { outputs: {} }],
    ['outputs', 'services', { inputs: {}, outputs: { services: { type: services } } }],
  ] as const) {
    it(`are caught up with before a worker runs: those of its ${what}`, async () => {
      let runs = 0;
      const held = testbed.cluster.faults.holdEvents({ userAgent: OPERATOR, resource: of });
      const counting = (): unknown => {
        runs += 1;
        return { phase: 'Slow' };
      };
      const operator = routes({
        First: phase(({ route }) => ({ phase: String(route.spec['next']) }), {
          initial: true,
          inputs: {},
          outputs: {},
        }),
        Slow: phase(counting, use),
        Quick: phase(() => ({ phase: 'Quick' }), { inputs: {}, outputs: {} }),
      });
      const running = await testbed.run(operator);
      await testbed.route('slow', { next: 'Slow' });
      await testbed.untilMetrics(running, (metrics) => sum(metrics, 'autopilot_waiting_resources') === 1);
      await testbed.route('quick', { next: 'Quick' });
      await testbed.untilReady('quick', 'Quick');
      assert.equal(runs, 0);
      const waits = await testbed.untilRoute('slow', ({ status }) => status?.phase === 'Slow');
      assert.equal(condition(waits, 'Ready').reason, 'Progressing');
      assert.equal(running.unready(), undefined);
      held.release();
      await testbed.untilReady('slow', 'Slow');
      assert.equal(runs, 1);
    });
  }

  it('that are refused hold up only the phase that needs them, which says so, until they are allowed', async () => {
    const refused = testbed.cluster.faults.answer(
      403,
      { userAgent: OPERATOR, resource: 'configmaps' },
      { count: Infinity },
    );
    const operator = await testbed.run(reporting);
    await testbed.route('a');
    const waits = await testbed.untilRoute('a', ({ status }) => status !== undefined);
    assert.equal(condition(waits, 'Ready').reason, 'InputForbidden');
    assert.match(
      condition(waits, 'Ready').message,
      /^Phase Only waits for kinds .* may not list and watch: configmaps\./,
    );
    assert.equal(sum(await operator.metrics(), 'autopilot_forbidden_kinds', 'kind="configmaps"'), 1);
    assert.equal(operator.unready(), undefined);
    refused.remove();
    await untilRead('none');
    assert.equal(sum(await operator.metrics(), 'autopilot_forbidden_kinds'), 0);
  });

  it('that stood and are broken make the operator unready until they stand again', async () => {
    const operator = await testbed.run(reporting);
    await testbed.route('a');
    await untilRead('none');
    const watches = { userAgent: OPERATOR, verb: 'watch', resource: 'configmaps' } as const;
    // It may have read a list, and be about to watch.
    await testbed.cluster.requests.until(watches);
    const broken = testbed.cluster.faults.answer(500, watches, { count: 1000 });
    testbed.cluster.faults.cutWatches({ userAgent: OPERATOR, resource: 'configmaps' });
    await testbed.untilMetrics(operator, () =>
      /^the watch of configmaps is broken: .*500/.test(operator.unready() ?? ''),
    );
    broken.remove();
    await testbed.untilMetrics(operator, () => operator.unready() === undefined);
  });

  it('of the resource itself make the operator ready once they have been listed', async () => {
    const held = testbed.cluster.faults.holdEvents({ userAgent: OPERATOR, resource: 'routes' });
    const operator = await testbed.run(reporting);
    assert.equal(operator.unready(), 'routes.example.io has not been listed yet');
    held.release();
    await testbed.untilMetrics(operator, () => operator.unready() === undefined);
  });
});
