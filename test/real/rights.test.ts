import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { rightsOf } from '../../project/manifests/rights.ts';
import type { PolicyRule } from '../../project/model.ts';
import { systemClock } from '../../runtime/clock.ts';
import { KubeClient } from '../../runtime/kube/client.ts';
import { fromKubeconfig } from '../../runtime/kube/kubeconfig.ts';
import { connect, type Transport } from '../../runtime/kube/transport.ts';
import { errandCrd, LEASE, PROJECT, refusals } from '../operator/errand.ts';
import { kubectlFor, type Kubectl } from './kubectl.ts';
import { RealCluster, type Flags } from './kubernetes/real-cluster.ts';
import { grantsOf, rulesOf, serviceAccount } from './service-account.ts';

const SERVERS: Readonly<Record<string, Flags>> = {
  'with streaming lists': { 'enable-admission-plugins': 'OwnerReferencesPermissionEnforcement' },
  'without streaming lists': {
    'enable-admission-plugins': 'OwnerReferencesPermissionEnforcement',
    'feature-gates': 'WatchList=false',
  },
};

describe('the generated rights', () => {
  const clusters: RealCluster[] = [];
  const needed = new Map<string, Set<string>>();
  after(() => Promise.all(clusters.map((cluster) => cluster.stop())));

  for (const [how, apiserver] of Object.entries(SERVERS)) {
    describe(how, () => {
      let world: World;
      before(async () => {
        const cluster = await RealCluster.start({ apiserver, controllerManager: false });
        clusters.push(cluster);
        world = await World.of(cluster);
      });
      after(() => world.close());

      for (const place of ['namespaced', 'cluster'] as const) {
        it(`are enough for all that an operator does: ${place}`, async () => {
          const rights = rightsOf(PROJECT, place);
          assert.equal(await world.refusals(place, rights[place], LEASE), 0);
        });
      }

      it('are noted where they are needed', async () => {
        const grants = grantsOf(rightsOf(PROJECT, 'namespaced').namespaced);
        const leases = grantsOf(LEASE);
        for (const without of [...grants, ...leases]) {
          const rest = (all: typeof grants) => rulesOf(all.filter((grant) => grant !== without));
          const name = `${without.resource}: ${without.verb}`;
          const places = needed.get(name) ?? new Set();
          needed.set(name, places);
          if ((await world.refusals('namespaced', rest(grants), rest(leases))) > 0) places.add(how);
        }
      }).timeout(240_000);
    });
  }

  describe('with the one or the other', () => {
    it('are the least: without any of them, something is refused', () => {
      assert.ok(needed.size >= 19, [...needed.keys()].join(', '));
      const idle = [...needed].filter(([, places]) => places.size === 0).map(([name]) => name);
      assert.deepEqual(idle, []);
    });
  });
});

/** A real API server with the kind of Route, and an operator that does there all that an operator can do. */
class World {
  readonly #cluster: RealCluster;
  readonly #kubectl: Kubectl;
  readonly #transport: Transport;
  readonly #admin: KubeClient;
  #rounds = 0;

  private constructor(cluster: RealCluster, kubectl: Kubectl, transport: Transport, admin: KubeClient) {
    this.#cluster = cluster;
    this.#kubectl = kubectl;
    this.#transport = transport;
    this.#admin = admin;
  }

  static async of(cluster: RealCluster): Promise<World> {
    const kubectl = kubectlFor(cluster.kubeconfig);
    kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(errandCrd()));
    kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    const access = fromKubeconfig(await readFile(cluster.kubeconfig, 'utf8'), systemClock);
    const transport = connect(access);
    const { credentials } = access;
    const names = { fieldManager: 'admin', userAgent: 'admin' };
    return new World(
      cluster,
      kubectl,
      transport,
      new KubeClient({ transport, credentials, clock: systemClock, ...names }),
    );
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  /** Lets an operator with just these rights go through everything, or up to the first refusal; returns how many there were. */
  async refusals(
    place: 'namespaced' | 'cluster',
    rules: readonly PolicyRule[],
    leases: readonly PolicyRule[],
  ): Promise<number> {
    this.#rounds += 1;
    const namespace = `round-${this.#rounds}`;
    const access = { cluster: this.#cluster, kubectl: this.#kubectl, transport: this.#transport };
    const rights = { namespaced: [], cluster: [], [place]: rules };
    const kubeconfig = await serviceAccount(access, namespace, {
      ...rights,
      namespaced: [...rights.namespaced, ...leases],
    });
    return refusals({ admin: this.#admin, namespace, kubeconfig, place });
  }
}
