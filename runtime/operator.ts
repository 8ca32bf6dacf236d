import type { Duration } from './config/duration.ts';
import type { SettingsSchema } from './config/settings.ts';
import type { Reconciler } from './controller/reconciler.ts';
import type { LabelSelector, ResourceType } from './kube/types.ts';

/**
 * An operator as data: what `src/operator.ts` of a generated project hands to the runtime.
 * `defineOperator` checks it; whoever breaks a rule gets all that is wrong in one error, before anything starts.
 */
export interface OperatorDefinition {
  /** Names the field manager, the finalizer, the logs. RFC 1123 label. */
  readonly name: string;
  readonly resource: ResourceDefinition;
  /** The module with the zod schemas `spec` and `status`; loaded for the CRD only, never in production. */
  readonly schema?: () => Promise<SchemaModule>;
  /** What `config:` in autopilot-operator.yaml may hold; what it makes of that is given to workers. */
  readonly config?: SettingsSchema;
  /** In the order of `autopilot.yaml`. */
  readonly phases: Readonly<Record<string, PhaseDefinition>>;
  readonly finalizer?: FinalizerDefinition;
  /** Where a resource in a final phase goes when its spec changes. */
  readonly onSpecChange?: string;
  /** Where a resource goes when an output of an earlier phase was changed or deleted by somebody else. */
  readonly onOutputDrift?: string;
  /** How many past transitions the status keeps. Default 0. */
  readonly transitions?: number;
  /**
   * Reconcilers of the project's own, by the names that their metrics and log lines have. They share caches, lease and connections with the
   * phase machine, and each has a queue. With them there need be no phases.
   */
  readonly reconcilers?: Readonly<Record<string, ReconcilerDefinition>>;
}

/** A reconciler with all that it reads and writes. */
export interface ReconcilerDefinition {
  /** The kind whose objects it reconciles: each is a request, made at the start and when the object changes. Default: the operator's. */
  readonly resource?: ResourceType;
  /** By the key under which it knows them. Requests wait until all of these kinds have been listed. */
  readonly reads?: Readonly<Record<string, ResourceInput>>;
  readonly writes?: Readonly<Record<string, ResourceType>>;
  /** How many requests at once. Default: `concurrency` of autopilot-operator.yaml. */
  readonly concurrency?: number;
  /** Deadline of one call. Default 60s. */
  readonly timeout?: Duration;
  readonly reconciler: AnyReconciler;
}

/** A reconciler of any types: each takes its own requests, which only the runtime makes. */
export type AnyReconciler = Reconciler<never>;

/** The zod schemas of `spec.ts`; typed as unknown here, since zod is not loaded in production. */
export interface SchemaModule {
  readonly spec: unknown;
  readonly status?: unknown;
}

export interface ResourceDefinition extends ResourceType {
  /** The name under which workers get it, e.g. `autoRoute`. */
  readonly key: string;
  readonly singular?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

export interface PhaseDefinition {
  readonly initial?: boolean;
  /** A resting phase without a worker. */
  readonly final?: boolean;
  /** The phases it may go to beside itself. Absent: any. */
  readonly next?: readonly string[];
  /** By the key under which the worker knows them. */
  readonly inputs?: Readonly<Record<string, InputDefinition>>;
  readonly outputs?: Readonly<Record<string, OutputDefinition>>;
  /** Kinds in whose objects, which are others', the worker sets fields. They bring the finalizer with them. */
  readonly patches?: Readonly<Record<string, PatchDefinition>>;
  /** Run again this long after each run. */
  readonly interval?: Duration;
  /** Deadline of one run. Default 60s. */
  readonly timeout?: Duration;
  /** Overrides the Ready condition while the resource rests in this phase. */
  readonly ready?: boolean;
  /** Take over outputs that exist already and have no other controller. */
  readonly adopt?: boolean;
  /**
   * All or nothing, as far as that goes: outputs are first sent with `dryRun=All`, and where one fails after that, what was written before
   * it is undone. The kinds of its outputs are cached in full. Not undone: what a worker did by its `client`, and what was deleted.
   */
  readonly rollback?: boolean;
  readonly renamedFrom?: readonly string[];
  /** Present unless `final`. */
  readonly worker?: AnyWorker;
}

export type InputDefinition = ResourceInput | MetricsInput;

export interface ResourceInput {
  readonly type: ResourceType;
  /** Only what matches is watched and kept. */
  readonly selector?: LabelSelector;
  /** `own`: the resource's namespace. Default `own`, `any` for a resource of cluster scope. */
  readonly namespace?: 'own' | 'any';
  readonly metadataOnly?: boolean;
}

/** The metrics client: one method for each query. */
export interface MetricsInput {
  readonly queries: Readonly<Record<string, QueryDefinition>>;
}

export interface QueryDefinition {
  /** PromQL with `{{ .Name }}` placeholders: in label values, as durations, numbers or names; arguments are escaped for their places. */
  readonly template: string;
  /** The placeholders in the order of the method's arguments. */
  readonly parameters: readonly string[];
}

export interface OutputDefinition {
  readonly type: ResourceType;
  /**
   * `any`: in other namespaces than the resource's too. Those cannot have an owner reference, and so are deleted by the operator as the
   * resource goes; the same holds for kinds of cluster scope. Default `own`, `any` for a resource of cluster scope, which owns what it
   * makes wherever that is.
   */
  readonly namespace?: 'own' | 'any';
  /**
   * Delete and create anew what the server refuses to change (a Job's template, a Deployment's selector), once it has said that it would
   * take the new one. What others have set in the object is lost, and what it stands for goes with it. Default: such a change is refused.
   */
  readonly replace?: boolean;
}

export interface PatchDefinition {
  readonly type: ResourceType;
  /** Take over fields that are another manager's. Default: such a patch is refused. */
  readonly force?: boolean;
}

export interface FinalizerDefinition {
  /** What it reads, and what it may return as a phase does. */
  readonly inputs?: Readonly<Record<string, InputDefinition>>;
  readonly outputs?: Readonly<Record<string, OutputDefinition>>;
  readonly worker: AnyFinalizer;
}

/** Workers of any types: each takes its own context, which only the scheduler makes. */
export type AnyWorker = (context: never) => unknown;
export type AnyFinalizer = (context: never) => unknown;
