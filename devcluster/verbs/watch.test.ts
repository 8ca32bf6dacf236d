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

  it('that comes from a later version than there is gets no bookmarks, as from a server that was restored from a backup', async () => {
    await using cluster = await startCluster({ crds: [], bookmarkInterval: 1 });
    const client = new HttpClient(cluster.kubeconfig);
    const path =
      '/api/v1/namespaces/default/secrets?watch=1&allowWatchBookmarks=true&timeoutSeconds=1&resourceVersion=';
    const future = await client.watch(`${path}999999`);
    const now = await client.watch(`${path}1`);
    assert.match((await now.next()) ?? '', /^BOOKMARK/);
    assert.equal(await future.next(), 'end');
    await client.close();
  });
});
