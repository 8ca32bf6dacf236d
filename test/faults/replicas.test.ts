import assert from 'node:assert/strict';
import { replicas } from 'autopilot-devcluster/testing';
import { AUTO_ROUTE_REPLICAS, SPREAD_REPLICAS } from './subjects.ts';

describe('replicas that take over from one another', () => {
  for (const [name, options] of Object.entries({
    AutoRoute: AUTO_ROUTE_REPLICAS,
    'an operator with a finalizer and outputs beyond its namespace': SPREAD_REPLICAS,
  })) {
    it(`send nothing after their renew deadline, and end as one that nothing disturbs: ${name}`, async () => {
      const report = await replicas({ ...options, handovers: 100 });
      console.log(`      ${report.handovers} handovers, ${report.changes} changes, ${report.calls} calls`);
      assert.ok(report.handovers >= 100 && report.changes > 50);
    });
  }
}).timeout(300_000);
