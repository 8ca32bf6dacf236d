import assert from 'node:assert/strict';
import { ManualClock } from '../testing/manual-clock.ts';
import { Metrics } from './metrics.ts';

describe('metrics', () => {
  const clock = new ManualClock();
  let metrics: Metrics;
  beforeEach(() => {
    const names = { operator: 'route-operator', version: '1.2.3', controller: 'route', host: 'api:6443' };
    metrics = new Metrics({ ...names, concurrency: 10, clock, phases: ['Syncing'] });
  });

  const lines = async (name: string): Promise<readonly string[]> => {
    const text = await metrics.text();
    return text.split('\n').filter((line) => line.startsWith(`${name}{`));
  };

  it('begin at zero, so that a rate sees the first event too', async () => {
    assert.deepEqual(await lines('controller_runtime_reconcile_total'), [
      'controller_runtime_reconcile_total{controller="route",result="success"} 0',
      'controller_runtime_reconcile_total{controller="route",result="requeue"} 0',
      'controller_runtime_reconcile_total{controller="route",result="requeue_after"} 0',
      'controller_runtime_reconcile_total{controller="route",result="error"} 0',
    ]);
    assert.deepEqual(await lines('workqueue_depth'), [
      'workqueue_depth{name="route",controller="route",priority="0"} 0',
    ]);
    for (const name of ['workqueue_adds_total', 'workqueue_retries_total', 'workqueue_queue_duration_seconds_count'])
      assert.deepEqual(await lines(name), [`${name}{name="route",controller="route"} 0`]);
    assert.deepEqual(await lines('autopilot_phase_syncs_total'), [
      'autopilot_phase_syncs_total{phase="Syncing",result="transition"} 0',
      'autopilot_phase_syncs_total{phase="Syncing",result="stayed"} 0',
      'autopilot_phase_syncs_total{phase="Syncing",result="failed"} 0',
      'autopilot_phase_syncs_total{phase="Syncing",result="aborted"} 0',
      'autopilot_phase_syncs_total{phase="Syncing",result="lost"} 0',
    ]);
  });

  it('follow a key through the queue', async () => {
    const queue = metrics.controller;
    const labels = '{name="route",controller="route"}';
    queue.added('a');
    clock.advance(2000);
    const depth = 'workqueue_depth{name="route",controller="route",priority="0"}';
    assert.deepEqual(await lines('workqueue_depth'), [`${depth} 1`]);
    queue.taken('a');
    queue.started();
    clock.advance(3000);
    assert.deepEqual(await lines('workqueue_depth'), [`${depth} 0`]);
    assert.deepEqual(await lines('workqueue_unfinished_work_seconds'), [
      `workqueue_unfinished_work_seconds${labels} 3`,
    ]);
    assert.deepEqual(await lines('controller_runtime_active_workers'), [
      'controller_runtime_active_workers{controller="route"} 1',
    ]);
    queue.finished('error', 3);
    queue.done('a');
    assert.deepEqual(await lines('workqueue_unfinished_work_seconds'), [
      `workqueue_unfinished_work_seconds${labels} 0`,
    ]);
    for (const [name, seconds] of [
      ['workqueue_queue_duration_seconds_sum', 2],
      ['workqueue_work_duration_seconds_sum', 3],
    ] as const)
      assert.deepEqual(await lines(name), [`${name}${labels} ${seconds}`]);
    assert.deepEqual(await lines('controller_runtime_reconcile_errors_total'), [
      'controller_runtime_reconcile_errors_total{controller="route"} 1',
    ]);
  });

  it('count requests as client-go does, those without an answer too', async () => {
    const request = { verb: 'get', resource: 'pods', method: 'GET', seconds: 0 };
    metrics.request({ ...request, status: 200 });
    metrics.request({ ...request, status: 0 });
    assert.deepEqual(await lines('rest_client_requests_total'), [
      'rest_client_requests_total{code="200",host="api:6443",method="GET"} 1',
      'rest_client_requests_total{code="<error>",host="api:6443",method="GET"} 1',
    ]);
  });

  it('forget a kind that was missing once it is there', async () => {
    let missing = ['a', 'b'];
    metrics.observeKinds({ missing: () => missing, forbidden: () => ['c'] });
    assert.deepEqual(await lines('autopilot_forbidden_kinds'), ['autopilot_forbidden_kinds{kind="c"} 1']);
    assert.deepEqual(await lines('autopilot_missing_kinds'), [
      'autopilot_missing_kinds{kind="a"} 1',
      'autopilot_missing_kinds{kind="b"} 1',
    ]);
    missing = ['b'];
    assert.deepEqual(await lines('autopilot_missing_kinds'), ['autopilot_missing_kinds{kind="b"} 1']);
  });
});
