import assert from 'node:assert/strict';
import type { HeldEvents, RequestRecord } from 'autopilot-devcluster';
import type { RunningOperator, StartOptions } from 'autopilot-runtime';
import { createLogger } from '../../runtime/observe/logger.ts';
import { ManualClock } from '../../runtime/testing/manual-clock.ts';
import { foreign, patching } from './patching.ts';
import { condition, configMap, final, OPERATOR, phase, routes, sum, Testbed, type Event } from './testbed.ts';

const LEASE = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name: OPERATOR };

interface Lease {
  readonly metadata: { readonly name: string };
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly leaseTransitions?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
  };
}

/** As long as tests can do with on a busy machine. */
const TIMES = { leaseDuration: '3s', renewDeadline: '2s', retryPeriod: '200ms' };
const MILLISECONDS = { leaseDuration: 3000, renewDeadline: 2000, retryPeriod: 200 };

const copies = routes({
  Only: phase(
    ({ route }) => ({
      phase: 'Only',
      outputs: { configMaps: [configMap(`${route.metadata.name}-out`, { n: String(route.spec['n']) })] },
    }),
    { initial: true },
  ),
});

describe('replicas of an operator', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  /** A replica whose requests are known by the name of its user. */
  const replica = (
    user: string,
    operator = copies,
    more: Pick<StartOptions, 'logger'> = {},
  ): Promise<RunningOperator> =>
    testbed.run(operator, {
      kubeconfig: testbed.cluster.addUser(user, ['system:masters']),
      leaderElection: TIMES,
      ...more,
    });
  /** One for which time passes only when the test says so. */
  const timeless = (user: string, clock = new ManualClock()): Promise<RunningOperator> =>
    testbed.runWith(copies, {
      kubeconfig: testbed.cluster.addUser(user, ['system:masters']),
      clock,
      leaderElection: { namespace: 'default', identity: user, times: MILLISECONDS },
    });
  const leads = (operator: RunningOperator): Promise<void> =>
    testbed.untilMetrics(operator, (text) => sum(text, 'leader_election_master_status', `name="${OPERATOR}"`) === 1);
  const standsBy = (operator: RunningOperator): Promise<void> =>
    testbed.untilMetrics(operator, (text) => sum(text, 'leader_election_master_status') === 0);
  /** It is ready, and knows whose the lease is. */
  const standing = async (operator: RunningOperator, user: string): Promise<void> => {
    await testbed.untilMetrics(operator, () => operator.unready() === undefined);
    await testbed.cluster.requests.until({ user, verb: 'watch', resource: 'leases', code: 200 });
  };
  const lease = async (): Promise<NonNullable<Lease['spec']>> =>
    (await testbed.cluster.find<Lease>(LEASE))?.spec ?? assert.fail('there is no lease');
  const untilCopied = async (name: string, n: number): Promise<void> =>
    void (await testbed.untilConfigMap(`${name}-out`, ({ data }) => data?.['n'] === String(n)));
  const writesOf = (user: string): readonly string[] =>
    testbed.cluster.requests
      .filter({ user })
      .filter(({ verb, resource }) => verb !== 'watch' && verb !== 'list' && resource !== 'leases')
      .map(({ verb, resource }) => `${verb} ${resource}`);

  it('are one that works and others that stand by, ready', async () => {
    const first = await replica('first');
    await leads(first);
    const second = await replica('second');
    await testbed.route('a', { n: 1 });
    await untilCopied('a', 1);
    await testbed.untilMetrics(second, () => second.unready() === undefined);
    await standsBy(second);
    assert.equal(first.unready(), undefined);
    assert.deepEqual(writesOf('second'), []);
    const { holderIdentity, leaseDurationSeconds, leaseTransitions } = await lease();
    assert.match(holderIdentity ?? '', /^.+-[0-9a-f]{8}$/);
    assert.deepEqual([leaseDurationSeconds, leaseTransitions], [3, 0]);
    // By name, as is their right.
    const others = testbed.cluster.requests.filter(
      ({ resource, verb, query }) =>
        resource === 'leases' &&
        verb !== 'patch' &&
        verb !== 'create' &&
        query['fieldSelector'] !== `metadata.name=${OPERATOR}`,
    );
    assert.deepEqual(others, []);
  });

  it('go on one after the other: released at once, after the last write was answered', async () => {
    const first = await replica('first');
    await leads(first);
    const second = await replica('second');
    await standing(second, 'second');
    testbed.cluster.faults.delay(300, { user: 'first', verb: 'create', resource: 'configmaps' });
    await testbed.route('a', { n: 1 });
    await new Promise<void>((resolve) => {
      const stop = testbed.cluster.requests.subscribe(({ user, verb, resource }) => {
        if (user !== 'first' || verb !== 'create' || resource !== 'configmaps') return;
        stop();
        resolve();
      });
    });
    await first.stop();
    await leads(second);
    await testbed.untilReady('a', 'Only');
    const ofFirst = testbed.cluster.requests.filter({ user: 'first' });
    const write = ofFirst.find(({ verb, resource }) => verb === 'create' && resource === 'configmaps');
    const release = ofFirst.findLast(({ verb, resource }) => verb === 'patch' && resource === 'leases');
    assert.ok(write?.ended && release && write.ended <= release.started, 'it was released before the answer');
    // The object was there already, and the new leader knew.
    assert.deepEqual(writesOf('second'), ['patch routes']);
    assert.equal((await lease()).leaseTransitions, 1);
  });

  it('take over without waiting for anything but the answers, a thousand objects to be caught up included', async () => {
    const names = Array.from({ length: 1000 }, (_, n) => `object-${n}`);
    for (const name of names)
      await testbed.cluster.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } });
    const first = await replica('first');
    await leads(first);
    // By its clock no time passes at all: whatever it does, no timer was waited for.
    const second = await timeless('second');
    await standing(second, 'second');
    // What is left to be done for whoever comes next.
    testbed.cluster.faults.answer(
      500,
      { user: 'first', verb: 'create', resource: 'configmaps' },
      { count: Number.MAX_SAFE_INTEGER },
    );
    await testbed.route('a', { n: 1 });
    await testbed.cluster.requests.until({ user: 'first', verb: 'create', resource: 'configmaps', code: 500 });
    await first.stop();
    await untilCopied('a', 1);
    const all = testbed.cluster.requests.filter({});
    const sent = (by: string, verb: string, resource: string) => (request: RequestRecord) =>
      request.user === by && request.verb === verb && request.resource === resource;
    const release = all.findLast(sent('first', 'patch', 'leases'));
    const write = all.find(sent('second', 'create', 'configmaps'));
    assert.ok(release?.ended && write);
    const caughtUp = testbed.cluster.requests.filter(
      ({ user, verb, accept, started, query }) =>
        user === 'second' &&
        verb === 'watch' &&
        started >= release.started &&
        query['sendInitialEvents'] === 'true' &&
        accept.includes('PartialObjectMetadata'),
    );
    assert.deepEqual(caughtUp.map(({ resource }) => resource).toSorted(), ['configmaps', 'routes']);
    const others = testbed.cluster.requests.filter(
      ({ user, verb, started }) => user === 'second' && verb === 'get' && started >= release.started,
    );
    assert.deepEqual(others, []);
    console.log(`      first write ${write.started.getTime() - release.ended.getTime()} ms after the release`);
  });

  it('lose the lease that they cannot renew, stand by with warm caches, and take it again', async () => {
    const first = await replica('first');
    await leads(first);
    const second = await replica('second');
    await standing(second, 'second');
    const cut = testbed.cluster.faults.answer(
      500,
      { user: 'first', verb: ['patch', 'create'], resource: 'leases' },
      { count: 1000 },
    );
    await leads(second);
    await standsBy(first);
    assert.equal(first.unready(), undefined);
    cut.remove();
    await testbed.route('a', { n: 1 });
    await untilCopied('a', 1);
    assert.deepEqual(writesOf('first'), []);
    await second.stop();
    await leads(first);
    await testbed.setSpec('a', { n: 2 });
    await untilCopied('a', 2);
    const whole = testbed.cluster.requests.filter(
      ({ user, verb, resource, accept, query }) =>
        user === 'first' &&
        verb === 'watch' &&
        resource === 'routes' &&
        query['sendInitialEvents'] === 'true' &&
        !accept.includes('PartialObjectMetadata'),
    );
    assert.equal(whole.length, 1, 'the caches were filled anew');
  });

  it('whose lease somebody takes away or deletes do not work beside each other', async () => {
    const first = await replica('first');
    await leads(first);
    await testbed.cluster.patch(LEASE, { spec: { holderIdentity: 'somebody' } }, { type: 'merge' });
    await standsBy(first);
    await testbed.route('a', { n: 1 });
    // What is not renewed expires by the clock of who waits.
    await leads(first);
    await untilCopied('a', 1);
    const second = await replica('second');
    await standing(second, 'second');
    const { holderIdentity } = await lease();
    await testbed.cluster.delete(LEASE);
    await testbed.cluster.until<Lease>(LEASE, (found) => found !== undefined);
    assert.equal((await lease()).holderIdentity, holderIdentity, 'the one that stood by took it');
  });

  it('act on nothing older than what their predecessor left', async () => {
    const first = await replica('first');
    await leads(first);
    const second = await replica('second');
    await testbed.route('a', { n: 1 });
    await untilCopied('a', 1);
    await standing(second, 'second');
    const held: HeldEvents = testbed.cluster.faults.holdEvents({
      user: 'second',
      resource: ['routes', 'configmaps'],
    });
    await testbed.setSpec('a', { n: 2 });
    await untilCopied('a', 2);
    await testbed.untilReady('a', 'Only');
    const values: string[] = [];
    const stop = testbed.cluster.onChange({ apiVersion: 'v1', kind: 'ConfigMap' }, ({ object }) => {
      values.push(String((object as { data?: Record<string, string> }).data?.['n']));
    });
    await first.stop();
    await leads(second);
    // The lists by which it catches up are held back as well: until they are through, nothing happens.
    await testbed.route('b', { n: 5 });
    assert.deepEqual(writesOf('second'), []);
    held.release();
    await untilCopied('b', 5);
    await testbed.untilIdle(second);
    stop();
    assert.deepEqual(values, ['5']);
    assert.deepEqual(writesOf('second'), ['create configmaps', 'patch routes']);
  });

  it('list once where nobody leads when they start, and once more where somebody did since', async () => {
    const lists = (user: string): number => testbed.cluster.requests.count({ user, resource: 'routes', verb: 'watch' });
    // However long it takes until they see the lease, they wait for that before they list.
    const first = await timeless('first');
    await testbed.route('a', { n: 1 });
    await untilCopied('a', 1);
    assert.equal(lists('first'), 1);
    const second = await timeless('second');
    await standing(second, 'second');
    await first.stop();
    await testbed.route('b', { n: 2 });
    await untilCopied('b', 2);
    assert.equal(lists('second'), 2);
    await second.stop();

    // It sees that the lease is free, and does not get it at once.
    testbed.cluster.faults.answer(409, { user: 'third', resource: 'leases', verb: 'patch' }, { count: 1 });
    const clock = new ManualClock();
    const third = await timeless('third', clock);
    await testbed.cluster.requests.until({ user: 'third', resource: 'leases', verb: 'patch', code: 409 });
    await testbed.untilMetrics(third, (text) => {
      clock.advance(MILLISECONDS.retryPeriod / 4);
      return sum(text, 'leader_election_master_status') === 1;
    });
    await testbed.route('c', { n: 3 });
    await untilCopied('c', 3);
    assert.equal(lists('third'), 2);
  });

  it('do not take for drift what their predecessor gave up, though they learn of it late', async () => {
    await foreign(testbed, 'theirs');
    const first = await replica('first', patching());
    await leads(first);
    await testbed.route('a', { patches: { theirs: { k: 'y' } } });
    await testbed.untilReady('a', 'Patching');
    const second = await replica('second', patching());
    await standing(second, 'second');
    const held: HeldEvents = testbed.cluster.faults.holdEvents({ user: 'second', resource: 'configmaps' });
    await testbed.setSpec('a', { patches: {}, to: 'Done' });
    await testbed.untilReady('a', 'Done');
    await first.stop();
    await leads(second);
    held.release();
    await testbed.route('b', { patches: { theirs: { k: 'b' } }, to: 'Done' });
    await testbed.untilReady('b', 'Done');
    await testbed.untilIdle(second);
    assert.equal(condition((await testbed.getRoute('a')) ?? assert.fail(), 'Ready').reason, 'Final');
    assert.equal(sum(await second.metrics(), 'autopilot_output_drift_total'), 0);
  });

  it('do not take for drift what their predecessor pruned, though they learn of it late', async () => {
    const making = routes({
      Making: phase(
        ({ route }) => ({
          phase: route.spec['go'] ? 'Done' : 'Making',
          outputs: { configMaps: route.spec['go'] ? [] : [configMap('out')] },
        }),
        { initial: true, inputs: {} },
      ),
      Done: final,
    });
    const first = await replica('first', making);
    await leads(first);
    await testbed.route('a');
    await testbed.untilReady('a', 'Making');
    const second = await replica('second', making);
    await standing(second, 'second');
    const held: HeldEvents = testbed.cluster.faults.holdEvents({ user: 'second', resource: 'configmaps' });
    await testbed.setSpec('a', { go: true });
    await testbed.untilReady('a', 'Done');
    await first.stop();
    await leads(second);
    held.release();
    await testbed.route('b', { go: true });
    await testbed.untilReady('b', 'Done');
    await testbed.untilIdle(second);
    assert.equal(condition((await testbed.getRoute('a')) ?? assert.fail(), 'Ready').reason, 'Final');
    assert.equal(sum(await second.metrics(), 'autopilot_output_drift_total'), 0);
  });

  it('say nothing of what the one that works does', async () => {
    const lines: string[] = [];
    const logger = createLogger({ name: 'second', version: '', level: 'Warn', write: (line) => lines.push(line) });
    const moving = routes({
      Only: phase(
        ({ route }) => ({ phase: 'Only', outputs: { configMaps: [configMap(`out-${String(route.spec['n'])}`)] } }),
        { initial: true },
      ),
    });
    const first = await replica('first', moving);
    await leads(first);
    await testbed.route('a', { n: 0 });
    await testbed.untilReady('a', 'Only');
    const second = await replica('second', moving, { logger });
    await standing(second, 'second');
    // Each time the same object is made and deleted again: by somebody else that would be a contest.
    for (const n of [1, 0, 1, 0, 1, 0, 1]) {
      await testbed.setSpec('a', { n });
      await testbed.untilReady('a', 'Only');
    }
    await first.stop();
    await leads(second);
    await testbed.route('b', { n: 2 });
    await testbed.untilReady('b', 'Only');
    assert.deepEqual(lines, []);
  });

  it('say nothing of what they could not send any more', async () => {
    const events: Event[] = [];
    const stop = testbed.cluster.onChange({ apiVersion: 'events.k8s.io/v1', kind: 'Event' }, ({ object }) => {
      events.push(object);
    });
    const busy = routes({
      One: phase(() => ({ phase: 'Done', outputs: { configMaps: [configMap('one'), configMap('two')] } }), {
        initial: true,
      }),
      Done: final,
    });
    const first = await replica('first', busy);
    await leads(first);
    const second = await replica('second', busy);
    testbed.cluster.faults.delay(60_000, { user: 'first', verb: 'create', resource: 'configmaps' });
    testbed.cluster.faults.answer(500, { user: 'first', verb: 'patch', resource: 'leases' }, { count: 1000 });
    await testbed.route('a');
    await leads(second);
    await testbed.untilReady('a', 'Done');
    await standsBy(first);
    stop();
    assert.deepEqual(events, []);
    const [begun, ...more] = testbed.cluster.requests
      .filter({ user: 'first', resource: ['configmaps', 'routes'] })
      .filter(({ verb }) => verb !== 'watch' && verb !== 'list');
    assert.deepEqual([begun?.verb, more], ['create', []]);
    assert.match(begun?.query['timeout'] ?? '', /^\d+ms$/);
    assert.ok(Number.parseInt(begun?.query['timeout'] ?? '', 10) <= 2000);
  });
}).timeout(60_000);
