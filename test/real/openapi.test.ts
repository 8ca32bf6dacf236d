import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { startCluster, type Cluster } from 'autopilot-devcluster';
import { HttpClient } from '../../devcluster/conformance/http-client.ts';
import { isArray, isObject, objectAt, stringAt, type JsonObject } from '../../devcluster/schema/json.ts';
import { kubectlFor } from './kubectl.ts';
import { GADGETS } from './gadgets.fixture.ts';
import { RealCluster } from './kubernetes/real-cluster.ts';

/** What FIDELITY.md lists, as paths into the documents. */
const LISTED = [
  // Another shape of what autoscaling/v2 has.
  /autoscaling[/.]v1[/.](?!Scale)/,
  /^v[23] \/paths\/(apis\/autoscaling\/v1|openid\/v1\/jwks|\.well-known\/openid-configuration)\/?$/,
  // Groups that are served no longer, or never were.
  /v1\.(DeleteOptions|WatchEvent)\/x-kubernetes-group-version-kind$/,
  // Connections.
  /\/(attach|exec|log|portforward|proxy|proxy\/\{path\})$/,
  // Members of these types refer to others plainly, having no description.
  /v1\.JSONSchemaProps\/properties\/\w+\/(allOf|\$ref)$/,
];

describe('OpenAPI documents', () => {
  let real: RealCluster;
  let embedded: Cluster;
  let clients: readonly [HttpClient, HttpClient];

  before(async () => {
    real = await RealCluster.start({ controllerManager: false });
    embedded = await startCluster({ crds: [] });
    kubectlFor(real.kubeconfig)(['create', '-f', '-'], JSON.stringify(GADGETS));
    await embedded.apply(GADGETS);
    clients = [new HttpClient(await readFile(real.kubeconfig, 'utf8')), new HttpClient(embedded.kubeconfig)];
  });
  after(async () => {
    await Promise.all((clients ?? []).map((client) => client.close()));
    await embedded?.stop();
    await real?.stop();
  });

  async function get(client: HttpClient, path: string): Promise<unknown> {
    return (await client.send('GET', path)).value;
  }

  /** The real server publishes definitions some time after it has them. */
  async function published(client: HttpClient, path: string, name: string): Promise<unknown> {
    for (;;) {
      const document = await get(client, path);
      if (JSON.stringify(document).includes(name)) return document;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  it('of v2 are the same, less what is listed', async () => {
    const [theirs, ours] = await Promise.all(
      clients.map((client) => published(client, '/openapi/v2', '"com.example.dev.v1alpha1.Gadget"')),
    );
    assert.deepEqual(unlisted('v2', plain(resolved(theirs)), plain(resolved(ours))), []);
  });

  it('of v3 are the same, less what is listed', async () => {
    const [theirs, ours] = await Promise.all(
      clients.map((client) => published(client, '/openapi/v3', 'apis/dev.example.com/v1alpha1')),
    );
    const paths = Object.keys(objectAt(ours, 'paths') ?? {});
    assert.deepEqual(unlisted('v3', keysOnly(theirs), keysOnly(ours)), []);
    for (const path of paths) {
      const [there, here] = await Promise.all(clients.map((client) => get(client, `/openapi/v3/${path}`)));
      assert.deepEqual(unlisted(path, plain(there), plain(here)), [], path);
    }
  });
});

function unlisted(document: string, theirs: unknown, ours: unknown): string[] {
  return differences(theirs, ours, '')
    .map((at) => `${document} ${at}`)
    .filter((at) => !LISTED.some((listed) => listed.test(at)));
}

/** The places where two values differ. */
function differences(a: unknown, b: unknown, at: string): string[] {
  if (isObject(a) && isObject(b)) {
    const names = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...names].flatMap((name) => differences(a[name], b[name], `${at}/${name.replace(/^\//, '')}`));
  }
  if (isArray(a) && isArray(b) && a.length === b.length) {
    return a.flatMap((item, index) => differences(item, b[index], `${at}/${index}`));
  }
  return a === b ? [] : [at];
}

/** Without descriptions, and lists without an order in theirs. */
function plain(value: unknown, members = false): unknown {
  if (isArray(value)) {
    const items = value.map((item) => plain(item));
    return items.every((item) => isObject(item) && 'in' in item)
      ? items.toSorted((a, b) => (stringAt(a, 'name') < stringAt(b, 'name') ? -1 : 1))
      : items;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([name]) => members || name !== 'description');
  return Object.fromEntries(
    entries.map(([name, member]) => [
      name,
      (name === 'consumes' || name === 'produces') && isArray(member)
        ? member.map(String).toSorted((a, b) => (a < b ? -1 : 1))
        : plain(member, name === 'properties' && !members),
    ]),
  );
}

/** Parameters where they are used. */
function resolved(document: unknown): unknown {
  const shared = objectAt(document, 'parameters') ?? {};
  const visit = (value: unknown): unknown => {
    if (isArray(value)) return value.map(visit);
    if (!isObject(value)) return value;
    const reference = value['$ref'];
    if (typeof reference === 'string' && reference.startsWith('#/parameters/')) {
      return visit(shared[reference.slice('#/parameters/'.length)]);
    }
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, visit(member)]));
  };
  const { parameters: _shared, ...rest } = isObject(document) ? document : {};
  return visit(rest);
}

function keysOnly(index: unknown): JsonObject {
  const paths = Object.keys(objectAt(index, 'paths') ?? {});
  return { paths: Object.fromEntries(paths.map((path) => [path, true])) };
}
