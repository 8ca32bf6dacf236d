import assert from 'node:assert/strict';
import { startCluster } from '../devcluster.ts';
import { HttpClient, type HttpAnswer } from '../conformance/http-client.ts';
import { readMessage } from '../protobuf/wire.ts';
import { objectAt, stringAt, valueAt } from '../schema/json.ts';
import { openApiPaths } from './v3.ts';
import { referencesOf } from './builtin-components.ts';
import { KindRegistry } from '../kinds/registry.ts';
import type { Cluster } from '../devcluster.ts';

const GADGETS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gadgets.dev.example.com' },
  spec: {
    group: 'dev.example.com',
    scope: 'Namespaced',
    names: { kind: 'Gadget', plural: 'gadgets' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            description: 'A gadget.',
            properties: {
              spec: {
                type: 'object',
                required: ['maybe', 'size'],
                properties: {
                  size: { type: 'integer', default: 3, description: 'How big.' },
                  maybe: { type: 'object', nullable: true, properties: { a: { type: 'string' } } },
                  open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                  port: { 'x-kubernetes-int-or-string': true },
                  whole: {
                    type: 'object',
                    'x-kubernetes-embedded-resource': true,
                    properties: { spec: { type: 'object' } },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
};

const PROTOBUF = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';

describe('OpenAPI documents', () => {
  let cluster: Cluster;
  let client: HttpClient;

  before(async () => {
    cluster = await startCluster({ crds: [] });
    await cluster.apply(GADGETS);
    client = new HttpClient(cluster.kubeconfig);
  });
  after(async () => {
    await client.close();
    await cluster.stop();
  });

  const get = (path: string, headers: Record<string, string> = {}): Promise<HttpAnswer> =>
    client.send('GET', path, { headers });

  it('refer to nothing that is not in them', async () => {
    const index = await get('/openapi/v3');
    const paths = objectAt(index.value, 'paths') ?? {};
    assert.ok(Object.keys(paths).length > 40);
    for (const [path, entry] of Object.entries(paths)) {
      const { code, value } = await get(stringAt(entry, 'serverRelativeURL'));
      assert.equal(code, 200, path);
      const known = Object.keys(objectAt(value, 'components', 'schemas') ?? {});
      assert.deepEqual(
        referencesOf(value).filter((name) => !known.includes(name)),
        [],
        path,
      );
    }
    const v2 = (await get('/openapi/v2')).value;
    const defined = new Set(Object.keys(objectAt(v2, 'definitions') ?? {}));
    const named = [...JSON.stringify(v2).matchAll(/"#\/definitions\/([^"]+)"/g)].map(([, name = '']) => name);
    assert.ok(named.length > 1000);
    assert.deepEqual(
      named.filter((name) => !defined.has(name)),
      [],
    );
  });

  it('are the same in protobuf, as kubectl asks for them', async () => {
    const json = (await get('/openapi/v2')).value;
    const document = await client.bytes('/openapi/v2', PROTOBUF);
    assert.equal(document.contentType, 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf');
    const fields = new Map([...readMessage(document.body)].map(({ number, value }) => [number, value]));
    assert.deepEqual(names(fields.get(8), 2), Object.keys(objectAt(json, 'paths') ?? {}));
    assert.deepEqual(names(fields.get(9), 1), Object.keys(objectAt(json, 'definitions') ?? {}));
  });

  it('say of custom resources in v2 what clients of v2 can read', async () => {
    const { value } = await get('/openapi/v2');
    const gadget = objectAt(value, 'definitions', 'com.example.dev.v1.Gadget');
    const meta = { $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' };
    assert.equal(gadget?.['description'], 'A gadget.');
    assert.deepEqual(valueAt(gadget, 'properties', 'spec'), {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', description: 'How big.' },
        maybe: {},
        open: { 'x-kubernetes-preserve-unknown-fields': true },
        port: { 'x-kubernetes-int-or-string': true },
        whole: {
          type: 'object',
          'x-kubernetes-embedded-resource': true,
          properties: {
            spec: { type: 'object' },
            apiVersion: { type: 'string' },
            kind: { type: 'string' },
            metadata: meta,
          },
          required: ['kind', 'apiVersion'],
        },
      },
    });
    const parameters = valueAt(
      value,
      'paths',
      '/apis/dev.example.com/v1/namespaces/{namespace}/gadgets/{name}',
      'patch',
      'parameters',
    );
    assert.match(JSON.stringify(parameters), /"fieldValidation"/);
  });

  it('are told by a hash, and not sent again', async () => {
    for (const path of ['/openapi/v2', '/openapi/v3/apis/apps/v1']) {
      const { headers } = await get(path);
      const etag = String(headers['etag']);
      assert.match(etag, /^"[0-9A-F]+"$/);
      assert.equal((await get(path, { 'if-none-match': etag })).code, 304, path);
      assert.equal((await get(path, { accept: 'application/yaml' })).code, 406, path);
    }
    const elsewhere = await get('/openapi/v3/apis/apps/v1?hash=OLD');
    assert.equal(elsewhere.code, 301);
    const there = await get(String(elsewhere.headers['location']));
    assert.match(String(there.headers['cache-control']), /immutable/);
  });

  it('are those of the kinds that are served', async () => {
    const url = '/openapi/v3/apis/dev.example.com/v1';
    const before = (await get(url)).headers['etag'];
    await cluster.apply({
      ...GADGETS,
      spec: { ...GADGETS.spec, names: { ...GADGETS.spec.names, shortNames: ['gd'] } },
    });
    assert.notEqual((await get(url)).headers['etag'], before);
    assert.ok(!openApiPaths(new KindRegistry()).includes('apis/dev.example.com/v1'));
  });
});

/** The names of a map's members: message 1 of each pair. */
function names(map: unknown, number: number): string[] {
  assert.ok(Buffer.isBuffer(map));
  return [...readMessage(map)]
    .filter((field) => field.number === number)
    .map(({ value }) => {
      assert.ok(Buffer.isBuffer(value));
      const [name] = readMessage(value);
      return name && Buffer.isBuffer(name.value) ? name.value.toString() : '';
    });
}
