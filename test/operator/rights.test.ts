import assert from 'node:assert/strict';
import { startCluster } from 'autopilot-devcluster';
import { rightsOf } from '../../project/manifests/rights.ts';
import { systemClock } from '../../runtime/clock.ts';
import { KubeClient } from '../../runtime/kube/client.ts';
import { fromKubeconfig } from '../../runtime/kube/kubeconfig.ts';
import { connect } from '../../runtime/kube/transport.ts';
import { grantsOf, rulesOf } from '../real/service-account.ts';
import { errandCrd, LEASE, PROJECT, refusals } from './errand.ts';
import type { Cluster } from 'autopilot-devcluster';
import type { PolicyRule } from '../../project/model.ts';
import type { Transport } from '../../runtime/kube/transport.ts';

/** As `test/real/rights.test.ts` has it on a real server, in the time of `npm test`. */
describe('the generated rights, on the embedded cluster', () => {
  let cluster: Cluster;
  let transport: Transport;
  let admin: KubeClient;
  let rounds = 0;

  before(async () => {
    cluster = await startCluster({ crds: [], admissionPlugins: ['OwnerReferencesPermissionEnforcement'] });
    await cluster.installCrd(errandCrd());
    const access = fromKubeconfig(cluster.kubeconfig, systemClock);
    transport = connect(access);
    const { credentials } = access;
    admin = new KubeClient({ transport, credentials, clock: systemClock, fieldManager: 'admin', userAgent: 'admin' });
  });
  after(async () => {
    await transport.close();
    await cluster.stop();
  });

  const refusalsWith = async (
    place: 'namespaced' | 'cluster',
    rules: readonly PolicyRule[],
    leases: readonly PolicyRule[],
  ): Promise<number> => {
    rounds += 1;
    const namespace = `round-${rounds}`;
    const role = (kind: string, name: string, granted: readonly PolicyRule[]): object => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind,
      metadata: { name },
      rules: granted,
    });
    const kind = place === 'namespaced' ? 'Role' : 'ClusterRole';
    const roles = [role(kind, `operator-${rounds}`, rules), role('Role', 'leases', leases)];
    const kubeconfig = await cluster.addServiceAccount('operator', { namespace, roles });
    return refusals({ admin, namespace, kubeconfig, place });
  };

  for (const place of ['namespaced', 'cluster'] as const) {
    it(`are enough for all that an operator does: ${place}`, async () => {
      assert.equal(await refusalsWith(place, rightsOf(PROJECT, place)[place], LEASE), 0);
    });
  }

  const grants = grantsOf(rightsOf(PROJECT, 'namespaced').namespaced);
  const leases = grantsOf(LEASE);
  for (const without of [...grants, ...leases]) {
    const name = `${without.resource}: ${without.verb}`;
    // Where lists come as streams, as here, nobody sends a plain one.
    if (without.verb === 'list') continue;
    it(`are the least: something is refused without ${name}`, async () => {
      const rest = (all: typeof grants) => rulesOf(all.filter((grant) => grant !== without));
      assert.ok((await refusalsWith('namespaced', rest(grants), rest(leases))) > 0);
    });
  }
}).timeout(60_000);
