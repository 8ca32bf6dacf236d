import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../../devcluster/clock.ts';
import { readTarget } from '../../../../devcluster/conformance/target.ts';
import { PodLogs } from '../../../../devcluster/controllers/workloads/pod-logs.ts';
import { stringAt } from '../../../../devcluster/schema/json.ts';
import { serveLogs } from './log-server.ts';
import { PlayedPod } from './played-pod.ts';
import { PodApi } from './pod-api.ts';
import type { ApiObject } from '../../../../devcluster/store/object.ts';
import type { LogServer } from './log-server.ts';
import type { Host, Program } from './played-pod.ts';

export interface KubeletOptions {
  /** Path of the admin's kubeconfig. */
  readonly kubeconfig: string;
  /** What is run for an image; undefined: it cannot be pulled. */
  readonly images: (image: string) => Program | undefined;
  /** Milliseconds before the second restart of a container that ends, doubled with each further one. Default 10,000, as kubelet's. */
  readonly restartBackoff?: number;
  /** Default `autopilot`. */
  readonly nodeName?: string;
}

/** How often it looks what there is to do. */
const PERIOD = 100;
const LEASE_PERIOD = 10_000;

/**
 * The part of a scheduler and of a kubelet before a real control plane: binds all pods to one node, runs their containers as processes of
 * this machine, and tells what becomes of them. A process has what its container would have: its environment, its volumes where they are
 * mounted (ConfigMaps and Secrets as files that follow their changes, a token of its service account that is bound to the pod, and the
 * cluster's certificate), and an address of its own to listen on, which is all loopback. It ends as the pod's deletion asks for, and is started again when
 * it ends by itself. `kubectl logs` works. Needs root on Linux, for mount namespaces.
 *
 * What an image's file system holds runs in that, read-only, as the image's user, where the image is given as one.
 *
 * Not played: security contexts, limits, liveness and startup probes, hooks, `exec`;
 * tokens are not renewed, as they are good for an hour.
 */
export class Kubelet {
  readonly #api: PodApi;
  readonly #host: Host;
  readonly #logServer: LogServer;
  readonly #pods: Map<string, PlayedPod>;
  readonly #stopping = new AbortController();
  readonly #over: Promise<unknown>;
  #addresses = 1;

  private constructor(host: Host, logServer: LogServer, pods: Map<string, PlayedPod>) {
    this.#api = host.api;
    this.#host = host;
    this.#logServer = logServer;
    this.#pods = pods;
    this.#over = Promise.all([
      this.#repeat(PERIOD, () => this.#look()),
      this.#repeat(LEASE_PERIOD, () => this.#renew()),
    ]);
  }

  static async start({
    kubeconfig,
    images,
    restartBackoff = 10_000,
    nodeName = 'autopilot',
  }: KubeletOptions): Promise<Kubelet> {
    const text = await readFile(kubeconfig, 'utf8');
    const api = new PodApi(text, nodeName);
    const logs = new PodLogs(systemClock);
    const pods = new Map<string, PlayedPod>();
    const logServer = await serveLogs(logs, (namespace, name) => {
      const all = [...pods.values()].map(({ pod }) => pod);
      return all.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
    });
    const { hostname: host, port } = new URL(readTarget(text).url);
    const folder = await mkdtemp(join(tmpdir(), 'kubelet-'));
    await api.send('POST', '/api/v1/nodes', nodeOf(nodeName, logServer.port));
    const lease = { metadata: { name: nodeName }, spec: leaseSpec(nodeName) };
    await api.send('POST', '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases', lease);
    return new Kubelet({ api, logs, images, service: { host, port }, folder, restartBackoff }, logServer, pods);
  }

  /** The pod of that name, as far as it runs here. */
  find(namespace: string, name: string): PlayedPod | undefined {
    return [...this.#pods.values()].find(
      ({ pod }) => pod.metadata.namespace === namespace && pod.metadata.name === name,
    );
  }

  /** Kills all processes, which their pods tell, and rejects with what went wrong meanwhile. The node is ready for some more seconds. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#pods.values()].map((pod) => pod.end(0)));
    await this.#logServer.close();
    try {
      await this.#over;
    } finally {
      await this.#api.close();
      await rm(this.#host.folder, { recursive: true });
    }
  }

  async #repeat(ms: number, action: () => Promise<void>): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await action();
      await sleep(ms, undefined, { signal }).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    const pods = await this.#api.pods().catch(() => undefined);
    // The server may be away for a while.
    if (!pods || this.#stopping.signal.aborted) return;
    const uids = new Set(pods.map(({ metadata }) => metadata.uid));
    for (const [uid, played] of this.#pods) {
      if (uids.has(uid)) continue;
      this.#pods.delete(uid);
      this.#host.logs.forget(uid);
      void played.end(0);
    }
    await Promise.all(pods.map((pod) => this.#play(pod)));
  }

  async #play(pod: ApiObject): Promise<void> {
    const { uid = '', deletionTimestamp } = pod.metadata;
    const node = stringAt(pod, 'spec', 'nodeName');
    const played = this.#pods.get(uid);
    if (played) {
      // The end of one pod takes its time: the others are looked at meanwhile.
      const changed = played.changed(pod);
      if (deletionTimestamp === undefined) await changed;
      return;
    }
    const isOurs = stringAt(pod, 'spec', 'schedulerName') === 'default-scheduler';
    if (node === '' && deletionTimestamp === undefined && isOurs) await this.#api.bind(pod).catch(() => undefined);
    else if (node === this.#api.nodeName && deletionTimestamp !== undefined) await this.#api.remove(pod);
    else if (node === this.#api.nodeName) this.#pods.set(uid, new PlayedPod(this.#host, pod, this.#nextAddress()));
  }

  /** Of those that are loopback, some for each process: another one may play a node on this machine at the same time. */
  #nextAddress(): string {
    const number = this.#addresses++;
    return `127.${1 + ((process.pid >> 8) & 127)}.${process.pid & 255}.${1 + (number % 250)}`;
  }

  /** Without this the controllers take the node for lost after 40 s. */
  async #renew(): Promise<void> {
    const { nodeName } = this.#api;
    const path = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${nodeName}`;
    const body = { spec: leaseSpec(nodeName) };
    await this.#api.send('PATCH', path, body, 'application/merge-patch+json').catch(() => undefined);
  }
}

function leaseSpec(holderIdentity: string): object {
  const renewTime = new Date().toISOString().replace('Z', '000Z');
  return { holderIdentity, leaseDurationSeconds: 40, renewTime };
}

function nodeOf(name: string, port: number): object {
  const now = formatNow();
  const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' };
  const resources = { cpu: '16', memory: '64Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' } },
    status: {
      addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
      allocatable: resources,
      capacity: resources,
      conditions: [{ ...ready, lastHeartbeatTime: now, lastTransitionTime: now }],
      daemonEndpoints: { kubeletEndpoint: { Port: port } },
    },
  };
}

function formatNow(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}
