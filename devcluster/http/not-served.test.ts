import assert from 'node:assert/strict';
import { HttpClient } from '../conformance/http-client.ts';
import { startCluster } from '../devcluster.ts';
import { stringAt } from '../schema/json.ts';
import type { Cluster } from '../devcluster.ts';

const POD = '/api/v1/namespaces/default/pods/p';
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** See FIDELITY.md: what a real server does and this one does not is said, not passed over. */
describe('What the embedded cluster does not do, it says:', () => {
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

  for (const path of [`${POD}/log`, `${POD}/exec`, `${POD}/eviction`, `${POD}/binding`]) {
    it(`501 for ${path}`, async () => {
      const method = path.endsWith('/log') ? 'GET' : 'POST';
      const { code, value } = await client.send(method, path, method === 'POST' ? { body: {} } : {});
      assert.deepEqual([code, stringAt(value, 'reason')], [501, 'NotImplemented']);
      assert.match(
        stringAt(value, 'message'),
        /^the embedded cluster does not serve pods\/[a-z]+: it runs no containers/,
      );
    });
  }

  it('405 for HEAD, which the real server does not answer either', async () => {
    assert.equal((await client.send('HEAD', '/api/v1/namespaces/default/pods')).code, 405);
  });

  it('warns of limits that are stored only', async () => {
    const body = { metadata: { name: 'q' }, spec: { hard: { pods: '1' } } };
    const { code, headers } = await client.send('POST', '/api/v1/namespaces/default/resourcequotas', { body });
    assert.equal(code, 201);
    assert.match(String(headers['warning']), /stores this ResourceQuota only: its limits are not enforced/);
  });

  it('warns of webhooks that are not called', async () => {
    const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
    const { code, headers } = await client.send('POST', path, { body: { metadata: { name: 'w' }, webhooks: [] } });
    assert.equal(code, 201);
    assert.match(
      String(headers['warning']),
      /stores this ValidatingWebhookConfiguration only: its webhooks are not called/,
    );
  });

  it('warns of conversions of a definition by a webhook, and of nothing where there are none', async () => {
    const plain = await client.send('POST', DEFINITIONS, { body: definition('plains', {}) });
    assert.deepEqual([plain.code, plain.headers['warning']], [201, undefined]);
    const body = definition('converted', {
      conversion: {
        strategy: 'Webhook',
        webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: 'https://localhost/convert' } },
      },
    });
    const { code, headers } = await client.send('POST', DEFINITIONS, { body });
    assert.equal(code, 201);
    assert.match(String(headers['warning']), /calls no conversion webhook/);
  });
});

function definition(plural: string, spec: object): object {
  const item = { type: 'object', properties: { size: { type: 'integer' } } };
  const properties = {
    spec: { type: 'object', properties: { items: { type: 'array', maxItems: 5, items: item } } },
  };
  const openAPIV3Schema = { type: 'object', properties };
  return {
    metadata: { name: `${plural}.example.com` },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { kind: plural === 'plains' ? 'Plain' : 'Converted', plural },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
      ...spec,
    },
  };
}
