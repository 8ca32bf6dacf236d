import assert from 'node:assert/strict';
import { HttpClient } from '../conformance/http-client.ts';
import { startCluster } from '../devcluster.ts';
import { stringAt } from '../schema/json.ts';
import type { Cluster } from '../devcluster.ts';

const ROLES = `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: reader, namespace: watched }
rules: [{ apiGroups: [''], resources: [configmaps], verbs: [get, list] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: looker }
rules: [{ apiGroups: [''], resources: [namespaces], verbs: [list] }]
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: left-out }
`;

describe('A service account of an embedded cluster', () => {
  let cluster: Cluster;
  const clients: HttpClient[] = [];

  const connect = (kubeconfig: string): HttpClient => {
    const client = new HttpClient(kubeconfig);
    clients.push(client);
    return client;
  };
  const codes = async (client: HttpClient, ...paths: readonly string[]): Promise<readonly number[]> => {
    const answers = await Promise.all(paths.map((path) => client.send('GET', path)));
    return answers.map(({ code }) => code);
  };

  before(async () => {
    cluster = await startCluster({ crds: [] });
  });

  after(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await cluster.stop();
  });

  it('may do what the roles of a manifest allow, where they are, and nothing else', async () => {
    const client = connect(await cluster.addServiceAccount('robot', { namespace: 'home', roles: ROLES }));
    const maps = (namespace: string): string => `/api/v1/namespaces/${namespace}/configmaps`;
    const seen = await codes(client, maps('watched'), maps('home'), '/api/v1/namespaces', '/api/v1/nodes');
    assert.deepEqual(seen, [200, 403, 200, 403]);
    assert.equal(cluster.requests.count({ user: 'system:serviceaccount:home:robot' }), 4);
    const leftOut = { apiVersion: 'v1', kind: 'ServiceAccount', name: 'left-out' };
    assert.equal(await cluster.find(leftOut), undefined);
  });

  it('may do nothing without roles, and more once it is given some', async () => {
    const client = connect(await cluster.addServiceAccount('plain'));
    const secrets = '/api/v1/namespaces/default/secrets';
    assert.deepEqual(await codes(client, secrets, '/apis'), [403, 200]);
    const rules = [{ apiGroups: [''], resources: ['secrets'], verbs: ['list'] }];
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'secrets' }, rules };
    await cluster.addServiceAccount('plain', { roles: [role] });
    assert.deepEqual(await codes(client, secrets), [200]);
  });

  it('is unknown once it has been deleted', async () => {
    const client = connect(await cluster.addServiceAccount('short'));
    assert.deepEqual(await codes(client, '/apis'), [200]);
    await cluster.delete({ apiVersion: 'v1', kind: 'ServiceAccount', name: 'short' });
    const { code, value } = await client.send('GET', '/apis');
    assert.deepEqual([code, stringAt(value, 'reason')], [401, 'Unauthorized']);
  });

  it('is not made of roles that are none', async () => {
    const wrong = ['a: [', 'kind: ConfigMap\napiVersion: v1', 'just text', 'kind: Role\napiVersion: v1'];
    for (const roles of wrong) {
      await assert.rejects(cluster.addServiceAccount('none', { roles }), { code: 'ERR_AP_CLUSTER_ROLES' }, roles);
    }
    assert.equal(await cluster.find({ apiVersion: 'v1', kind: 'ServiceAccount', name: 'none' }), undefined);
  });
});
