import { startCluster } from '../../devcluster.ts';
import { VirtualTime } from '../../testing/virtual-time.ts';
import { numberAt } from './views.ts';
import { listAt, stringAt } from '../../schema/json.ts';
import type { AnyObject, Cluster, ClusterOptions, WorkloadOptions } from '../../devcluster.ts';

const KINDS = [
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
  { apiVersion: 'v1', kind: 'Pod' },
  { apiVersion: 'v1', kind: 'Event' },
] as const;

/** A cluster whose workloads live in a time that tests let pass. */
export class WorkloadBed {
  readonly cluster: Cluster;
  readonly time: VirtualTime;
  /** Faults of the cluster itself: there should be none. */
  readonly errors: unknown[];

  private constructor(cluster: Cluster, time: VirtualTime, errors: unknown[]) {
    this.cluster = cluster;
    this.time = time;
    this.errors = errors;
    for (const kind of KINDS) cluster.onChange(kind, () => time.stir());
  }

  static async open(workloads: WorkloadOptions | boolean = true, options: ClusterOptions = {}): Promise<WorkloadBed> {
    const time = new VirtualTime();
    const errors: unknown[] = [];
    const onError = (error: unknown): void => void errors.push(error);
    const cluster = await startCluster({ crds: [], clock: time.clusterClock, onError, workloads, ...options });
    return new WorkloadBed(cluster, time, errors);
  }

  /** Lets so many seconds pass. */
  async pass(seconds: number): Promise<void> {
    await this.time.pass(seconds * 1000);
  }

  async pods(labelSelector = ''): Promise<readonly AnyObject[]> {
    return this.cluster.list({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', labelSelector });
  }

  async replicaSets(): Promise<readonly AnyObject[]> {
    return this.cluster.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace: 'default' });
  }

  deployment(name = 'web'): Promise<AnyObject> {
    return this.cluster.get({ apiVersion: 'apps/v1', kind: 'Deployment', name });
  }

  async patch(spec: object, name = 'web'): Promise<void> {
    await this.cluster.patch({ apiVersion: 'apps/v1', kind: 'Deployment', name }, { spec });
  }

  /** `reason: message` of all Events about objects whose name begins so, in the order in which they came; counts above 1 in brackets. */
  async told(prefix: string): Promise<string[]> {
    const events = await this.cluster.list({ apiVersion: 'v1', kind: 'Event', namespace: 'default' });
    return events
      .filter((event) => stringAt(event, 'involvedObject', 'name').startsWith(prefix))
      .sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
      .map((event) => {
        const count = numberAt(event, 'count');
        return `${stringAt(event, 'reason')}: ${stringAt(event, 'message')}${count > 1 ? ` (${count})` : ''}`;
      });
  }
}

export interface Wanted {
  readonly name?: string;
  readonly replicas?: number;
  readonly image?: string;
  readonly spec?: object;
  readonly pod?: object;
  readonly container?: object;
}

/** A Deployment `web` with one container `main`. */
export function deploymentOf({ name = 'web', replicas = 1, image = 'a:1', spec, pod, container }: Wanted = {}) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'main', image, ...container }], ...pod },
      },
      ...spec,
    },
  };
}

export function withImage(image: string): object {
  return { template: { spec: { containers: [{ name: 'main', image }] } } };
}

/** The status of a pod's container, as kubectl's column STATUS begins it: why it waits, ended, or that it runs. */
export function stateOf(pod: AnyObject | undefined, field = 'containerStatuses'): string {
  const [status] = listAt(pod, 'status', field);
  const reason = stringAt(status, 'state', 'waiting', 'reason') || stringAt(status, 'state', 'terminated', 'reason');
  return reason || (stringAt(status, 'state', 'running', 'startedAt') === '' ? '' : 'Running');
}

export function conditionOf(object: AnyObject, type: string): string {
  const condition = listAt(object, 'status', 'conditions').find((each) => stringAt(each, 'type') === type);
  return `${stringAt(condition, 'status')} ${stringAt(condition, 'reason')}`.trim();
}
