import assert from 'node:assert/strict';
import { runFrom } from './harness.ts';
import { weightsOf } from './weights.ts';

describe('Starting', () => {
  it('gives the canary its first step, which is kept as long as there are no requests', async () => {
    const metrics = { getIstioSuccessRate: () => undefined };
    await runFrom(
      'Starting',
      async ({ cluster, until }) => {
        const { status } = await until(({ status: now }) => /No requests/.test(now?.message ?? ''));

        assert.deepEqual([status?.phase, status?.weight], ['Evaluating', 50]);
        assert.deepEqual(await weightsOf(cluster), [50, 50]);
      },
      [],
      metrics,
    );
  });
});
