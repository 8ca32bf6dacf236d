import type { Duration } from './config/duration.ts';
import type { Condition, KubernetesObject, LabelSelector, ObjectMeta } from './kube/types.ts';
import type { Logger } from './observe/logger.ts';

/** Data that workers share with the caches: deeply read-only, and frozen at run time. */
export type Frozen<T> = T extends (...args: never[]) => unknown
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Frozen<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: Frozen<T[Key]> }
      : T;

/**
 * The top-level custom resource. `Status` is the user's part; it is partial, since nothing is there before the first worker
 * reported something.
 */
export interface CustomResource<Spec, Status, Phase extends string> extends KubernetesObject {
  readonly spec: Frozen<Spec>;
  readonly status?: Frozen<Partial<Status>> & PhaseStatus<Phase>;
}

/** What the runtime keeps in `status`. Workers read it and never write it. */
export interface PhaseStatus<Phase extends string = string> {
  readonly phase?: Phase;
  /** Raised by every status write of ours: the fence of the compare-and-swap. */
  readonly revision?: number;
  readonly observedGeneration?: number;
  /** `Ready`; `Reconciling` and `Stalled` only while they are True. */
  readonly conditions?: readonly Condition[];
  /** The last changes of the phase, as many as `transitions` in autopilot.yaml says. */
  readonly transitions?: readonly {
    readonly time: string;
    readonly from: string;
    readonly to: string;
    readonly reason: string;
  }[];
}

/** What a worker may leave out of an object that it asks for. */
export interface DesiredMetadata {
  readonly name: string;
  /** Default: the resource's own namespace. */
  readonly namespace?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** An object as a worker asks for it: `apiVersion` and `kind` are filled in, `status` belongs to somebody else. */
export type Desired<T> = Frozen<Omit<T, 'apiVersion' | 'kind' | 'metadata' | 'status'>> & {
  readonly apiVersion?: string | undefined;
  readonly kind?: string | undefined;
  readonly metadata: DesiredMetadata;
};

/** Some of an object's fields, however deep. Of a list whose items have keys, an item needs those by which the server finds it. */
export type PartialFields<T> = T extends (...args: never[]) => unknown
  ? T
  : T extends readonly (infer Item)[]
    ? readonly PartialFields<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]?: PartialFields<T[Key]> | undefined }
      : T;

/**
 * Where a patched object is: in the resource's own namespace (`own`), in one that has to be named, since the resource is of cluster scope
 * (`any`), or in none (`none`).
 */
export type PatchPlace = 'own' | 'any' | 'none';

/** What is set in an object that is somebody else's: its name, and the fields that are to be as given. `status` is its controller's. */
export type Patch<T, Place extends PatchPlace = 'own'> = PartialFields<
  Omit<T, 'apiVersion' | 'kind' | 'metadata' | 'status'>
> & {
  readonly apiVersion?: string | undefined;
  readonly kind?: string | undefined;
  readonly metadata: Omit<DesiredMetadata, 'namespace'> & PatchNamespace[Place];
};

interface PatchNamespace {
  readonly own: { readonly namespace?: string | undefined };
  readonly any: { readonly namespace: string };
  readonly none: { readonly namespace?: undefined };
}

/** An object of the cluster: like `T`, with the metadata that every live object has. */
export type Live<T> = Frozen<Omit<T, 'metadata'>> & { readonly metadata: ObjectMeta };

export interface ListQuery {
  /** Default: the resource's own namespace where the input is declared `namespace: own`, else all. */
  readonly namespace?: string | undefined;
  /**
   * As in the API: `{}` matches everything, null matches nothing. A key that is present but undefined counts as null, so that
   * an unset selector of a spec never selects the whole namespace.
   */
  readonly selector?: LabelSelector | null | undefined;
}

/**
 * Reads one kind from the operator's caches; never sends a request. What is read is recorded, and a change of just that runs
 * the worker again: an object that appears, goes, or begins or ceases to match included.
 */
export interface Reader<T> {
  /** The objects that match, by namespace and name. */
  list(query?: ListQuery): readonly Live<T>[];
  /** The object of that name, or undefined. `namespace` as in {@link ListQuery}; not for kinds of cluster scope. */
  find(name: string, namespace?: string): Live<T> | undefined;
}

/** Kinds whose input says `metadataOnly`: nothing but metadata is watched and kept. */
export type MetadataReader = Reader<KubernetesObject>;

/** The declared kinds of a phase: what `inputs` has readers for, and what `outputs` has lists of. */
type Kinds = object;

type ObjectOf<Entry> = Entry extends Reader<infer T> ? Live<T> : never;
type DesiredOf<Entry> = NonNullable<Entry> extends readonly (infer T)[] ? T : never;

/**
 * What a worker may do by itself, on its phase's declared kinds only; all else is refused before anything is sent
 * (ERR_AP_UNDECLARED). Most workers need none of it: return `outputs` instead. Objects made with it belong to this resource,
 * phase and output key as if they had been returned.
 */
