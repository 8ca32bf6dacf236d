import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { HttpClient } from '../conformance/http-client.ts';
import { startCluster, startProxy } from '../devcluster.ts';
import { valueAt } from '../schema/json.ts';
import { RequestHeads } from './request-heads.ts';
import type { Cluster, FaultProxy } from '../devcluster.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const REF = { apiVersion: 'v1', kind: 'ConfigMap' };
const isWatch = ({ path }: { readonly path: string }): boolean => path.includes('watch=1');

describe('A proxy with faults', () => {
  let cluster: Cluster;
  let proxy: FaultProxy;
  let client: HttpClient;

  before(async () => void (cluster = await startCluster({ crds: [] })));
  after(() => cluster.stop());
  beforeEach(async () => {
    proxy = await startProxy(cluster.kubeconfig);
    client = new HttpClient(proxy.kubeconfig);
  });
  afterEach(async () => {
    await client.close();
    await proxy.close();
  });

  const watchFromNow = async (name: string) => {
    const { metadata } = await cluster.create({ ...REF, metadata: { name } });
    return client.watch(`${CONFIG_MAPS}?watch=1&resourceVersion=${metadata.resourceVersion}`);
  };

  it('passes on requests with bodies and their answers', async () => {
    const body = { ...REF, metadata: { name: 'through' }, data: { text: 'GET / HTTP/1.1\r\n\r\n'.repeat(2000) } };
    assert.equal((await client.send('POST', CONFIG_MAPS, { body })).code, 201);
    const { value } = await client.send('GET', `${CONFIG_MAPS}/through`);
    assert.deepEqual(valueAt(value, 'data'), body.data);
    const last = proxy.open().at(-1);
    assert.deepEqual([last?.method, last?.path], ['GET', `${CONFIG_MAPS}/through`]);
  });

  it('cuts an answer that is under way after exactly so many bytes, once', async () => {
    const watch = await watchFromNow('cut');
    const bytes = (): number | undefined => proxy.open(isWatch)[0]?.bytes;
    await cluster.create({ ...REF, metadata: { name: 'whole' } });
    assert.equal(await watch.next(), 'ADDED whole');
    const before = bytes() ?? 0;
    const fault = proxy.cut(10, { filter: isWatch });
    await cluster.create({ ...REF, metadata: { name: 'broken' } });
    assert.equal(await watch.next(), 'cut');
    assert.deepEqual([fault.hits, bytes()], [1, undefined]);
    assert.ok(before > 0);
    const other = await watchFromNow('cut-2');
    await cluster.create({ ...REF, metadata: { name: 'cut-3' } });
    assert.equal(await other.next(), 'ADDED cut-3');
  });

  it('cuts an answer before its first byte', async () => {
    const fault = proxy.cut(0);
    await assert.rejects(client.send('GET', CONFIG_MAPS), { code: /ECONNRESET|UND_ERR_SOCKET/ });
    assert.equal(fault.hits, 1);
    assert.equal((await client.send('GET', CONFIG_MAPS)).code, 200);
  });

  it('keeps connections half-open in silence, and resets them in the end', async () => {
    const watch = await watchFromNow('half-open');
    while (proxy.open(isWatch).length === 0) await setImmediate();
    const silence = proxy.silence(isWatch);
    await cluster.create({ ...REF, metadata: { name: 'unheard' } });
    assert.equal((await client.send('GET', CONFIG_MAPS)).code, 200);
    assert.deepEqual([watch.waiting, silence.hits], [0, 1]);
    silence.remove();
    assert.equal(await watch.next(), 'cut');
  });

  it('passes answers on in pieces', async () => {
    proxy.split(1);
    const name = 'pieces';
    await cluster.create({ ...REF, metadata: { name }, data: { text: 'größer als 1 € 🚀' } });
    const { value } = await client.send('GET', `${CONFIG_MAPS}/${name}`);
    assert.equal(valueAt(value, 'data', 'text'), 'größer als 1 € 🚀');
  });

  it('refuses what can be no fault, and what is no kubeconfig', async () => {
    assert.throws(() => proxy.cut(-1), { code: 'ERR_AP_CLUSTER_FAULT' });
    assert.throws(() => proxy.cut(1, { count: 0.5 }), { code: 'ERR_AP_CLUSTER_FAULT' });
    assert.throws(() => proxy.split(0), { code: 'ERR_AP_CLUSTER_FAULT' });
    await assert.rejects(startProxy('/tmp/kubeconfig'), { code: 'ERR_AP_CLUSTER_FAULT', message: /its text/ });
  });
});

describe('The heads of requests', () => {
  const text = 'POST /a HTTP/1.1\r\ncontent-length: 4\r\n\r\nGET GET /b?c=d HTTP/1.1\r\nhost: x\r\n\r\n';

  it('are found wherever chunks end, and never within a body', () => {
    for (let size = 1; size <= text.length; size++) {
      const heads = new RequestHeads();
      const found: string[] = [];
      for (let start = 0; start < text.length; start += size)
        found.push(...heads.read(Buffer.from(text.slice(start, start + size))).map(({ path }) => path));
      assert.deepEqual(found, ['/a', '/b?c=d']);
    }
  });

  it('come after the answer where the length of a body is not told', () => {
    const heads = new RequestHeads();
    const chunked = 'POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nGET \r\n0\r\n\r\n';
    assert.deepEqual(heads.read(Buffer.from(chunked)), [{ method: 'POST', path: '/a' }]);
    assert.deepEqual(heads.read(Buffer.from('GET /x HTTP/1.1\r\n\r\n')), []);
    heads.answered();
    assert.deepEqual(heads.read(Buffer.from('GET /b HTTP/1.1\r\n\r\n')), [{ method: 'GET', path: '/b' }]);
  });
});
