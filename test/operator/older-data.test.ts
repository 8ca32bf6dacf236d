import assert from 'node:assert/strict';
import type { OperatorDefinition } from 'autopilot-runtime';
import { impatientClock } from './impatient-clock.ts';
import { configMap, final, isTrue, OPERATOR, phase, routes, sum, Testbed } from './testbed.ts';

const ROUTE = { apiVersion: 'example.io/v1', kind: 'Route', name: 'a' };
const isOurs = ({ userAgent }: { readonly userAgent: string }): boolean => userAgent.startsWith(OPERATOR);

/**
 * What Sieve (OSDI '22) found operators to break at: caches that show older data than was seen before, changes that are never seen, and
 * those that are seen only after they were undone; and beside it servers that were restored from a backup.
 */
describe('an operator and older data', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  const run = (operator: OperatorDefinition) => testbed.runWith(operator, { clock: impatientClock, random: () => 0 });
  const cut = (): void => void testbed.cluster.faults.cutWatches(isOurs);
  const source = (n: number): Promise<unknown> =>
    testbed.cluster.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'source', namespace: 'default' },
      data: { n: String(n) },
    });
  /** Goes through two phases with an output each; the first copies what it reads, the last one rests. */
  const twoPhases = routes({
    One: phase(
      ({ route, inputs }) => ({
        phase: 'Two',
        outputs: {
          configMaps: [configMap(`${route.metadata.name}-one`, inputs['configMaps']?.find('source')?.data ?? {})],
        },
      }),
      { initial: true },
    ),
    Two: phase(({ route }) => ({ phase: 'Done', outputs: { configMaps: [configMap(`${route.metadata.name}-two`)] } }), {
      inputs: {},
    }),
    Done: final,
  });
  /** Copies what it reads, again and again. */
  const copying = routes({
    Only: phase(
      ({ route, inputs }) => ({
        phase: 'Only',
        outputs: {
          configMaps: (inputs['configMaps']?.list() ?? [])
            .filter(({ metadata }) => metadata.name?.startsWith('source'))
            .map(({ metadata, data = {} }) => configMap(`${route.metadata.name}-of-${metadata.name}`, data)),
        },
        status: { spec: route.spec, uid: route.metadata.uid },
      }),
      { initial: true },
    ),
  });

  describe('of an API server that lags (time travel)', () => {
    for (const streams of [true, false]) {
      it(`does nothing over again when it is restarted there, with ${streams ? 'streaming' : 'paged'} lists`, async () => {
        const { faults, requests } = testbed.cluster;
        if (!streams)
          faults.answer(422, (request) => isOurs(request) && request.query['sendInitialEvents'] !== undefined, {
            count: Infinity,
          });
        await source(1);
        await testbed.route('a');
        const first = await run(twoPhases);
        await testbed.untilReady('a', 'Done');
        await first.stop();
        requests.clear();
        const lagging = faults.lag(isOurs);
        const operator = await run(twoPhases);
        await testbed.route('b');
        lagging.remove();
        await testbed.untilReady('b', 'Done');
        await testbed.untilIdle(operator);
        assert.deepEqual(
          requests.filter((request) => isOurs(request) && request.query['resourceVersion'] === '0'),
          [],
        );
        assert.ok(!testbed.operatorRequests().some(({ name }) => name.startsWith('a')));
      });
    }

    it('does not go back when its watches are taken over by one', async () => {
      await source(1);
      await testbed.route('a', { n: 1 });
      const operator = await run(copying);
      await testbed.untilConfigMap('a-of-source', ({ data }) => data?.['n'] === '1');
      const lag = testbed.cluster.faults.lag(isOurs);
      await source(2);
      cut();
      await testbed.cluster.requests.until((request) => isOurs(request) && request.query['limit'] === '1', {
        count: 2,
      });
      assert.equal((await testbed.getConfigMap('a-of-source'))?.data?.['n'], '1');
      lag.remove();
      await testbed.untilConfigMap('a-of-source', ({ data }) => data?.['n'] === '2');
      await testbed.untilIdle(operator);
      const lists = testbed.cluster.requests.filter(
        (request) => isOurs(request) && request.query['sendInitialEvents'] !== undefined,
      );
      assert.equal(lists.length, 2, 'a lag is no reason to list anew');
    });
  });

  describe('that it missed', () => {
    it('makes up for what was changed while it was away, though the past is forgotten (missed events)', async () => {
      await source(1);
      await testbed.route('a');
      const operator = await run(copying);
      await testbed.untilConfigMap('a-of-source', () => true);
      const silence = testbed.cluster.faults.silence((request) => isOurs(request) && request.verb === 'watch');
      await source(2);
      await testbed.cluster.create({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'source-2' },
        data: { n: '2' },
      });
      await testbed.cluster.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'a-of-source' });
      await testbed.cluster.compact();
      silence.remove();
      await testbed.untilConfigMap('a-of-source', ({ data }) => data?.['n'] === '2');
      await testbed.untilConfigMap('a-of-source-2', ({ data }) => data?.['n'] === '2');
      await testbed.untilIdle(operator);
    });

    it('is not led astray by what came and went unseen (observability gaps)', async () => {
      await source(1);
      const before = await testbed.route('a', { n: 1 });
      const operator = await run(copying);
      await testbed.untilConfigMap('a-of-source', () => true);
      const silence = testbed.cluster.faults.silence((request) => isOurs(request) && request.verb === 'watch');
      // An input comes and goes; the resource is replaced by another one of its name, whose output is not there.
      await testbed.cluster.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'source-2' } });
      await testbed.cluster.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'source-2' });
      await testbed.cluster.delete(ROUTE);
      await testbed.untilGone({ apiVersion: 'v1', kind: 'ConfigMap', name: 'a-of-source' });
      const { metadata } = await testbed.route('a', { n: 2 });
      assert.notEqual(metadata.uid, before.metadata.uid);
      await testbed.cluster.compact();
      silence.remove();
      await testbed.untilRoute('a', ({ status }) => status?.['uid'] === metadata.uid);
      const output = await testbed.untilConfigMap('a-of-source', () => true);
      assert.deepEqual(
        output.metadata.ownerReferences?.map(({ uid }) => uid),
        [metadata.uid],
      );
      await testbed.untilIdle(operator);
      assert.equal(await testbed.getConfigMap('a-of-source-2'), undefined);
    });
  });

  describe('of a server that was restored from a backup', () => {
    it('follows it: what was made since is made again, and what it read since is forgotten', async () => {
      await source(1);
      await testbed.route('a');
      const backup = testbed.cluster.faults.snapshot();
      const operator = await run(twoPhases);
      await testbed.untilReady('a', 'Done');
      await source(2);
      await testbed.route('later');
      await testbed.untilReady('later', 'Done');
      testbed.cluster.faults.restore(backup);
      await testbed.untilReady('a', 'Done');
      await testbed.untilIdle(operator);
      assert.deepEqual((await testbed.getConfigMap('a-one'))?.data, { n: '1' });
      assert.ok(await testbed.getConfigMap('a-two'));
      assert.equal(await testbed.getConfigMap('later-one'), undefined);
      assert.equal(await testbed.getRoute('later'), undefined);
      assert.equal(sum(await operator.metrics(), 'autopilot_resources'), 1);
      // And goes on from there.
      await testbed.route('b');
      await testbed.untilReady('b', 'Done');
      assert.deepEqual((await testbed.getConfigMap('b-one'))?.data, { n: '1' });
    });

    it('follows it though its versions go on beyond those of before, as etcd wants it (--bump-revision, --mark-compacted)', async () => {
      await source(1);
      await testbed.route('a');
      await run(copying);
      await testbed.untilConfigMap('a-of-source', ({ data }) => data?.['n'] === '1');
      const backup = testbed.cluster.faults.snapshot();
      await source(2);
      await testbed.untilConfigMap('a-of-source', ({ data }) => data?.['n'] === '2');
      testbed.cluster.faults.restore(backup, { bumpRevision: 1_000_000 });
      await testbed.untilConfigMap('a-of-source', ({ data }) => data?.['n'] === '1');
      const route = await testbed.untilRoute('a', (found) => isTrue(found, 'Ready'));
      assert.equal(route.metadata.name, 'a');
    });
  });
});
