import assert from 'node:assert/strict';
import { HttpClient } from '../conformance/http-client.ts';
import { startCluster } from '../devcluster.ts';
import type { Cluster, RequestRecord } from '../devcluster.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };

describe('The record of requests to an embedded cluster', () => {
  let cluster: Cluster;
  let client: HttpClient;

  beforeEach(async () => {
    cluster = await startCluster({ crds: [] });
    client = new HttpClient(cluster.addUser('carol', ['system:masters']));
  });

  afterEach(async () => {
    await client.close();
    await cluster.stop();
  });

  it('tells who asked for what, how, and what was answered', async () => {
    await client.send('POST', `${CONFIG_MAPS}?fieldManager=me`, { body });
    const [first] = cluster.requests.all;
    assert.ok(first);
    const { started, ended, ...told } = first;
    assert.ok(ended !== undefined && started <= ended);
    assert.deepEqual(told, {
      id: 1,
      user: 'carol',
      userAgent: 'plain/1.0',
      accept: '',
      verb: 'create',
      method: 'POST',
      path: CONFIG_MAPS,
      group: '',
      version: 'v1',
      resource: 'configmaps',
      subresource: '',
      namespace: 'default',
      name: '',
      query: { fieldManager: 'me' },
      code: 201,
    });
  });

  it('names the verbs as Kubernetes does, an apply by itself', async () => {
    const patch = { 'content-type': 'application/merge-patch+json' };
    const apply = { 'content-type': 'application/apply-patch+yaml' };
    await client.send('POST', CONFIG_MAPS, { body });
    await client.send('GET', CONFIG_MAPS);
    await client.send('GET', `${CONFIG_MAPS}/a`);
    await client.send('PUT', `${CONFIG_MAPS}/a`, { body });
    await client.send('PATCH', `${CONFIG_MAPS}/a`, { body: {}, headers: patch });
    await client.send('PATCH', `${CONFIG_MAPS}/a?fieldManager=me`, { body, headers: apply });
    await client.send('DELETE', `${CONFIG_MAPS}/a`);
    await client.send('DELETE', CONFIG_MAPS);
    await client.send('OPTIONS', '/readyz');
    await client.watch(`${CONFIG_MAPS}?watch=1`);
    assert.deepEqual(cluster.requests.byVerb(), {
      create: 1,
      list: 1,
      get: 1,
      update: 1,
      patch: 1,
      apply: 1,
      delete: 1,
      deletecollection: 1,
      other: 1,
      watch: 1,
    });
  });

  it('finds by any of what is told, and by a function', async () => {
    await client.send('GET', `${CONFIG_MAPS}/a`);
    await client.send('GET', '/api/v1/namespaces/default/secrets/a');
    const count = (filter: Parameters<typeof cluster.requests.count>[0]): number => cluster.requests.count(filter);
    assert.equal(count({ resource: ['configmaps', 'pods'], name: 'a', code: 404 }), 1);
    assert.equal(count({ userAgent: 'plain', path: '/api/v1/namespaces' }), 2);
    assert.equal(count({ user: 'nobody' }), 0);
    assert.equal(
      count(({ path }) => path.endsWith('secrets/a')),
      1,
    );
  });

  it('leaves out what the test itself does', async () => {
    await cluster.create(body);
    assert.equal(cluster.requests.count(), 0);
  });

  it('tells of requests as they begin, waits for some, and forgets', async () => {
    const begun: RequestRecord[] = [];
    const stop = cluster.requests.subscribe((request) => begun.push(request));
    const waiting = cluster.requests.until({ resource: 'configmaps' }, { count: 2 });
    await client.send('GET', CONFIG_MAPS);
    await client.send('GET', `${CONFIG_MAPS}/a`);
    assert.deepEqual(
      (await waiting).map(({ code }) => code),
      [200, 404],
    );
    stop();
    await client.send('GET', CONFIG_MAPS);
    assert.equal(begun.length, 2);
    cluster.requests.clear();
    assert.equal(cluster.requests.count(), 0);
  });

  it('says what came instead when it has waited in vain', async () => {
    await client.send('GET', `${CONFIG_MAPS}/a`);
    await assert.rejects(cluster.requests.until({ verb: 'delete' }, { timeout: 1 }), {
      code: 'ERR_AP_UNTIL_TIMEOUT',
      message: /0 of 1 requests .* within 1 ms.*\n {2}carol get \/api\/v1\/namespaces\/default\/configmaps\/a 404$/,
    });
  });
});
