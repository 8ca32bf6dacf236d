import assert from 'node:assert/strict';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { readTarget } from '../conformance/target.ts';
import { startCluster } from '../devcluster.ts';
import { stringAt } from '../schema/json.ts';
import type { Cluster } from '../devcluster.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const WIDGETS = '/apis/example.com/v1/namespaces/default/widgets';
const NOT_ALLOWED = 'the server does not allow this method on the requested resource';
const NOT_FOUND = 'the server could not find the requested resource';

/** Requests as few clients send them; the answers are those of a real kube-apiserver 1.37.2. */
describe('Requests that are out of the ordinary', () => {
  let cluster: Cluster;

  before(async () => {
    cluster = await startCluster({ crds: [] });
    await cluster.create({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { kind: 'Widget', plural: 'widgets' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    });
  });

  after(() => cluster.stop());

  /** Sends the path as it is: no client tidies it up. `authorization`: another header than that of the administrator. */
  async function send(
    method: string,
    path: string,
    { body, headers }: { body?: string; headers?: Record<string, string> } = {},
  ): Promise<{ code: number | undefined; message: string; body: string }> {
    const { url, ca, token } = readTarget(cluster.kubeconfig);
    const { hostname, port } = new URL(url);
    const all = { authorization: `Bearer ${token}`, ...headers };
    const { promise, resolve, reject } = Promise.withResolvers<{ code: number | undefined; body: string }>();
    const sent = request({ hostname, port, ca, method, path, headers: all, agent: false }, (response) => {
      text(response).then((answer) => resolve({ code: response.statusCode, body: answer }), reject);
    });
    sent.on('error', reject).end(body);
    const answer = await promise;
    const status: unknown = answer.body.startsWith('{') ? JSON.parse(answer.body) : {};
    return { ...answer, message: stringAt(status, 'message') };
  }

  it('methods that a document does not have are 405', async () => {
    for (const path of ['/api', '/api/v1', '/apis/apps/v1', '/version']) {
      for (const method of ['OPTIONS', 'TRACE', 'POST']) {
        const { code, message } = await send(method, path);
        assert.deepEqual([method, path, code, message], [method, path, 405, NOT_ALLOWED]);
      }
      assert.equal((await send('HEAD', path)).code, 405);
    }
    for (const path of ['/apis', '/apis/apps', '/healthz']) assert.equal((await send('OPTIONS', path)).code, 200);
  });

  it('methods that nobody knows are 405', async () => {
    const { url, ca } = readTarget(cluster.kubeconfig);
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), ca });
    socket.write('FOO /api/v1 HTTP/1.1\r\nHost: x\r\n\r\n');
    const answer = await text(socket);
    assert.match(answer, /^HTTP\/1\.1 405 Method Not Allowed\r\n/);
    assert.ok(answer.includes(NOT_ALLOWED));
  });

  it('who says in another way who it is, or nothing, is anonymous', async () => {
    for (const authorization of ['Basic YTpi', 'Bearer', 'Bearer ']) {
      const { code, message } = await send('GET', '/api/v1/namespaces', { headers: { authorization } });
      assert.equal(code, 403);
      assert.match(message, /^namespaces is forbidden: User "system:anonymous" cannot list/);
    }
    assert.equal((await send('GET', '/api/v1/namespaces', { headers: { authorization: 'Bearer a b' } })).code, 401);
  });

  it('a media type with a parameter that has no value is 415', async () => {
    const create = (name: string, type: string) =>
      send('POST', MAPS, { body: JSON.stringify({ metadata: { name } }), headers: { 'content-type': type } });
    assert.equal((await create('a', 'application/json;foo')).code, 415);
    assert.equal((await create('b', 'application/json;foo=bar')).code, 201);
    assert.equal((await create('c', 'application/json;')).code, 201);
  });

  it('versions that a built-in group does not have are 404 in a Status', async () => {
    for (const path of ['/api/v2', '/apis/apps/v9']) {
      const { code, message } = await send('GET', path);
      assert.deepEqual([code, message], [404, NOT_FOUND]);
    }
    assert.equal((await send('GET', '/apis/nope.io/v1')).body, '404 page not found\n');
  });

  it('single health checks are answered', async () => {
    for (const path of ['/healthz/ping', '/livez/ping', '/readyz/log', '/healthz/etcd']) {
      assert.deepEqual([path, (await send('GET', path)).body], [path, 'ok']);
    }
    assert.equal((await send('GET', '/livez/nope')).code, 404);
  });

  it('paths are decoded before they are taken apart', async () => {
    assert.deepEqual(await send('GET', `${MAPS}/%zz`), { code: 400, body: '400 Bad Request', message: '' });
    assert.equal((await send('GET', '/%61pi/v1/namespaces')).code, 200);
    assert.equal((await send('GET', `${MAPS}/a%2Fb`)).message, NOT_FOUND);
    for (const path of [`${MAPS}/%2e%2e`, `${MAPS}/..`, `${WIDGETS}/..`]) {
      const { code, message } = await send('GET', path);
      assert.deepEqual([code, message], [400, `Name parameter invalid: "..": may not be '..'`]);
    }
  });

  it('versions and numbers that are none, or too large, are refused', async () => {
    const problem = (version: string, why: string) =>
      `resourceVersion: Invalid value: "${version}": strconv.ParseUint: parsing "${version}": ${why}`;
    const large = '99999999999999999999';
    const one = await send('GET', `${MAPS}/kube-root-ca.crt?resourceVersion=x`);
    assert.deepEqual([one.code, one.message], [500, problem('x', 'invalid syntax')]);
    const beyond = await send('GET', `${MAPS}/kube-root-ca.crt?resourceVersion=${large}`);
    assert.deepEqual([beyond.code, beyond.message], [500, problem(large, 'value out of range')]);
    const list = await send('GET', `${MAPS}?resourceVersion=x`);
    assert.deepEqual([list.code, list.message], [400, `invalid resource version: ${problem('x', 'invalid syntax')}`]);
    for (const parameter of ['limit', 'timeoutSeconds']) {
      const { code, message } = await send('GET', `${MAPS}?${parameter}=${large}`);
      assert.deepEqual([code, message], [400, `strconv.ParseInt: parsing "${large}": value out of range`]);
    }
  });

  it('what all objects of JavaScript have is no operator and no media type', async () => {
    const selected = await send('GET', `${MAPS}?labelSelector=a%20constructor%20b`);
    const message = "unable to parse requirement: found 'constructor', expected: in, notin, =, ==, !=, gt, lt";
    assert.deepEqual([selected.code, selected.message], [400, message]);
    assert.equal((await send('GET', MAPS, { headers: { accept: 'constructor' } })).code, 406);
  });

  it('a watch from the start cannot go on from a page', async () => {
    const { code, message } = await send('GET', `${MAPS}?watch=1&continue=x`);
    assert.equal(code, 422);
    assert.match(message, /resourceVersionMatch is forbidden when continue is provided/);
  });

  it('a form that there is none of is 406, in words of its own for custom resources', async () => {
    const headers = { accept: 'text/html' };
    assert.match((await send('GET', MAPS, { headers })).message, /^406: Not Acceptable/);
    assert.match((await send('GET', WIDGETS, { headers })).message, /^only the following media types are accepted: /);
  });

  it('a ConfigMap that is too large has no field to blame', async () => {
    const body = JSON.stringify({ metadata: { name: 'large' }, data: { a: 'x'.repeat(1_100_000) } });
    const { message } = await send('POST', MAPS, { body, headers: { 'content-type': 'application/json' } });
    assert.equal(message, 'ConfigMap "large" is invalid: []: Too long: may not be more than 1048576 bytes');
  });
});
