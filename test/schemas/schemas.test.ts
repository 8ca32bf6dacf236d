import { startCluster, type Cluster } from 'autopilot-devcluster';
import { HttpClient } from '../../devcluster/conformance/http-client.ts';
import { assertAgreement } from './agreement.ts';
import { definitions } from './samples.ts';

const MAX = 60_000;

describe('The schemas of many specs, on the embedded cluster', function () {
  this.timeout(MAX);
  let cluster: Cluster;
  let client: HttpClient;
  before(async () => {
    cluster = await startCluster({ crds: [] });
    client = new HttpClient(cluster.kubeconfig);
    for (const crd of definitions()) await cluster.installCrd(crd);
  });
  after(async () => {
    await client.close();
    await cluster.stop();
  });

  it('judge objects as zod does, and make of them what zod makes', () =>
    assertAgreement(client, 8, 'npm test -- test/schemas/schemas.test.ts'));
});
