import assert from 'node:assert/strict';
import { deployment } from './deployments.ts';
import { failure, runFrom } from './harness.ts';

describe('Ready', () => {
  it('goes back to Syncing when another Deployment is selected, and not when one comes that is not', async () => {
    await runFrom('Ready', async ({ cluster, until }) => {
      const atRest = await until(({ status }) => status?.conditions?.some(isReady) ?? false);
      assert.equal(failure(atRest), undefined);

      await cluster.create(deployment('batch', 'other'));
      await cluster.create(deployment('web'));

      const autoRoute = await until(({ status }) => status?.syncedDeployments !== undefined);
      assert.deepEqual(autoRoute.status?.syncedDeployments, ['web']);
    });
  });
});

function isReady({ type, status }: { readonly type: string; readonly status: string }): boolean {
  return type === 'Ready' && status === 'True';
}
