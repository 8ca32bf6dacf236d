import { errors } from '../errors.ts';
import type { KubernetesObject, ResourceType } from '../kube/types.ts';
import type { Phase } from '../plan.ts';
import type { Environment } from './environment.ts';
import type { ResourceState } from './resource-state.ts';

/** The run was given up: its resource is gone, being deleted or another one, its time is over, or the operator stops. No failure. */
export class RunAborted extends Error {}

/**
 * One run of a phase for one resource. Holds what is true of it from begin to end, and is what every write goes through: it looks
 * again whether the resource is still there, and keeps the caches in step with the answers.
 */
export class Run {
  readonly environment: Environment;
  readonly key: string;
  /** As it was when the run began. */
  readonly resource: KubernetesObject;
  readonly phase: Phase;
  readonly state: ResourceState;
  readonly signal: AbortSignal;
  /** Other phases of which this run took objects over. */
  readonly tookFrom = new Set<string>();
  /** A run of the finalizer goes on although the resource is being deleted. */
  readonly #finalizing: boolean;

  constructor(init: {
    environment: Environment;
    key: string;
    resource: KubernetesObject;
    phase: Phase;
    state: ResourceState;
    signal: AbortSignal;
    finalizing?: boolean;
  }) {
    this.environment = init.environment;
    this.key = init.key;
    this.resource = init.resource;
    this.phase = init.phase;
    this.state = init.state;
    this.signal = init.signal;
    this.#finalizing = init.finalizing ?? false;
  }

  get uid(): string {
    return this.state.uid;
  }

  get namespace(): string | undefined {
    return this.resource.metadata.namespace;
  }

  /** Throws {@link RunAborted} where nothing may be written any more. */
  check(): void {
    if (this.signal.aborted) throw new RunAborted();
    const live = this.environment.views.resources.get(this.key);
    if (live?.uid !== this.uid) throw new RunAborted();
    if (live.object.metadata.deletionTimestamp !== undefined && !this.#finalizing) throw new RunAborted();
  }

  /**
   * Sends one write about one object and tells the caches its answer. Events about that object wait until then. An answer of
   * undefined means that the object is gone.
   */
  async write<Answer extends KubernetesObject | undefined>(
    type: ResourceType,
    key: string,
    send: () => Promise<Answer>,
    uid?: string,
  ): Promise<Answer> {
    this.check();
    const { caches } = this.environment;
    const release = caches.hold(type, key);
    try {
      const answer = await send();
      if (answer) caches.written(type, answer);
      else if (uid !== undefined) caches.removed(type, key, uid);
      return answer;
    } finally {
      release();
    }
  }

  /** For what user code holds on to: throws ERR_AP_STOPPED once the run is over. */
  checkForUser(what: string): void {
    if (this.signal.aborted) throw errors.stopped(what);
  }
}
