import assert from 'node:assert/strict';
import { failure, runFrom } from './harness.ts';

describe('Evaluating', () => {
  it('hands over to another phase, or comes to rest', async () => {
    // What the worker reads can be given as the third argument, what queries answer as the fourth. What it makes is found with cluster.get.
    await runFrom('Evaluating', async ({ settled }) => {
      const rolloutGuard = await settled();

      assert.equal(failure(rolloutGuard), undefined);
    });
  });
});
