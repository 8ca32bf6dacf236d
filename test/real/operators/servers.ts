import { addOnDefinitions } from '../../../devcluster/kinds/add-ons.ts';
import { routeCrd } from '../../operator/testbed.ts';
import { RealCluster, type Flags } from '../kubernetes/real-cluster.ts';
import { Cleaning, DEFINITIONS } from './cleaning.ts';
import { DiscoveredKinds } from './discovered-kinds.ts';
import { FrontedCluster, type RealServer } from './fronted-cluster.ts';
import { Upstream } from './upstream.ts';
import type { TestCluster } from '../../operator/testbed.ts';
import { readFile } from 'node:fs/promises';

const CONTROLLERS = [
  'namespace-controller',
  'garbage-collector-controller',
  'serviceaccount-controller',
  'root-ca-certificate-publisher-controller',
].join(',');
/** What the control plane itself has there. */
const ITS_OWN = [
  '/api/v1/namespaces',
  '/api/v1/services',
  '/api/v1/configmaps',
  '/api/v1/serviceaccounts',
  DEFINITIONS,
  '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  '/apis/rbac.authorization.k8s.io/v1/roles',
  '/apis/rbac.authorization.k8s.io/v1/rolebindings',
  '/apis/coordination.k8s.io/v1/leases',
];

/** What all tests find installed. */
const INSTALLED = [...addOnDefinitions('istio'), routeCrd];

/** One real server for all tests of a run; each gets it as the others found it. */
export class SharedServer implements RealServer {
  readonly upstream: Upstream;
  readonly kinds: DiscoveredKinds;
  readonly #cluster: RealCluster;
  #cleaning: Cleaning | undefined;

  private constructor(cluster: RealCluster, upstream: Upstream) {
    this.#cluster = cluster;
    this.upstream = upstream;
    this.kinds = new DiscoveredKinds(upstream);
  }

  static async start(flags: Flags): Promise<SharedServer> {
    const cluster = await RealCluster.start({ controllerManager: false, apiserver: flags });
    const upstream = new Upstream(await readFile(cluster.kubeconfig, 'utf8'));
    const server = new SharedServer(cluster, upstream);
    await server.kinds.refresh();
    const first = await FrontedCluster.start(server);
    // All of them: the controller manager learns of a kind at its next discovery only.
    for (const crd of INSTALLED) await first.installCrd(crd);
    await cluster.startControllerManager({ controllers: CONTROLLERS, 'kube-api-qps': '500', 'kube-api-burst': '1000' });
    const authority = { apiVersion: 'v1', kind: 'ConfigMap', name: 'kube-root-ca.crt' };
    for (const namespace of ['default', 'kube-system', 'kube-public', 'kube-node-lease'])
      await first.until({ ...authority, namespace }, (found) => found !== undefined);
    await first.stop();
    server.#cleaning = await Cleaning.keeping(upstream, ITS_OWN);
    return server;
  }

  /** The server as a cluster of a test's own; what is written there goes as it stops. */
  async open(): Promise<TestCluster> {
    const cluster = await FrontedCluster.start(this);
    const stop = cluster.stop.bind(cluster);
    cluster.stop = async () => {
      await stop();
      await this.#takeBack();
    };
    return cluster;
  }

  /** To what it was. What a test took away is installed again here: else each later test would, for seconds, and delete it as its own. */
  async #takeBack(): Promise<void> {
    const cleaning = this.#cleaning;
    if (!cleaning) return;
    const { kindWent, lost } = await cleaning.clean();
    if (kindWent) await this.kinds.refresh();
    if (lost.length === 0) return;
    const cluster = await FrontedCluster.start(this);
    for (const crd of INSTALLED) if (lost.includes(crd.metadata.name)) await cluster.installCrd(crd);
    await cluster.stop();
    await cleaning.keep(DEFINITIONS);
    this.upstream.written.clear();
  }

  compact(): Promise<void> {
    return this.#cluster.compact();
  }

  async stop(): Promise<void> {
    await this.upstream.close();
    await this.#cluster.stop();
  }
}
