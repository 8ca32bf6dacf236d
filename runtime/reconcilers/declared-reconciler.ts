import type { Cache } from '../cache/cache.ts';
import type { Caches, Need } from '../cache/caches.ts';
import { deepFreeze } from '../cache/freeze.ts';
import { InterestIndex } from '../cache/interest.ts';
import type { Clock } from '../clock.ts';
import type { Work } from '../controller/controllers.ts';
import { settledWithin } from '../controller/deadline.ts';
import { Ending, Endings } from '../controller/ending.ts';
import { DONE, type Reconciler, type ReconcileRequest, type ReconcileResult } from '../controller/reconciler.ts';
import { errors, messageOf } from '../errors.ts';
import type { KubeClient } from '../kube/client.ts';
import { splitKey } from '../kube/paths.ts';
import type { ControllerMetrics } from '../observe/controller-metrics.ts';
import type { RootLogger } from '../observe/logger.ts';
import type { PlannedReconciler } from '../plan.ts';
import { InputReader } from '../reads/input-reader.ts';
import { Tracker } from '../reads/tracker.ts';
import { DeclaredClient } from './client.ts';

export interface DeclaredReconcilerOptions {
  readonly plan: PlannedReconciler;
  readonly needs: ReconcilerNeeds;
  readonly caches: Caches;
  readonly client: KubeClient;
  readonly settings: object;
  readonly watchNamespace: string | undefined;
  readonly clock: Clock;
  readonly logger: RootLogger;
  readonly metrics: ControllerMetrics;
  /** Takes the key of an object whose request is to be made. */
  readonly wake: (key: string) => void;
}

/** What a reconciler has to watch. */
export interface ReconcilerNeeds {
  readonly own: Need;
  readonly reads: ReadonlyMap<string, Need>;
}

/** All of the kind that is reconciled, and what it reads as declared. `watchNamespace` bounds what is not declared for any namespace. */
export function needsOfReconciler(
  { type, reads }: PlannedReconciler,
  watchNamespace: string | undefined,
): ReconcilerNeeds {
  const home = (namespaced: boolean): string | undefined => (namespaced ? watchNamespace : undefined);
  const inputs = [...reads].map(([key, { type: read, requirements, metadataOnly, anyNamespace }]) => {
    const namespace = home(read.namespaced && !anyNamespace);
    return [key, { type: read, requirements, metadataOnly, namespace }] as const;
  });
  return {
    own: { type, namespace: home(type.namespaced), requirements: [], metadataOnly: false },
    reads: new Map(inputs),
  };
}

/**
 * A reconciler of the project's own with what it declared around it: makes its requests from changes of the objects and of what was read for
 * them, and gives it readers and a client that end with the call. Its own writes make the request again where it had read what it then wrote;
 * the object itself counts as read.
 */
export class DeclaredReconciler implements Work {
  readonly #options: DeclaredReconcilerOptions;
  readonly #objects: Cache;
  readonly #reads: ReadonlyMap<string, Cache>;
  /** Every cache that it reads, each once, with who read what of it. */
  readonly #interests: ReadonlyMap<Cache, InterestIndex>;
  /** Requests that wait for a kind to be listed. */
  readonly #waiting = new Set<string>();
  readonly #endings = new Endings();

