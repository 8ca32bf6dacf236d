import type { Caches } from '../cache/caches.ts';
import type { Work } from '../controller/controllers.ts';
import type { ReconcileRequest, ReconcileResult } from '../controller/reconciler.ts';
import type { ResourceSummary, TellProgress } from '../observe/progress.ts';
import { keyOf } from '../kube/paths.ts';
import { controllerName } from '../plan.ts';
import type { Environment, Needs } from './environment.ts';
import { countPhases, isStalled } from './phase-counts.ts';
import { PatchTargets } from './patches/targets.ts';
import { reportProgress, summarise } from './progress.ts';
import { ResourceStates } from './resource-state.ts';
import { Scheduler } from './scheduler.ts';
import { statusOf } from './status.ts';
import { isOurs, wakeOnChanges, type Woken } from './wakes.ts';

/** What a phase machine is made of, beside the caches. */
export type PhaseMachineOptions = Omit<Environment, 'views' | 'states' | 'patchTargets' | 'caches'> & {
  readonly progress: TellProgress | undefined;
};

/** The scheduler of one configuration, with all that it remembers and that wakes it. */
export class PhaseMachine implements Work {
  readonly #scheduler: Scheduler;
  readonly #environment: Environment;
  readonly #forgetProgress: (() => void) | undefined;

  /** `former` worked with the same watches, alone, up to now: what it remembers of resources still holds. */
  constructor(options: PhaseMachineOptions, needs: Needs, caches: Caches, woken: Woken, former?: PhaseMachine) {
    const views = needs.views(caches);
    const { progress } = options;
    this.#environment = {
      ...options,
      caches,
      views,
      states: former ? former.#environment.states : new ResourceStates(),
      patchTargets: new PatchTargets([...options.plan.patches.values()].map((type) => views.patch(type))),
    };
    this.#scheduler = new Scheduler(this.#environment);
    wakeOnChanges(this.#environment, woken);
    this.#forgetProgress = progress && reportProgress(this.#environment, progress);
  }

  get name(): string {
    return controllerName(this.#environment.plan.resource);
  }

  /** How many resources wait for a kind to be listed. */
  get waiting(): number {
    return this.#scheduler.waiting;
  }

  reconcile(request: ReconcileRequest): Promise<ReconcileResult> {
    return this.#scheduler.reconcile(request);
  }

  takeWaiting(): readonly string[] {
    return this.#scheduler.takeWaiting();
  }

  reset(): void {
    this.#scheduler.reset();
  }

  /** Another takes its place, over the same caches. */
  retire(): void {
    this.#forgetProgress?.();
  }

  get views(): Environment['views'] {
    return this.#environment.views;
  }

  /** The keys of all resources that it works on. */
  keys(): readonly string[] {
    return Array.from(this.views.resources.entries(), ({ key }) => key).filter((key) => isOurs(key, this.#environment));
  }

  /** The keys of those that are in no final phase. */
  unfinished(): readonly string[] {
    const { plan } = this.#environment;
    return Array.from(this.views.resources.entries(), ({ object }) => object)
      .filter((object) => plan.phases.get(statusOf(object)?.phase ?? '')?.final !== true)
      .map((object) => keyOf(object))
      .filter((key) => isOurs(key, this.#environment));
  }

  /** How many resources are in each phase; empty while that is not known. */
  countPhases(): ReadonlyMap<string, number> {
    return this.views.resources.listed ? countPhases(this.#environment) : new Map();
  }

  /** How many of them are stalled. */
  countStalled(): ReadonlyMap<string, number> {
    return this.views.resources.listed ? countPhases(this.#environment, isStalled) : new Map();
  }

  resources(): readonly ResourceSummary[] {
    return summarise(this.#environment);
  }
}
