import type { Entry } from '../cache/store.ts';
import type { Ending } from '../controller/ending.ts';
import { errors, isKindMissing } from '../errors.ts';
import type { CallOptions } from '../kube/caller.ts';
import type { ObjectRef } from '../kube/client.ts';
import { objectKey } from '../kube/paths.ts';
import type { KubernetesObject, ResourceType } from '../kube/types.ts';
import type { Logger } from '../observe/logger.ts';
import type { Phase } from '../plan.ts';
import type { ReadScope } from '../reads/input-reader.ts';
import type { Environment } from './environment.ts';
import type { ObservedOutputs } from './outputs-record.ts';
import type { Journal } from './rollback/journal.ts';
import type { ResourceState } from './resource-state.ts';
import { revisionOf } from './status.ts';

/** The run was given up: its resource is gone, being deleted or another one, or the operator stops. No failure. */
export class RunAborted extends Error {}

/** Somebody else wrote the status since the run began: it is looked at again. */
export class RunOutdated extends Error {}

/** What a run has written of the status before its end. */
interface Announced {
  /** Of the status now; what the run's own next write of it has to find. */
  revision: number | undefined;
  /** What phases left behind, as it is recorded now; undefined: as in the resource. */
  record: ObservedOutputs | undefined;
  /** Resolves once the last of these writes has ended, however it ended; undefined: there is none. */
  ended: Promise<unknown> | undefined;
}

/** What is true of a run from begin to end. */
export interface RunFacts {
  readonly environment: Environment;
  readonly key: string;
  /** As it was when the run began. */
  readonly resource: KubernetesObject;
  readonly phase: Phase;
  readonly state: ResourceState;
  /** Names this sync, in log lines and spans. */
  readonly sync: string;
}

/**
 * One run of a phase for one resource, and what every write of it goes through: it looks again whether the run goes on, and keeps the
 * caches in step with the answers.
 */
export class Run implements RunFacts, ReadScope {
  readonly environment: Environment;
  readonly key: string;
  readonly resource: KubernetesObject;
  readonly phase: Phase;
  readonly state: ResourceState;
  readonly sync: string;
  readonly announced: Announced;
  /** Comes when the resource is deleted or replaced (as soon as the caches know), and when the operator stops. */
  readonly ending: Ending;
  #logger: Logger | undefined;
  /** What its writes change, where they are undone if one of them fails. */
  journal: Journal | undefined;

  constructor(facts: RunFacts, ending: Ending, announced?: Announced) {
    this.environment = facts.environment;
    this.key = facts.key;
    this.resource = facts.resource;
    this.phase = facts.phase;
    this.state = facts.state;
    this.sync = facts.sync;
    this.ending = ending;
    this.announced = announced ?? { revision: revisionOf(facts.resource), record: undefined, ended: undefined };
  }

  /** The same run for code that has less time: `ending` comes no later than the run's own. */
  within(ending: Ending): Run {
    return new Run(this, ending, this.announced);
  }

  get isOver(): boolean {
    return this.ending.isOver;
  }

  /** Aborts when the run is over. */
  get signal(): AbortSignal {
    return this.ending.signal;
  }

  /** For lines with resource, phase and sync. Made for whoever asks first. */
  get logger(): Logger {
    const { key: resource, phase, sync } = this;
    this.#logger ??= this.environment.logger.child({ resource, phase: phase.name, sync });
    return this.#logger;
  }

  /** In messages. */
  get reader(): string {
    return `Phase ${this.phase.name}`;
  }

  get uid(): string {
    return this.state.uid;
  }

  get namespace(): string | undefined {
    return this.resource.metadata.namespace;
  }

  /** The resource's objects of a kind by their label, whichever phase made them. */
  owned(type: ResourceType): readonly Entry[] {
    const { marks, views } = this.environment;
    return views.output(type).select(undefined, [{ key: marks.owner, operator: 'In', values: [this.uid] }]);
  }

  /**
   * Sends one write about one object and tells the caches its answer. Events about that object wait until then. An answer of
   * undefined means that the object of `uid` is gone. `remember` is given the answer before the events that waited are told. Throws
   * {@link RunAborted}, and sends nothing, where the run is over.
   */
  async write<Answer extends KubernetesObject | undefined>(
    type: ResourceType,
    key: string,
    send: () => Promise<Answer>,
    { uid, remember }: { readonly uid?: string; readonly remember?: (answer: Answer) => void } = {},
  ): Promise<Answer> {
    if (this.isOver) throw new RunAborted();
    const { caches } = this.environment;
    const release = caches.hold(type, key);
    try {
      const answer = await send();
      this.state.rate?.wrote();
      if (answer) caches.written(type, answer, this.key);
      else if (uid !== undefined) caches.removed(type, key, uid, this.key);
      remember?.(answer);
      return answer;
    } catch (error) {
      if (isKindMissing(error)) caches.kindMissing(type);
      // Nobody waits for it to be tried again.
      throw this.isOver ? new RunAborted() : error;
    } finally {
      release();
    }
  }

  /**
   * Reads one object of which the caches know too little. What it says that they did not know is somebody else's doing, and an event of
   * its end waits until it is known.
   */
  async read(ref: ObjectRef, options?: CallOptions): Promise<KubernetesObject> {
    const { client, caches } = this.environment;
    const release = caches.hold(ref.type, objectKey(ref.name, ref.namespace));
    try {
      const answer = await client.get(ref, options);
      caches.written(ref.type, answer, undefined);
      return answer;
    } finally {
      release();
    }
  }

  /** For what user code holds on to: throws ERR_AP_STOPPED once the run is over. */
  checkForUser(what: string): void {
    if (this.isOver) throw errors.stopped(what);
  }
}