  constructor(options: DeclaredReconcilerOptions) {
    this.#options = options;
    const { needs, caches, wake } = options;
    this.#objects = caches.of(needs.own);
    this.#reads = new Map([...needs.reads].map(([key, need]) => [key, caches.of(need)]));
    this.#interests = new Map([...this.#reads.values()].map((cache) => [cache, new InterestIndex()]));
    // Its own writes too, since others' may be in the answer: who writes the same again changes nothing.
    this.#objects.onChange(({ key }) => {
      if (this.#isOurs(key)) wake(key);
    });
    for (const [cache, interests] of this.#interests) {
      cache.onChange(({ key, old, current }) => {
        for (const reader of interests.readersOf(key, old?.object, current?.object)) wake(reader);
      });
    }
  }

  get name(): string {
    return this.#options.plan.name;
  }

  /** How many requests wait for a kind to be listed. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** The keys of all objects. */
  keys(): readonly string[] {
    return Array.from(this.#objects.entries(), ({ key }) => key).filter((key) => this.#isOurs(key));
  }

  /** Those that waited, to be looked at again since a kind was listed. */
  takeWaiting(): readonly string[] {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    return waiting;
  }

  /** As after a restart: nothing is remembered. */
  reset(): void {
    this.#waiting.clear();
    for (const interests of this.#interests.values()) interests.clear();
  }

  async reconcile({ key, signal }: ReconcileRequest): Promise<ReconcileResult> {
    const { plan, clock, metrics } = this.#options;
    this.#waiting.delete(key);
    if (![this.#objects, ...this.#reads.values()].every((cache) => cache.synced)) {
      this.#waiting.add(key);
      return DONE;
    }
    const given = this.#endings.begin(signal);
    const over = new Ending();
    const tracker = new Tracker(key, (cache) => this.#interests.get(cache) ?? cache.interests);
    try {
      const deadline = {
        clock,
        timeout: plan.timeout,
        given,
        late: () => {
          metrics.fault('timeout');
          return errors.reconcilerDeadline(plan.name, plan.timeout);
        },
        aborted: () => errors.stopped(`reconciler ${plan.name}`),
      };
      const result = await settledWithin(deadline, over, () => this.#call(key, over, tracker));
      return this.#checked(result);
    } catch (thrown) {
      // What the controller makes of it has to be an error.
      throw thrown instanceof Error ? thrown : new Error(messageOf(thrown), { cause: thrown });
    } finally {
      this.#endings.delete(signal, given);
      // What a failed call read counts too: a change of it may mend things.
      tracker.replaceEarlierReads([...this.#interests.keys()]);
    }
  }

  #call(key: string, { signal }: Ending, tracker: Tracker): Promise<ReconcileResult> {
    const { plan, client, caches, settings, logger } = this.#options;
    const { name, namespace } = splitKey(key);
    const scope = {
      reader: `Reconciler ${plan.name}`,
      namespace,
      checkForUser: (what: string): void => {
        if (signal.aborted) throw errors.stopped(what);
      },
    };
    const reads = [...this.#reads].flatMap(([input, cache]) => {
      const declared = plan.reads.get(input);
      return declared ? [[input, new InputReader(scope, input, declared, cache, tracker)] as const] : [];
    });
    const entry = this.#objects.get(key);
    const request = {
      key,
      signal,
      name,
      namespace,
      object: entry && deepFreeze(entry.object),
      reads: Object.freeze(Object.fromEntries(reads)),
      client: new DeclaredClient({
        ...scope,
        reconciler: plan.name,
        writer: this.#writer(key),
        writes: plan.writes,
        client,
        caches,
        signal,
      }),
      config: settings,
      logger: logger.child({ controller: plan.name, resource: key }),
    };
    const { reconciler } = plan;
    const untyped = reconciler as Reconciler;
    return untyped.reconcile(request);
  }

  /** What the compiler did not see. */
  #checked(result: unknown): ReconcileResult {
    const { name } = this.#options.plan;
    if (typeof result !== 'object' || result === null || !('outcome' in result))
      throw errors.badReconcileResult(name, result === null ? 'null' : `a ${typeof result}`);
    const { outcome } = result;
    switch (outcome) {
      case 'done':
      case 'requeue':
      case 'backoff':
      case 'failed':
        return { outcome };
      case 'later': {
        const after = 'after' in result ? result.after : undefined;
        if (typeof after !== 'number' || !(after >= 0) || !Number.isFinite(after))
          throw errors.badReconcileResult(name, `'later' with after ${messageOf(after)}`);
        return { outcome, after };
      }
      default:
        throw errors.badReconcileResult(name, `the outcome ${messageOf(outcome)}`);
    }
  }

  /** Who it is to the caches: no key of a resource, which the phase machine knows its writes by. */
  #writer(key: string): string {
    return `${this.name}\n${key}`;
  }

  #isOurs(key: string): boolean {
    const { plan, watchNamespace } = this.#options;
    return !plan.type.namespaced || watchNamespace === undefined || splitKey(key).namespace === watchNamespace;
  }
}
