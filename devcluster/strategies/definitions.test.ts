import assert from 'node:assert/strict';
import { HttpClient } from '../conformance/http-client.ts';
import { startCluster } from '../devcluster.ts';
import { stringAt, valueAt } from '../schema/json.ts';
import type { Cluster } from '../devcluster.ts';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const UNQUALIFIED =
  'prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers';

const version = (spec: object) => ({
  name: 'v1',
  served: true,
  storage: true,
  schema: { openAPIV3Schema: { type: 'object', properties: { spec } } },
});

const definition = (plural: string, spec: object, versions = [version(spec)]) => ({
  metadata: { name: `${plural}.example.com` },
  spec: { group: 'example.com', scope: 'Namespaced', names: { kind: `Kind${plural}`, plural }, versions },
});

const text = { type: 'string' };

/** The answers are those of a real kube-apiserver 1.37.2. */
describe('A CustomResourceDefinition', () => {
  let cluster: Cluster;
  let client: HttpClient;

  before(async () => {
    cluster = await startCluster({ crds: [] });
    client = new HttpClient(cluster.kubeconfig);
  });

  after(async () => {
    await client.close();
    await cluster.stop();
  });

  const create = async (body: object) => {
    const { code, headers, value } = await client.send('POST', DEFINITIONS, { body });
    return { code, warnings: texts(headers['warning']), message: stringAt(value, 'message'), value };
  };

  it('may have no dependencies, not even none of them', async () => {
    const { message } = await create(definition('deps', { type: 'object', dependencies: {} }));
    assert.match(message, /properties\[spec\]\.dependencies: Forbidden: dependencies is not supported$/);
    assert.equal((await create(definition('defs', { type: 'object', definitions: {} }))).code, 201);
  });

  it('keeps a null among the values of an enumeration', async () => {
    const n = { ...text, nullable: true, enum: ['A', null] };
    const { value } = await create(definition('enums', { type: 'object', properties: { n } }));
    assert.ok(JSON.stringify(valueAt(value, 'spec')).includes('"enum":["A",null]'));
  });

  it('says all that is wrong with the key of a list', async () => {
    const list = {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
      items: { type: 'object', properties: { k: { type: 'object' } } },
    };
    const { message } = await create(definition('keys', { type: 'object', properties: { l: list } }));
    assert.match(message, /properties\[k\]\.type: Invalid value: "object": must be a scalar type if parent array's/);
    assert.match(message, /properties\[k\]\.default: Required value: this property is in x-kubernetes-list-map-keys/);
  });

  it('with two versions of one name has no second storage version', async () => {
    const spec = { type: 'object' };
    const { message } = await create(definition('twins', spec, [version(spec), version(spec)]));
    assert.match(message, /, status\.storedVersions: Invalid value: \["v1"\]: must have the storage version v1\]$/);
  });

  it('is warned of formats that nobody knows, when they are new', async () => {
    const properties = {
      a: { ...text, format: 'unknown-thing' },
      b: { ...text, format: 'int32' },
      c: { type: 'integer', format: 'int32' },
      d: { ...text, format: 'date-time' },
      e: { type: 'integer', format: 'date' },
    };
    const { warnings } = await create(definition('formats', { type: 'object', properties }));
    assert.deepEqual(
      warnings,
      ['unknown-thing', 'int32', 'date'].map((name) => `unrecognized format "${name}"`),
    );
    const path = `${DEFINITIONS}/formats.example.com`;
    const headers = { 'content-type': 'application/merge-patch+json' };
    const body = { spec: { names: { shortNames: ['f'] } } };
    assert.equal((await client.send('PATCH', path, { headers, body })).headers['warning'], undefined);
  });

  it('is warned of sets of what cannot be told apart by server-side apply', async () => {
    const items = { type: 'array', 'x-kubernetes-list-type': 'atomic', items: text };
    const list = { type: 'array', 'x-kubernetes-list-type': 'set', items };
    const { warnings } = await create(definition('sets', { type: 'object', properties: { list } }));
    assert.deepEqual(warnings, [
      'x-kubernetes-list-type: set for items of type "array" is not supported by server-side apply or CEL validation rules',
    ]);
  });

  it('is for objects whose writers are warned of finalizers that others may have, when they add them', async () => {
    await create(definition('finals', { type: 'object' }));
    const path = '/apis/example.com/v1/namespaces/default/finals';
    const finalizers = ['zz', 'foregroundDeletion', 'kubernetes', 'example.com/a', 'aa'];
    const body = { apiVersion: 'example.com/v1', kind: 'Kindfinals', metadata: { name: 'f', finalizers } };
    const made = await client.send('POST', path, { body });
    assert.deepEqual(
      texts(made.headers['warning']),
      ['aa', 'zz'].map((name) => `metadata.finalizers: "${name}": ${UNQUALIFIED}`),
    );
    const headers = { 'content-type': 'application/merge-patch+json' };
    const patch = { metadata: { finalizers: [...finalizers, 'new'] } };
    const changed = await client.send('PATCH', `${path}/f`, { headers, body: patch });
    assert.deepEqual(texts(changed.headers['warning']), [`metadata.finalizers: "new": ${UNQUALIFIED}`]);
  });
});

/** The texts of Warning headers. */
function texts(header: string | string[] | undefined): string[] {
  return [header ?? []]
    .flat()
    .flatMap((value) =>
      Array.from(value.matchAll(/299 - "((?:[^"\\]|\\.)*)"/g), ([, warning = '']) =>
        warning.replaceAll(/\\(.)/g, '$1'),
      ),
    );
}
