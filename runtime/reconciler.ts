import type { ReconcileRequest } from './controller/reconciler.ts';
import type { Logger } from './observe/logger.ts';
import type { Frozen, Live } from './worker.ts';

/**
 * What a reconciler of the project's own is given, beside what every {@link ReconcileRequest} has. `Types` says what it declares:
 *
 * ```ts
 * type Types = { object: Quota; reads: { pods: Reader<Pod> }; writes: { configMaps: ConfigMap } };
 * const quotas: Reconciler<KindRequest<Types>> = { async reconcile({ object, reads, client }) { … } };
 * ```
 */
export interface KindRequest<Types extends ReconcilerTypes> extends ReconcileRequest {
  readonly name: string;
  /** Undefined for cluster scope. */
  readonly namespace: string | undefined;
  /** The object as the caches have it, frozen; undefined: it is gone. */
  readonly object: Live<Types['object']> | undefined;
  /**
   * Reads from the caches, never by a request. What is read is recorded, and a change of just that makes the request again, as it is with
   * the inputs of a phase.
   */
  readonly reads: Types['reads'];
  readonly client: ReconcilerClient<Types['writes']>;
  /** `config:` of autopilot-operator.yaml, as the schema in `src/config.ts` has it. */
  readonly config: Types extends { readonly config: infer Config } ? Frozen<Config> : object;
  readonly logger: Logger;
}

/** The types of one reconciler. */
export interface ReconcilerTypes {
  /** The kind whose objects it reconciles. */
  readonly object: object;
  /** By key, a `Reader` for each kind that it reads. */
  readonly reads: object;
  /** By key, each kind that it writes. */
  readonly writes: object;
  /** What the project's settings are; absent where it has none. */
  readonly config?: object;
}

/** What is asked for: `apiVersion` and `kind` are filled in, and so is the namespace of the request. */
export type Wanted<T> = Frozen<Partial<Omit<T, 'apiVersion' | 'kind' | 'metadata'>>> & {
  readonly metadata: { readonly name: string; readonly namespace?: string | undefined };
};

/** Which object: of the namespace of the request unless it says another. With a `uid` just that one, and none that came in its place. */
export interface ObjectName {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly uid?: string | undefined;
}

/**
 * Writes the kinds that a reconciler declares; all else is refused before it is sent (ERR_AP_UNDECLARED), and everything once the call has
 * ended (ERR_AP_STOPPED). Answers are in the caches before they are returned. Rights come from `rbac:` in autopilot.yaml.
 */
export interface ReconcilerClient<Writes extends object> {
  /** Fails with 409 where there is one. */
  create<Key extends keyof Writes & string>(key: Key, object: Wanted<Writes[Key]>): Promise<Live<Writes[Key]>>;
  /** Server-side apply under the operator's name, forced: makes it, or brings the fields that are given to this state. */
  apply<Key extends keyof Writes & string>(key: Key, object: Wanted<Writes[Key]>): Promise<Live<Writes[Key]>>;
  /** A JSON merge patch, of the object or of its status. */
  patch<Key extends keyof Writes & string>(
    key: Key,
    object: ObjectName,
    patch: object,
    subresource?: 'status',
  ): Promise<Live<Writes[Key]>>;
  /** With what belongs to it, in the background. That there is none is no failure; with `uid` not that one either. */
  delete(key: keyof Writes & string, object: ObjectName & { readonly uid: string }): Promise<void>;
}
