import type { AnyObject } from '../../cluster/objects.ts';

/** What becomes of a container on the simulated node. */
export type ContainerFate =
  /** It runs until its pod is deleted; ready at once, or with its readiness probe's first try. */
  | 'runs'
  /** It runs, and is never ready. */
  | 'unready'
  /** Its image cannot be pulled: ErrImagePull, then ImagePullBackOff. */
  | 'unpullable'
  /** It ends with exit code 1 soon after each start: CrashLoopBackOff. */
  | 'crashes'
  /** It ends with exit code 0 soon after its start. */
  | 'exits';

/** A start of a container. */
export interface ContainerStart {
  /** As it is when the container starts. */
  readonly pod: AnyObject;
  readonly container: string;
  readonly image: string;
  /** How often it was started before. */
  readonly restartCount: number;
}

/** Settings of Deployments, ReplicaSets and the node that runs their pods. Nothing is executed: the node says that containers run. */
export interface WorkloadOptions {
  /** The node's name. Default `autopilot`. */
  readonly nodeName?: string;
  /**
   * What becomes of a container; undefined, or no function: what its image says. Images of hosts below the domain `invalid`, which
   * nobody can have (RFC 2606), fail: `crash.invalid/…` crashes, `exit.invalid/…` exits, `unready.invalid/…` is never ready, and
   * of all others nothing can be pulled. All other images run.
   */
  readonly fate?: (start: ContainerStart) => ContainerFate | undefined;
  /** What a container prints when it starts, a text a line. Default: a line that says that nothing is executed. */
  readonly output?: (start: ContainerStart) => readonly string[];
  /** Milliseconds from one step of a pod to the next: from its node to its first container, from a start to a crash. Default 500. */
  readonly startDelay?: number;
  /** Milliseconds that containers take to end, at most the pod's grace period. Default 100. */
  readonly stopDelay?: number;
}

const INVALID: Readonly<Record<string, ContainerFate>> = {
  'crash.invalid': 'crashes',
  'exit.invalid': 'exits',
  'unready.invalid': 'unready',
};

export function fateOfImage(image: string): ContainerFate {
  const [host = ''] = image.split(/[/:]/);
  if (!host.endsWith('.invalid') || !image.includes('/')) return 'runs';
  return INVALID[host] ?? 'unpullable';
}

export function defaultOutput({ container, image }: ContainerStart): readonly string[] {
  return [`The embedded cluster says that container ${container} runs ${image}; nothing is executed.`];
}
