import { addOnDefinitions } from '../../../devcluster/kinds/add-ons.ts';
import { routeCrd } from '../../operator/testbed.ts';
import { RealCluster, type Flags } from '../kubernetes/real-cluster.ts';
import { Cleaning } from './cleaning.ts';
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
  '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  '/apis/rbac.authorization.k8s.io/v1/roles',
  '/apis/rbac.authorization.k8s.io/v1/rolebindings',
  '/apis/coordination.k8s.io/v1/leases',
];

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
    for (const crd of [...addOnDefinitions('istio'), routeCrd]) await first.installCrd(crd);
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
      if (await this.#cleaning?.clean()) await this.kinds.refresh();
    };
    return cluster;
  }

  compact(): Promise<void> {
    return this.#cluster.compact();
  }

  async stop(): Promise<void> {
    await this.upstream.close();
    await this.#cluster.stop();
  }
}
