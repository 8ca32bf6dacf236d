import assert from 'node:assert/strict';
import { failure, runFrom } from './harness.ts';

describe('Third', () => {
  it('hands over to another phase, or comes to rest', async () => {
    // What the worker reads can be given as the third argument. What it makes is found with cluster.get.
    await runFrom('Third', async ({ settled }) => {
      const flow = await settled();

      assert.equal(failure(flow), undefined);
    });
  });
});
