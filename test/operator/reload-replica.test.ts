import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { isAutopilotError } from './autopilot-error.ts';
import { greets, LEASE, LEASE_TIMES, lists, type Lease } from './reloading.ts';
import { final, OPERATOR, phase, routes, sum, Testbed } from './testbed.ts';
import type { Event } from './testbed.ts';

describe('an operator whose configuration changes', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  it('moves to another lease, and to none, without two that work', async () => {
    await testbed.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'leaders' } });
    const at = (namespace: string) => ({ namespace, identity: 'me', times: LEASE_TIMES });
    const seen: string[] = [];
    const operator = await testbed.runWith(greets(seen), { leaderElection: at('default') });
    const leads = (value: number): Promise<void> =>
      testbed.untilMetrics(operator, (text) => sum(text, 'leader_election_master_status') === value);
    const holder = async (namespace: string): Promise<string | undefined> =>
      (await testbed.cluster.find<Lease>({ ...LEASE, namespace }))?.spec?.holderIdentity;
    await leads(1);
    const before = lists(testbed.cluster);
    await operator.reload({ leaderElectionNamespace: 'leaders' }, { leaderElection: at('leaders') });
    await leads(1);
    assert.deepEqual([await holder('default'), await holder('leaders')], ['', 'me']);
    await testbed.route('a');
    await testbed.untilReady('a', 'Only');
    await operator.reload({ enableLeaderElection: false });
    await leads(0);
    assert.equal(await holder('leaders'), '');
    await testbed.route('b');
    await testbed.untilReady('b', 'Only');
    await operator.reload({}, { leaderElection: at('default') });
    await leads(1);
    assert.equal(await holder('default'), 'me');
    await testbed.route('c');
    await testbed.untilReady('c', 'Only');
    // To catch up, as whoever begins to lead has to, and to see the leases; nothing from scratch.
    const whole = testbed.cluster.requests.filter(
      ({ resource, query, accept }) =>
        resource === 'routes' && query['sendInitialEvents'] === 'true' && !accept.includes('PartialObjectMetadata'),
    );
    assert.equal(whole.length, 1);
    assert.ok(lists(testbed.cluster) > before);
  });

  it('begins no work where it lost the lease meanwhile, and goes on when it has it again', async () => {
    const seen: string[] = [];
    const leaderElection = { namespace: 'default', identity: 'me', times: LEASE_TIMES };
    const operator = await testbed.runWith(greets(seen), {
      leaderElection,
      settings: { greeting: '1' },
      config: { config: { greeting: '1' } },
    });
    await testbed.route('a');
    await testbed.untilReady('a', 'Only');
    // Taken while an answer keeps the drain waiting.
    testbed.cluster.faults.delay(400, { userAgent: OPERATOR, verb: 'create', resource: 'configmaps' });
    const writing = new Promise<void>((resolve) => {
      const stop = testbed.cluster.requests.subscribe(({ verb, resource }) => {
        if (verb !== 'create' || resource !== 'configmaps') return;
        stop();
        resolve();
      });
    });
    await testbed.route('b');
    await writing;
    const reloaded = operator.reload({ config: { greeting: '2' } }, { leaderElection, settings: { greeting: '2' } });
    await testbed.cluster.patch(LEASE, { spec: { holderIdentity: 'somebody' } }, { type: 'merge' });
    await reloaded;
    await testbed.untilMetrics(operator, (text) => sum(text, 'leader_election_master_status') === 0);
    assert.deepEqual(seen, ['a 1', 'b 1']);
    // It was taken by nobody who renews it.
    await testbed.untilMetrics(operator, (text) => sum(text, 'leader_election_master_status') === 1);
    await testbed.untilReady('b', 'Only');
    await testbed.untilIdle(operator);
    assert.deepEqual(seen.slice(2).toSorted(), ['a 2', 'b 2']);
  });

  it('serves at another address; where that is taken it is refused, and the former one goes on', async () => {
    const operator = await testbed.runWith(greets(), {
      config: { metricsAddr: '127.0.0.1:0', healthAddr: '127.0.0.1:0' },
      development: false,
    });
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    await assert.rejects(
      operator.reload({ metricsAddr: `127.0.0.1:${port}`, healthAddr: '127.0.0.1:0', concurrency: 2 }),
      (error) => isAutopilotError(error, 'ERR_AP_ADDRESS'),
    );
    taken.close();
    await once(taken, 'close');
    assert.equal(sum(await operator.metrics(), 'controller_runtime_max_concurrent_reconciles'), 20);
    assert.deepEqual(await operator.reload({ metricsAddr: `127.0.0.1:${port}`, healthAddr: '' }), [
      'metricsAddr',
      'healthAddr',
    ]);
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    assert.equal(sum(text, 'autopilot_config_reloads_total', 'applied'), 1);
    await operator.reload({ metricsAddr: '', healthAddr: '' });
    await assert.rejects(fetch(`http://127.0.0.1:${port}/metrics`));
    await operator.reload({ metricsAddr: '', healthAddr: `127.0.0.1:${port}` });
    await testbed.untilMetrics(operator, () => operator.unready() === undefined);
    assert.equal((await fetch(`http://127.0.0.1:${port}/readyz`)).status, 200);
  });

  it('tells of what it refused by an event about its pod, as soon as it is the one that works, and once', async () => {
    const pod = await testbed.cluster.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'operator-1', namespace: 'default' },
      spec: { containers: [{ name: 'operator', image: 'example.test/x:1' }] },
    });
    const env = { POD_NAME: 'operator-1', POD_NAMESPACE: 'default', POD_UID: pod.metadata.uid };
    const at = (identity: string) => ({ namespace: 'default', identity, times: LEASE_TIMES });
    const first = await testbed.runWith(greets(), { leaderElection: at('first') });
    await testbed.untilMetrics(first, (text) => sum(text, 'leader_election_master_status') === 1);
    const second = await testbed.runWith(greets(), { leaderElection: at('second'), env });
    testbed.cluster.faults.answer(500, { resource: 'selfsubjectaccessreviews' }, { count: 8 });
    const refused = { leaderElection: { ...at('second'), namespace: 'elsewhere' } };
    const reload = () => second.reload({ leaderElectionNamespace: 'elsewhere' }, refused);
    await assert.rejects(reload(), /500/);
    await assert.rejects(reload(), /500/);
    const events = (): Promise<readonly Event[]> =>
      testbed.cluster.list<Event>({ apiVersion: 'events.k8s.io/v1', kind: 'Event' });
    assert.deepEqual(await events(), []);
    await first.stop();
    const event = await testbed.untilEvent(({ reason }) => reason === 'ConfigRefused');
    assert.equal(event.regarding?.uid, pod.metadata.uid);
    assert.match(event.note ?? '', /500/);
    assert.equal((await events()).length, 1);
  });

  it('can be stopped in the midst of it', async () => {
    const operator = await testbed.runWith(
      routes({ Only: phase(() => ({ phase: 'Done' }), { initial: true }), Done: final }),
      {
        config: { watchNamespace: 'default' },
      },
    );
    testbed.cluster.faults.delay(60_000, { resource: 'selfsubjectaccessreviews' });
    const reloading = operator.reload({});
    const refused = assert.rejects(reloading);
    await testbed.cluster.requests.until({ resource: 'selfsubjectaccessreviews' });
    await operator.stop();
    await refused;
    await assert.rejects(operator.reload({ concurrency: 2 }));
  });
}).timeout(30_000);
