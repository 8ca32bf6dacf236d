import assert from 'node:assert/strict';
import { HttpClient } from '../conformance/http-client.ts';
import { startCluster } from '../devcluster.ts';

describe('A watch', () => {
  it('that ends within two seconds gets no last bookmark', async () => {
    await using cluster = await startCluster({ crds: [] });
    const client = new HttpClient(cluster.kubeconfig);
    const parameters = 'watch=1&allowWatchBookmarks=true&resourceVersion=1&timeoutSeconds=1';
    const stream = await client.watch(`/api/v1/namespaces/default/secrets?${parameters}`);
    assert.equal(await stream.next(), 'end');
    await client.close();
  });
});
