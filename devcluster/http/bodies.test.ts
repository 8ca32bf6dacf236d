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
});
