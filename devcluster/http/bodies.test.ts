import assert from 'node:assert/strict';
import { HttpClient } from '../conformance/http-client.ts';
import { startCluster } from '../devcluster.ts';
import { stringAt } from '../schema/json.ts';
import type { Cluster } from '../devcluster.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const VERSION_KIND =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** The refusals are those of kube-apiserver 1.37.2. */
describe('Bodies of requests', () => {
  let cluster: Cluster;
  let client: HttpClient;
  const unforeseen: unknown[] = [];

  before(async () => {
    cluster = await startCluster({ crds: [], onError: (error) => unforeseen.push(error) });
    client = new HttpClient(cluster.kubeconfig);
  });

  after(async () => {
    await client.close();
    await cluster.stop();
  });

  afterEach(() => assert.deepEqual(unforeseen.splice(0), []));

  describe('of a DELETE that are no DeleteOptions delete nothing', () => {
    const field = (what: string, path: string, type: string): string =>
      `json: cannot unmarshal ${what} into Go struct field ${path} of type ${type}`;
    const refused: Readonly<Record<string, string>> = {
      '{"preconditions":"x"}': field('string', 'DeleteOptions.preconditions', 'v1.Preconditions'),
      '{"preconditions":[]}': field('array', 'DeleteOptions.preconditions', 'v1.Preconditions'),
      '{"preconditions":{"uid":5}}': field('number', 'Preconditions.preconditions.uid', 'types.UID'),
      '{"dryRun":"All"}': field('string', 'DeleteOptions.dryRun', '[]string'),
      '{"dryRun":[5]}': field('number', 'DeleteOptions.dryRun', 'string'),
      '{"gracePeriodSeconds":"x"}': field('string', 'DeleteOptions.gracePeriodSeconds', 'int64'),
      '{"gracePeriodSeconds":1.5}': field('number 1.5', 'DeleteOptions.gracePeriodSeconds', 'int64'),
      '{"orphanDependents":"yes"}': field('string', 'DeleteOptions.orphanDependents', 'bool'),
      '{"propagationPolicy":5}': field('number', 'DeleteOptions.propagationPolicy', 'v1.DeletionPropagation'),
      '{"kind":"Foo","apiVersion":"v1"}':
        'no kind "Foo" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"',
      '{"kind":"Foo"}':
        'no kind "Foo" is registered for version "meta.k8s.io/v1" in scheme "pkg/runtime/scheme.go:111"',
      '{"kind":5}': `couldn't get version/kind; json parse error: ${field('number', '.kind', 'string')}`,
      '[]': `couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type ${VERSION_KIND}`,
    };

    before(() => client.send('POST', CONFIG_MAPS, { body: { metadata: { name: 'kept' } } }));

    for (const [body, message] of Object.entries(refused)) {
      it(body, async () => {
        for (const path of [`${CONFIG_MAPS}/kept`, CONFIG_MAPS]) {
          const { code, value } = await client.send('DELETE', path, { body });
          assert.deepEqual([code, stringAt(value, 'message')], [400, message], path);
        }
        assert.equal((await client.send('GET', `${CONFIG_MAPS}/kept`)).code, 200);
      });
    }

    for (const body of [
      'null',
      '{"junk":1,"propagationPolicy":null,"orphanDependents":null,"preconditions":null}',
      '{"kind":"DeleteOptions","apiVersion":"apps/v1"}',
    ]) {
      it(`but ${body} is one`, async () => {
        await client.send('POST', CONFIG_MAPS, { body: { metadata: { name: 'gone' } } });
        assert.equal((await client.send('DELETE', `${CONFIG_MAPS}/gone`, { body })).code, 200);
      });
    }
  });

  describe('that nest deeply', () => {
    const ODDS = '/apis/example.com/v1/namespaces/default/odds';
    const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
    const odd = (name: string, levels: number): string =>
      `{"apiVersion":"example.com/v1","kind":"Odd","metadata":{"name":"${name}"},"spec":{"a":${nested(levels - 2)}}}`;
    const send = (method: 'POST' | 'PATCH', path: string, type: string, body: string): ReturnType<HttpClient['send']> =>
      client.send(method, path, { body, headers: { 'content-type': `application/${type}` } });

    before(async () => {
      await defineOdds(client);
      await send('POST', ODDS, 'json', odd('deep', 3));
    });

    it('are taken up to a thousand levels', async () => {
      const path = `${ODDS}/deep`;
      const spec = `{"spec":{"a":${nested(998)}}}`;
      const answers = [
        await send('POST', ODDS, 'json', odd('posted', 1000)),
        await send('POST', ODDS, 'yaml', odd('yaml', 1000)),
        await send('PATCH', path, 'merge-patch+json', spec),
        await send('PATCH', path, 'json-patch+json', `[{"op":"add","path":"/spec/b","value":${nested(997)}}]`),
        await send('PATCH', `${path}?fieldManager=m`, 'apply-patch+yaml', odd('deep', 1000)),
        await client.send('GET', ODDS),
        await client.send('GET', ODDS, { headers: { accept: 'application/yaml' } }),
      ];
      assert.deepEqual(
        answers.map(({ code }) => code),
        [201, 201, 200, 200, 200, 200, 200],
      );
    });

    it('are refused beyond that as the real server refuses them beyond ten thousand', async () => {
      const path = `${ODDS}/deep`;
      const spec = `{"spec":{"a":${nested(11_000)}}}`;
      const answers = [
        await send('POST', ODDS, 'json', odd('posted', 1001)),
        await send('POST', ODDS, 'json', odd('posted', 11_000)),
        await send('PATCH', path, 'merge-patch+json', spec),
        await send('PATCH', path, 'json-patch+json', `[{"op":"add","path":"/spec/a/-","value":${nested(998)}}]`),
        await client.send('DELETE', path, { body: spec }),
      ];
      const tooDeep = "couldn't get version/kind; json parse error: invalid character '[' exceeded max depth";
      const unrecognized = `the object provided is unrecognized (must be of type Odd): ${tooDeep} ({"apiVersion":"example.com/v1" ...)`;
      assert.deepEqual(
        answers.map(({ code, value }) => `${code} ${stringAt(value, 'message')}`),
        [
          `400 ${unrecognized}`,
          `400 ${unrecognized}`,
          '400 invalid JSON patch',
          '400 the patched object would nest in more than 1000 levels',
          `400 ${tooDeep}`,
        ],
      );
    });

    it('are not made by operations of a JSON patch either', async () => {
      const copies = Array.from({ length: 1100 }, () => ({ op: 'copy', from: '/spec', path: '/spec/a' }));
      const growing = [{ op: 'add', path: '/spec', value: {} }, ...copies];
      assert.equal((await send('PATCH', `${ODDS}/deep`, 'json-patch+json', JSON.stringify(growing))).code, 400);
    });
  });
});

async function defineOdds(client: HttpClient): Promise<void> {
  const object = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const status = { type: 'object', properties: { a: { type: 'string' } } };
  const openAPIV3Schema = { type: 'object', properties: { spec: object, status } };
  const version = {
    name: 'v1',
    served: true,
    storage: true,
    subresources: { status: {} },
    schema: { openAPIV3Schema },
  };
  const body = {
    metadata: { name: 'odds.example.com' },
    spec: { group: 'example.com', scope: 'Namespaced', names: { kind: 'Odd', plural: 'odds' }, versions: [version] },
  };
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  assert.equal((await client.send('POST', path, { body })).code, 201);
}
