import assert from 'node:assert/strict';
import type { PhaseDefinition } from 'autopilot-runtime';
import { condition, final, isObserved, isTrue, phase, routes, sum, Testbed, type Route } from './testbed.ts';

describe('phases', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  const setSpec = (spec: Readonly<Record<string, unknown>>) => testbed.setSpec('a', spec);
  const setStatus = (status: object, name = 'a') =>
    testbed.cluster.patch(
      { apiVersion: 'example.io/v1', kind: 'Route', name, namespace: 'default' },
      { status },
      { subresource: 'status' },
    );
  const ref = { apiVersion: 'example.io/v1', kind: 'Route', name: 'a', namespace: 'default' };
  const stays = (name: string, more: Partial<PhaseDefinition> = {}): PhaseDefinition =>
    phase(() => ({ phase: name }), more);
  const goes = (next: string, more: Partial<PhaseDefinition> = {}): PhaseDefinition =>
    phase(() => ({ phase: next }), more);

  it('begin with the initial one, which nothing is written for', async () => {
    await testbed.run(routes({ Later: stays('Later'), First: goes('Later', { initial: true }) }));
    await testbed.route('a');
    await testbed.untilReady('a', 'Later');
    assert.deepEqual(testbed.operatorWrites(), ['patch routes/status', 'patch routes/status']);
  });

  it('make a resource Ready where it rests, Reconciling on the way, with the generation that was seen', async () => {
    const seen: string[] = [];
    const operator = routes({
      First: goes('Work', { initial: true }),
      Work: phase(({ route }) => {
        seen.push(`${isTrue(route, 'Ready')} ${isTrue(route, 'Reconciling')}`);
        return { phase: 'Done' };
      }),
      Done: final,
    });
    await testbed.run(operator);
    await testbed.route('a');
    const done = await testbed.untilReady('a', 'Done');
    assert.deepEqual(seen, ['false true']);
    assert.equal(isTrue(done, 'Reconciling'), false);
    assert.equal(done.status?.observedGeneration, 1);
  });

  it('that are final answer a change of the spec with one status write', async () => {
    const operator = await testbed.run(routes({ First: goes('Done', { initial: true }), Done: final }));
    await testbed.route('a');
    await testbed.untilReady('a', 'Done');
    testbed.cluster.requests.clear();
    await setSpec({ changed: true });
    const after = await testbed.untilReady('a', 'Done');
    assert.equal(condition(after, 'Ready').reason, 'SpecChangeIgnored');
    await testbed.untilIdle(operator);
    assert.deepEqual(testbed.operatorWrites(), ['patch routes/status']);
  });

  it('that are final put conditions right that are not theirs, once, and keep telling of a spec that they ignore', async () => {
    const operator = routes({ First: phase(() => Promise.reject(new Error('no')), { initial: true }), Done: final });
    await testbed.run(operator);
    await testbed.route('a');
    await testbed.untilRoute('a', (route) => route.status !== undefined);
    await setStatus({ phase: 'Done' });
    const done = await testbed.untilReady('a', 'Done');
    assert.deepEqual(
      done.status?.conditions?.map(({ type, reason }) => [type, reason]),
      [['Ready', 'Final']],
    );
    await setSpec({ changed: true });
    await testbed.untilRoute('a', (route) => isTrue(route, 'Ready') && isObserved(route));
    await testbed.stopOperators();
    testbed.cluster.requests.clear();
    await testbed.untilIdle(await testbed.run(operator));
    assert.deepEqual(testbed.operatorWrites(), []);
    await testbed.stopOperators();
    await setStatus({ conditions: [] });
    await testbed.run(operator);
    await testbed.untilReady('a', 'Done');
  });

  it('that are final go to `onSpecChange` where there is one', async () => {
    let runs = 0;
    const first = phase(
      () => {
        runs += 1;
        return { phase: 'Done' };
      },
      { initial: true },
    );
    await testbed.run(routes({ First: first, Done: final }, { onSpecChange: 'First' }));
    await testbed.route('a');
    await testbed.untilReady('a', 'Done');
    await setSpec({ changed: true });
    await testbed.untilRoute(
      'a',
      (route) => route.status?.phase === 'Done' && route.metadata.generation === 2 && isObserved(route),
    );
    assert.equal(runs, 2);
  });

  it('that are unknown stop the resource, and never start it over', async () => {
    let runs = 0;
    const first = phase(
      () => {
        runs += 1;
        return { phase: 'Done' };
      },
      { initial: true },
    );
    await testbed.route('a');
    await setStatus({ phase: 'Vanished' });
    const operator = await testbed.run(routes({ First: first, Done: final }));
    const stopped = await testbed.untilRoute('a', (route) => isTrue(route, 'Stalled'));
    assert.equal(condition(stopped, 'Stalled').reason, 'UnknownPhase');
    assert.match(condition(stopped, 'Stalled').message, /"Vanished"/);
    assert.equal(stopped.status?.phase, 'Vanished');
    await testbed.untilIdle(operator);
    assert.equal(runs, 0);
    await testbed.untilEvent(({ reason }) => reason === 'UnknownPhase');
    // Looked at again, it is no news.
    const syncs = sum(await operator.metrics(), 'controller_runtime_reconcile_total');
    await testbed.cluster.patch(ref, { metadata: { labels: { touched: 'x' } } });
    await testbed.untilMetrics(
      operator,
      (metrics) => sum(metrics, 'controller_runtime_reconcile_total') > syncs && sum(metrics, 'workqueue_depth') === 0,
    );
    await testbed.untilIdle(operator);
    await setStatus({ phase: 'First' });
    await testbed.untilReady('a', 'Done');
    // Events are sent in their own time, and before the operator has stopped.
    await testbed.stopOperators();
    assert.deepEqual(
      testbed.operatorWrites().filter((write) => write !== 'patch routes/status'),
      ['create events'],
    );
  });

  it('go on under a new name', async () => {
    await testbed.route('a');
    await setStatus({ phase: 'Old', observedGeneration: 1 });
    await testbed.run(
      routes({
        First: goes('New', { initial: true }),
        New: phase(() => ({ phase: 'New', status: { ran: true } }), { renamedFrom: ['Older', 'Old'] }),
      }),
    );
    await testbed.untilRoute('a', ({ status }) => status?.phase === 'New' && status['ran'] === true);
  });

  it('of 2019, without our fields in status, are taken up where they stand', async () => {
    await testbed.route('a');
    await setStatus({ phase: 'Second', observedGeneration: 1, syncedDeployments: ['x'] });
    await testbed.run(
      routes({
        First: goes('Second', { initial: true }),
        Second: phase(({ route }) => ({
          phase: 'Second',
          status: {
            syncedDeployments: [...((route.status?.['syncedDeployments'] ?? []) as string[]), 'y'].slice(0, 2),
          },
        })),
      }),
    );
    const after = await testbed.untilReady('a', 'Second');
    assert.deepEqual([after.status?.revision, after.status?.['syncedDeployments']], [1, ['x', 'y']]);
  });

  it('can rest without being ready', async () => {
    await testbed.run(routes({ First: stays('First', { initial: true, ready: false }) }));
    await testbed.route('a');
    const rests = await testbed.untilRoute('a', ({ status }) => status !== undefined);
    assert.equal(condition(rests, 'Ready').reason, 'NotReady');
    assert.equal(isTrue(rests, 'Reconciling'), false);
  });

  it('that lie behind are told in status, the last so many of them', async () => {
    const first = phase(({ route }) => ({ phase: route.spec['n'] === 1 ? 'Work' : 'Done' }), { initial: true });
    const operator = routes(
      { First: first, Work: goes('Done'), Done: final },
      { onSpecChange: 'First', transitions: 2 },
    );
    await testbed.run(operator);
    await testbed.route('a', { n: 1 });
    const told = await testbed.untilReady('a', 'Done');
    const short = ({ status }: Route): readonly string[] =>
      (status?.transitions ?? []).map(({ from, to, reason }) => `${from} ${to} ${reason}`);
    assert.deepEqual(short(told), ['First Work WorkerResult', 'Work Done WorkerResult']);
    assert.match(told.status?.transitions?.[0]?.time ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    await setSpec({ n: 2 });
    const later = await testbed.untilRoute('a', (route) => isTrue(route, 'Ready') && isObserved(route));
    assert.deepEqual(short(later), ['Done First SpecChanged', 'First Done WorkerResult']);
    await testbed.stopOperators();
    await testbed.run(routes({ First: first, Work: goes('Done'), Done: final }, { onSpecChange: 'First' }));
    await setSpec({ n: 3 });
    const none = await testbed.untilRoute('a', (route) => isTrue(route, 'Ready') && isObserved(route));
    assert.deepEqual(short(none), []);
  });
});
