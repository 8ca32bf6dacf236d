import assert from 'node:assert/strict';
import { HttpClient } from '../conformance/http-client.ts';
import { startCluster } from '../devcluster.ts';
import { stringAt } from '../schema/json.ts';
import type { Cluster } from '../devcluster.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const MERGE = { 'content-type': 'application/merge-patch+json' };
const ROLE = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: { name: 'writer' },
  rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['create', 'patch'] }],
};

describe('Owners of objects', () => {
  let cluster: Cluster;
  let client: HttpClient;
  let owner: object;

  const begin = async (admissionPlugins: readonly 'OwnerReferencesPermissionEnforcement'[]): Promise<void> => {
    cluster = await startCluster({ crds: [], admissionPlugins });
    client = new HttpClient(await cluster.addServiceAccount('writer', { roles: [ROLE] }));
    const { metadata } = await cluster.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'owner' } });
    owner = { apiVersion: 'v1', kind: 'Secret', name: 'owner', uid: metadata.uid };
  };
  const create = async (more: object): Promise<string> => {
    const metadata = { generateName: 'm-', ownerReferences: [{ ...owner, ...more }] };
    const { code, value } = await client.send('POST', MAPS, { body: { metadata } });
    return `${code} ${stringAt(value, 'message')}`.trim();
  };
  const adopt = async (): Promise<string> => {
    await cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'there' } });
    const body = { metadata: { ownerReferences: [owner] } };
    const { code, value } = await client.send('PATCH', `${MAPS}/there`, { body, headers: MERGE });
    return `${code} ${stringAt(value, 'message')}`.trim();
  };

  afterEach(async () => {
    await client.close();
    await cluster.stop();
  });

  it('are set by whoever may write, as a real server has it unless it is told', async () => {
    await begin([]);
    assert.deepEqual([await create({ blockOwnerDeletion: true }), await adopt()], ['201', '200']);
  });

  it('are set by who may delete, and may block for who may set finalizers, where that is asked for', async () => {
    await begin(['OwnerReferencesPermissionEnforcement']);
    assert.equal(await create({}), '201');
    assert.match(
      await create({ blockOwnerDeletion: true }),
      /^403 .* cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: , <nil>$/,
    );
    assert.match(
      await adopt(),
      /^403 configmaps "there" is forbidden: cannot set an ownerRef on a resource you can't delete: , <nil>$/,
    );
    const rules = [
      { apiGroups: [''], resources: ['secrets/finalizers'], verbs: ['update'] },
      { apiGroups: [''], resources: ['configmaps'], verbs: ['delete'] },
    ];
    const more = { ...ROLE, metadata: { name: 'more' }, rules };
    await cluster.addServiceAccount('writer', { roles: [more] });
    assert.deepEqual([await create({ blockOwnerDeletion: true }), await adopt()], ['201', '200']);
  });
});
