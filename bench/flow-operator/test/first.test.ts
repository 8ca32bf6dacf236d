import assert from 'node:assert/strict';
import { failure, runFrom } from './harness.ts';

describe('First', () => {
  it('hands over to another phase, or comes to rest', async () => {
    // What the worker reads can be given as the third argument. What it makes is found with cluster.get.
    await runFrom('First', async ({ settled }) => {
      const flow = await settled();

      assert.equal(failure(flow), undefined);
    });
  });
});
