import assert from 'node:assert/strict';
import type { KubernetesObject, RunningOperator } from 'autopilot-runtime';
import { LEASE, LEASE_TIMES, type Lease } from './reloading.ts';
import { SteppedClock } from './stepped-clock.ts';
import { configMap, final, OPERATOR, phase, routes, sum, Testbed } from './testbed.ts';

/** As `events.k8s.io/v1` has it. */
interface Told extends KubernetesObject {
  readonly type?: string;
  readonly reason?: string;
  readonly note?: string;
  readonly reportingController?: string;
  readonly regarding?: { readonly kind?: string; readonly name?: string };
  readonly series?: { readonly count: number };
}
const EVENTS = { apiVersion: 'events.k8s.io/v1', kind: 'Event' };

describe('Events', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  it('tell of no success: not of a life through phases, of a changed spec, nor of the end', async () => {
    const operator = await testbed.run(
      routes(
        {
          First: phase(() => ({ phase: 'Second', outputs: { configMaps: [configMap('first')] } }), { initial: true }),
          Second: phase(({ route }) => ({
            phase: 'Third',
            outputs: { configMaps: [configMap('second', { is: String(route.spec['is']) })] },
          })),
          Third: phase(() => ({ phase: 'Done', outputs: { configMaps: [] } })),
          Done: final,
        },
        { onSpecChange: 'Second', finalizer: { worker: () => undefined } },
      ),
    );
    await testbed.route('a', { is: 1 });
    await testbed.untilReady('a', 'Done');
    await testbed.setSpec('a', { is: 2 });
    await testbed.untilConfigMap('second', ({ data }) => data?.['is'] === '2');
    await testbed.untilReady('a', 'Done');
    await testbed.cluster.delete({ apiVersion: 'example.io/v1', kind: 'Route', name: 'a' });
    await testbed.untilGone({ apiVersion: 'example.io/v1', kind: 'Route', name: 'a' });
    await testbed.untilIdle(operator);
    await operator.stop();
    assert.deepEqual(await testbed.cluster.list(EVENTS), []);
  });

  it('of a failure in a loop are one, with a count that is written when it has doubled', async () => {
    const clock = new SteppedClock();
    let runs = 0;
    const operator = await testbed.runWith(
      routes({
        Work: phase(
          () => {
            runs += 1;
            throw new Error('it never works');
          },
          { initial: true },
        ),
      }),
      { clock },
    );
    await testbed.route('a');
    for (let before = 1; before <= 8; before += 1) {
      // The longest backoff of so many failures.
      await testbed.untilMetrics(operator, (text) => sum(text, 'autopilot_phase_syncs_total', 'failed') >= before);
      await testbed.untilIdle(operator);
      clock.skip(5 * 2 ** 9);
    }
    await testbed.untilMetrics(operator, (text) => sum(text, 'autopilot_phase_syncs_total', 'failed') >= 9);
    await operator.stop();
    const [event, ...more] = await testbed.cluster.list<Told>(EVENTS);
    assert.deepEqual(more, []);
    assert.deepEqual(
      [
        event?.type,
        event?.reason,
        event?.note,
        event?.reportingController,
        event?.regarding?.kind,
        event?.regarding?.name,
      ],
      ['Warning', 'WorkerFailed', 'it never works', 'route-operator', 'Route', 'a'],
    );
    assert.equal(event?.series?.count, 2 ** Math.floor(Math.log2(runs)));
    const writes = testbed.operatorWrites().filter((write) => write.includes('events'));
    assert.equal(writes.length, 1 + Math.floor(Math.log2(runs)));
  });

  describe('that the server puts off', () => {
    const fails = routes({
      Only: phase(
        ({ route }) => {
          if (route.metadata.name !== 'good') throw new Error('it never works');
          return { phase: 'Only', outputs: { configMaps: [] } };
        },
        { initial: true },
      ),
    });
    /** Twelve fail, and the events of four wait for another try. */
    const putOff = async (operator: RunningOperator): Promise<void> => {
      const events = { userAgent: OPERATOR, resource: 'events' };
      testbed.cluster.faults.answer(429, events, { retryAfter: 10, count: 1000 });
      for (let index = 0; index < 12; index += 1) await testbed.route(`bad${index}`);
      await testbed.untilMetrics(operator, (text) => sum(text, 'rest_client_requests_total', 'code="429"') >= 4);
    };

    it('hold up no change of the configuration', async () => {
      const operator = await testbed.runWith(fails);
      await putOff(operator);
      const begun = performance.now();
      await operator.reload({ controlPlaneNs: 'other' });
      assert.ok(performance.now() - begun < 10_000);
      await testbed.route('good');
      await testbed.untilReady('good', 'Only');
    });

    it('hold up no stop, nor the release of the lease', async () => {
      const leaderElection = { namespace: 'default', identity: 'me', times: LEASE_TIMES };
      const operator = await testbed.runWith(fails, { leaderElection });
      await putOff(operator);
      const begun = performance.now();
      await operator.stop();
      assert.ok(performance.now() - begun < 10_000);
      const lease = await testbed.cluster.get<Lease>(LEASE);
      assert.equal(lease.spec?.holderIdentity, '');
    });
  });
});
