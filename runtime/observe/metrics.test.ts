import assert from 'node:assert/strict';
import { ManualClock } from '../testing/manual-clock.ts';
import { Metrics } from './metrics.ts';

describe('metrics', () => {
  const clock = new ManualClock();
  let metrics: Metrics;
  beforeEach(() => {
    const names = { operator: 'route-operator', version: '1.2.3', controller: 'route', host: 'api:6443' };
    metrics = new Metrics({ ...names, concurrency: 10, clock });
  });

  const lines = async (name: string): Promise<readonly string[]> =>
    (await metrics.registry.getSingleMetricAsString(name)).split('\n').filter((line) => !line.startsWith('#'));

  it("have controller-runtime's and client-go's names and labels", async () => {
    const families = await metrics.registry.getMetricsAsJSON();
    const names = new Set(families.map(({ name }) => name));
    for (const name of [
      'controller_runtime_reconcile_total',
      'controller_runtime_reconcile_errors_total',
      'controller_runtime_reconcile_time_seconds',
      'controller_runtime_max_concurrent_reconciles',
      'controller_runtime_active_workers',
      'workqueue_depth',
      'workqueue_adds_total',
      'workqueue_queue_duration_seconds',
      'workqueue_work_duration_seconds',
      'workqueue_unfinished_work_seconds',
      'workqueue_longest_running_processor_seconds',
      'workqueue_retries_total',
      'rest_client_requests_total',
    ]) {
      assert.ok(names.has(name), name);
    }
  });

  it('begin at zero, so that a rate sees the first event too', async () => {
    assert.deepEqual(await lines('controller_runtime_reconcile_total'), [
      'controller_runtime_reconcile_total{controller="route",result="success"} 0',
      'controller_runtime_reconcile_total{controller="route",result="requeue"} 0',
      'controller_runtime_reconcile_total{controller="route",result="requeue_after"} 0',
      'controller_runtime_reconcile_total{controller="route",result="error"} 0',
    ]);
    for (const name of ['workqueue_depth', 'workqueue_adds_total', 'workqueue_retries_total'])
      assert.deepEqual(await lines(name), [`${name}{name="route",controller="route"} 0`]);
  });

  it('follow a key through the queue', async () => {
    const queue = metrics.controllerObserver();
    const labels = '{name="route",controller="route"}';
    queue.added('a');
    clock.advance(2000);
    assert.deepEqual(await lines('workqueue_depth'), [`workqueue_depth${labels} 1`]);
    queue.taken('a');
    queue.started();
    clock.advance(3000);
    assert.deepEqual(await lines('workqueue_depth'), [`workqueue_depth${labels} 0`]);
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
    assert.ok(
      (await lines('workqueue_queue_duration_seconds')).includes(`workqueue_queue_duration_seconds_sum${labels} 2`),
    );
    assert.ok(
      (await lines('workqueue_work_duration_seconds')).includes(`workqueue_work_duration_seconds_sum${labels} 3`),
    );
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
