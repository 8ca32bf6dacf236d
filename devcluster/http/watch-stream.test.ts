import assert from 'node:assert/strict';
import { HttpClient } from '../conformance/http-client.ts';
import { startCluster } from '../devcluster.ts';
import { valueAt } from '../schema/json.ts';

const MAPS = '/api/v1/namespaces/default/configmaps?watch=1';
const EMPTY = '/api/v1/namespaces/empty/configmaps?watch=1';
const STREAMED = '&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
const headers = { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' };

describe('A watch in a form that its events do not have', () => {
  // As kube-apiserver 1.37.2 does.
  it('is answered 200 and ends at the first event; an error is told', async () => {
    const faults: unknown[] = [];
    await using cluster = await startCluster({ crds: [], onError: (error) => void faults.push(error) });
    const client = new HttpClient(cluster.kubeconfig);
    for (const name of ['a', 'b']) await cluster.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
    cluster.compact();
    const objects = await client.send('GET', MAPS, { headers });
    assert.deepEqual([objects.code, objects.value], [200, '']);
    const bookmark = await client.send('GET', EMPTY + STREAMED, { headers });
    assert.deepEqual([bookmark.code, bookmark.value], [200, '']);
    const expired = await client.send('GET', `${MAPS}&resourceVersion=1`, { headers });
    assert.deepEqual([expired.code, valueAt(expired.value, 'object', 'code')], [200, 410]);
    assert.deepEqual(faults, []);
    await client.close();
  });
});