export interface Client<Inputs extends Kinds, Outputs extends Kinds> {
  /** From the caches, tracked like a read of an input. */
  get<Key extends keyof Inputs & string>(key: Key, name: string, namespace?: string): ObjectOf<Inputs[Key]> | undefined;
  list<Key extends keyof Inputs & string>(key: Key, query?: ListQuery): readonly ObjectOf<Inputs[Key]>[];
  /** Fails with the server's 409 where the object exists. */
  create<Key extends keyof Outputs & string>(key: Key, object: DesiredOf<Outputs[Key]>): Promise<KubernetesObject>;
  /** A JSON merge patch of an object of this resource. What is also returned under `outputs` is brought back to that. */
  update(key: keyof Outputs & string, name: string, patch: object, namespace?: string): Promise<KubernetesObject>;
  /** Of objects of this resource only; that there is none is no failure. */
  delete(key: keyof Outputs & string, name: string, namespace?: string): Promise<void>;
  /**
   * Creates the object or brings it to this state, owned by the resource. `reconcilers` see the live object and return what is
   * wanted of it.
   */
  ensure<Key extends keyof Outputs & string>(
    key: Key,
    object: DesiredOf<Outputs[Key]>,
    ...reconcilers: ((live: KubernetesObject, desired: DesiredOf<Outputs[Key]>) => DesiredOf<Outputs[Key]>)[]
  ): Promise<KubernetesObject>;
  /**
   * Deletes what phases of this resource made of one kind, whichever phase it was, or as far as `what` says: never another resource's,
   * nor what the operator did not make. Each deletion names the object's uid, and is known to all reads from then on. What the same run
   * returns under `outputs` is made anew after it. Returns how many objects were asked to go; their own finalizers may keep them for
   * longer. Fails where a deletion fails, with what was deleted by then gone; it can be called again.
   */
  collect(key: keyof Outputs & string, what?: CollectQuery): Promise<number>;
}

/** What {@link Client.collect} deletes: all of these have to fit. */
export interface CollectQuery {
  /** A phase, or some, by present or former names; `finalizer` for what the finalizer made. Default: all, and such as there are no longer. */
  readonly phase?: string | readonly string[];
  /** As in {@link ListQuery}, over the objects' labels: `{}` fits all, null and what is unset fit none. */
  readonly selector?: LabelSelector | null | undefined;
  /** Default: wherever the resource made any. */
  readonly namespace?: string;
}

/** The types of one phase, filled in by its generated `io.ts`. */
export interface PhaseTypes {
  /** `{ autoRoute: AutoRoute }`: the resource under the name that workers know it by. */
  readonly resource: object;
  readonly inputs: Kinds;
  readonly outputs: Kinds;
  /** Absent where the phase declares none. */
  readonly patches?: Kinds;
  /** The phases that the worker may go to, its own among them. */
  readonly next: string;
  readonly status: object;
  /** What the project's settings are; absent where it has none. */
  readonly config?: object;
}

/** The settings as workers get them. */
type SettingsOf<Types> = Types extends { readonly config: infer Config } ? Frozen<Config> : object;

export type WorkerContext<Types extends Pick<PhaseTypes, 'resource' | 'inputs' | 'outputs'>> = {
  readonly [Key in keyof Types['resource']]: Frozen<Types['resource'][Key]>;
} & {
  readonly inputs: Types['inputs'];
  readonly client: Client<Types['inputs'], Types['outputs']>;
  /** `config:` of autopilot-operator.yaml, as the schema in `src/config.ts` has it. */
  readonly config: SettingsOf<Types>;
  readonly logger: Logger;
  /** Aborted at the phase's deadline, when the resource is deleted, and at shutdown. From then on `client` refuses. */
  readonly signal: AbortSignal;
};

export interface WorkerResult<Types extends Pick<PhaseTypes, 'outputs' | 'patches' | 'next' | 'status'>> {
  /** The phase to go to; the present one to stay. */
  readonly phase: Types['next'];
  /**
   * What shall exist, by output key, applied in the order given. A key that is returned, `[]` too, is authoritative: what the
   * phase made under it and no longer returns is deleted. A key that is absent leaves things alone.
   */
  readonly outputs?: Types['outputs'] | undefined;
  /**
   * Fields to set in objects that are somebody else's, by patch key; those objects are never created, owned or deleted. A key that is
   * returned, `[]` too, is authoritative over all phases: what the resource set under it and no longer returns is given up. What comes
   * back then is the field's default, unless somebody else holds it, and not its former value. A key that is absent leaves things alone.
   * Where an object is not there yet, the resource waits for it in its phase and with the status that it has; all other objects are written.
   */
  readonly patches?: (Types extends { readonly patches: infer Patches } ? Patches : undefined) | undefined;
  /** Replaces the user's part of the status as a whole. Absent: unchanged. */
  readonly status?: Types['status'] | undefined;
  /** Run this phase again after this time, 100 ms at least, though nothing changed. */
  readonly requeueAfter?: Duration | undefined;
}

/** A phase's work: a stateless function of what it reads. It may run again at any time. */
export type Worker<Types extends PhaseTypes> = (
  context: WorkerContext<Types>,
) => WorkerResult<Types> | Promise<WorkerResult<Types>>;

export interface FinalizerResult<Outputs extends Kinds> {
  /** `false`: not yet. It runs again when something changes that it read, and after `requeueAfter`. Default: true, the resource goes. */
  readonly done?: boolean | undefined;
  /**
   * As a phase's, of the kinds that the finalizer declares. They go with the resource, like all its outputs. What is to be made in the
   * resource's own namespace while that is being deleted cannot be, and is left out; who is not done (`done: false`) waits all the same.
   */
  readonly outputs?: Outputs | undefined;
  readonly requeueAfter?: Duration | undefined;
}

/**
 * Runs once a resource is being deleted. Its return lets the deletion go on, unless it says that it is not done; an error is retried with
 * backoff.
 */
export type Finalizer<Types extends Pick<PhaseTypes, 'resource' | 'inputs' | 'outputs'>> = (
  context: WorkerContext<Types>,
) => void | FinalizerResult<Types['outputs']> | Promise<void | FinalizerResult<Types['outputs']>>;
