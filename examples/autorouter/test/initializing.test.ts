import assert from 'node:assert/strict';
import { failure, runFrom } from './harness.ts';

describe('Initializing', () => {
  it('begins with an empty record, which Syncing fills', async () => {
    await runFrom('Initializing', async ({ until }) => {
      const autoRoute = await until(({ status }) => status?.phase === 'Ready');

      assert.equal(failure(autoRoute), undefined);
      assert.deepEqual(autoRoute.status?.syncedDeployments, []);
    });
  });
});
