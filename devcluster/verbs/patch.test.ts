import assert from 'node:assert/strict';
import { HttpClient } from '../conformance/http-client.ts';
import { startCluster } from '../devcluster.ts';
import { stringAt } from '../schema/json.ts';
import type { Cluster } from '../devcluster.ts';

const WIDGETS = '/apis/example.com/v1/namespaces/default/widgets';
const MERGE = { 'content-type': 'application/merge-patch+json' };
const JSON_PATCH = { 'content-type': 'application/json-patch+json' };
const APPLY = { 'content-type': 'application/apply-patch+yaml' };

const DEFINITION = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
};

const widget = (name: string, metadata: object = {}) => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name, ...metadata },
});

/** The answers are those of a real kube-apiserver 1.37.2. */
describe('PATCH', () => {
  let cluster: Cluster;
  let client: HttpClient;

  before(async () => {
    cluster = await startCluster({ crds: [] });
    client = new HttpClient(cluster.kubeconfig);
    await cluster.create(DEFINITION);
    await client.send('POST', WIDGETS, { body: widget('w') });
  });

  after(async () => {
    await client.close();
    await cluster.stop();
  });

  const patch = async (path: string, headers: Record<string, string>, body: unknown) => {
    const { code, value } = await client.send('PATCH', path, { headers, body });
    return { code, message: stringAt(value, 'message'), value };
  };

  it('of a collection misses a name, where the kind is a custom one', async () => {
    for (const headers of [MERGE, JSON_PATCH, APPLY]) {
      const { code, message } = await patch(WIDGETS, headers, {});
      assert.deepEqual([code, message], [400, 'name must be provided']);
    }
    const { code } = await client.send('PUT', WIDGETS, { body: widget('w') });
    assert.equal(code, 400);
    assert.equal((await patch('/api/v1/namespaces/default/configmaps', MERGE, {})).code, 405);
  });

  it('that takes the kind away is told what the object looks like then', async () => {
    for (const [headers, body] of [
      [MERGE, { kind: null }],
      [JSON_PATCH, [{ op: 'remove', path: '/kind' }]],
    ] as const) {
      const { code, message } = await patch(`${WIDGETS}/w`, headers, body);
      assert.equal(code, 422);
      assert.match(
        message,
        /^ "" is invalid: patch: Invalid value: "\{\\"apiVersion\\":.*Object 'Kind' is missing in '\{"apiVersion/,
      );
    }
  });

  it('cannot make another version or kind of a custom resource', async () => {
    const other = await patch(`${WIDGETS}/w`, MERGE, { apiVersion: 'other.io/v1' });
    assert.deepEqual(
      [other.code, other.message],
      [422, 'Widget.other.io "w" is invalid: apiVersion: Invalid value: "other.io/v1": must be example.com/v1'],
    );
    const both = await patch(`${WIDGETS}/w`, MERGE, { apiVersion: 'v2', kind: 'Other' });
    assert.equal(
      both.message,
      'Other "w" is invalid: [kind: Invalid value: "Other": must be Widget, apiVersion: Invalid value: "v2": must be example.com/v1]',
    );
  });

  it('leaves out the kind of a built-in kind, which the path tells', async () => {
    const path = '/api/v1/namespaces/default/configmaps';
    await client.send('POST', path, { body: { metadata: { name: 'c' } } });
    const { code, value } = await patch(`${path}/c`, MERGE, { kind: null });
    assert.deepEqual([code, stringAt(value, 'kind')], [200, 'ConfigMap']);
  });

  it('of server-side apply says that an owner reference lacks its uid', async () => {
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x' }];
    const body = widget('owned', { ownerReferences });
    const { code, message } = await patch(`${WIDGETS}/owned?fieldManager=m`, APPLY, body);
    assert.equal(code, 422);
    assert.match(message, /metadata\.ownerReferences\[0\]\.uid: Required value: must not be empty/);
  });

  it('with an empty list of managed fields resets those of built-in kinds only', async () => {
    const managers = async (path: string, body: object) => {
      await patch(`${path}?fieldManager=m`, APPLY, body);
      const { value } = await patch(path, MERGE, { metadata: { managedFields: [] } });
      return JSON.stringify(value).includes('managedFields');
    };
    assert.equal(await managers(`${WIDGETS}/managed`, widget('managed', { labels: { a: 'b' } })), true);
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'managed', labels: { a: 'b' } } };
    assert.equal(await managers('/api/v1/namespaces/default/configmaps/managed', map), false);
  });
});
