import assert from 'node:assert/strict';
import { configMap, OPERATOR, phase, routes, sum, Testbed } from './testbed.ts';

describe('deletion of a resource', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  const ref = { apiVersion: 'example.io/v1', kind: 'Route', name: 'a', namespace: 'default' };
  const gone = () => testbed.untilGone(ref);
  const resting = phase(() => ({ phase: 'Only', outputs: { configMaps: [configMap('out')] } }), { initial: true });

  it('takes its outputs with it, and leaves nothing in the queue', async () => {
    const operator = await testbed.run(routes({ Only: resting }));
    await testbed.route('a');
    await testbed.untilReady('a', 'Only');
    await testbed.cluster.delete(ref);
    await testbed.untilGone({ apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'default' });
    await testbed.untilIdle(operator);
    testbed.cluster.requests.clear();
    await testbed.route('b');
    await testbed.untilRoute('b', ({ status }) => status !== undefined);
    assert.ok(testbed.operatorRequests().every(({ name, path }) => name !== 'a' && !path.includes('/a/')));
  });

  it('waits for the finalizer, which is there before the first output', async () => {
    const finalized: (string | undefined)[] = [];
    const operator = await testbed.run(
      routes(
        { Only: resting },
        {
          finalizer: {
            worker: ({ route }: { route: { metadata: { name: string } } }) => void finalized.push(route.metadata.name),
          },
        },
      ),
    );
    await testbed.route('a');
    const live = await testbed.untilReady('a', 'Only');
    assert.deepEqual(live.metadata.finalizers, ['example.io/route-operator']);
    assert.deepEqual(testbed.operatorWrites(), ['apply routes', 'create configmaps', 'patch routes/status']);
    await testbed.cluster.delete(ref);
    await gone();
    await testbed.untilIdle(operator);
    assert.deepEqual(finalized, ['a']);
  });

  it('is retried when the finalizer fails, and nothing else is done meanwhile', async () => {
    let failures = 0;
    const finalizer = (): void => {
      failures += 1;
      if (failures < 4) throw new Error('still busy');
    };
    await testbed.run(routes({ Only: resting }, { finalizer: { worker: finalizer } }));
    await testbed.route('a');
    await testbed.untilReady('a', 'Only');
    testbed.cluster.requests.clear();
    await testbed.cluster.delete(ref);
    await gone();
    assert.equal(failures, 4);
    // The failure is told once, in a condition too: in a namespace that is being deleted there can be no event.
    const others = testbed.operatorWrites().filter((write) => !write.endsWith('events'));
    assert.deepEqual(others, ['patch routes/status', 'patch routes']);
  });

  for (const [what, finalizers] of [
    ['is gone', []],
    ['waits for finalizers', ['theirs.io/slow']],
  ] as const)
    it(`aborts a run that is under way before its next write, where the resource ${what}`, async () => {
      let started: () => void = () => undefined;
      const running = new Promise<void>((resolve) => (started = resolve));
      const slow = phase(
        async ({ signal }) => {
          started();
          await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
          return { phase: 'Only', outputs: { configMaps: [configMap('too-late')] } };
        },
        { initial: true },
      );
      const operator = await testbed.run(routes({ Only: slow }));
      await testbed.route('a');
      await running;
      await testbed.cluster.patch(ref, { metadata: { finalizers } });
      await testbed.cluster.delete(ref);
      await testbed.untilMetrics(operator, (metrics) => sum(metrics, 'autopilot_phase_syncs_total', 'aborted') === 1);
      await testbed.untilIdle(operator);
      assert.deepEqual(testbed.operatorWrites(), []);
      if (finalizers.length > 0) await testbed.cluster.patch(ref, { metadata: { finalizers: null } });
      await gone();
      assert.equal(await testbed.getConfigMap('too-late'), undefined);
    });

  it('ends the wait for a busy server, and what waits is not sent', async () => {
    const busy = testbed.cluster.faults.answer(
      429,
      { userAgent: OPERATOR, verb: 'create', resource: 'configmaps' },
      { count: 10, retryAfter: 10 },
    );
    const operator = await testbed.run(routes({ Only: resting }));
    await testbed.route('a');
    await testbed.untilMetrics(operator, () => busy.hits === 1);
    await testbed.cluster.delete(ref);
    await testbed.untilMetrics(operator, (metrics) => sum(metrics, 'autopilot_phase_syncs_total', 'aborted') === 1);
    await testbed.untilIdle(operator);
    assert.deepEqual(testbed.operatorWrites(), ['create configmaps']);
  });

  it('aborts a run though the operator learns only that another resource has its name', async () => {
    let started: () => void = () => undefined;
    const running = new Promise<void>((resolve) => (started = resolve));
    const seen: (string | undefined)[] = [];
    const slow = phase(
      async ({ route, signal }) => {
        seen.push(route.metadata.uid);
        started();
        if (seen.length === 1)
          await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        return { phase: 'Only' };
      },
      { initial: true },
    );
    await testbed.run(routes({ Only: slow }));
    const first = await testbed.route('a');
    await running;
    // The past is gone when the watch comes back: it lists anew, and sees neither the deletion nor the creation.
    const held = testbed.cluster.faults.holdEvents({ userAgent: OPERATOR });
    await testbed.cluster.delete(ref);
    const second = await testbed.route('a');
    await testbed.cluster.compact();
    testbed.cluster.faults.cutWatches({ userAgent: OPERATOR });
    held.release();
    await testbed.untilReady('a', 'Only');
    assert.deepEqual(seen, [first.metadata.uid, second.metadata.uid]);
  });

  it('of its whole namespace is no failure', async () => {
    await testbed.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'doomed' } });
    await testbed.cluster.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'sticky', namespace: 'doomed', finalizers: ['example.io/sticky'] },
    });
    const operator = await testbed.run(routes({ Only: resting }));
    await testbed.route('a', {}, 'doomed');
    await testbed.cluster.until(
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'doomed' },
      (out) => out !== undefined,
    );
    await testbed.cluster.delete({ apiVersion: 'v1', kind: 'Namespace', name: 'doomed' });
    await testbed.untilGone({ ...ref, namespace: 'doomed' });
    await testbed.untilIdle(operator);
    assert.ok(!testbed.operatorWrites().includes('create events'));
  });
});
