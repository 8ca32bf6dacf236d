import type { Cluster } from '../cluster/cluster.ts';
import type { ObjectLike } from '../cluster/objects.ts';
import type { DevProject } from './project.ts';
import type { ShownResource } from './operator-message.ts';

/** The cluster that an operator is developed on. */
export interface DevTarget {
  /** The variables by which the operator finds it. */
  readonly env: Readonly<Record<string, string>>;
  /** The path of the kubeconfig of an embedded cluster. */
  readonly kubeconfig: string | undefined;
  /** The embedded cluster; undefined where it is a real one. */
  readonly cluster: Cluster | undefined;
  /** Server-side apply; resolves to the object's `namespace/name`. */
  apply(object: ObjectLike): Promise<string>;
  /** The resources of the project's kind, each with what it has made. */
  resources(project: DevProject): Promise<readonly ShownResource[]>;
  stop(): Promise<void>;
}
