import type { Cache } from './cache/cache.ts';
import { Caches } from './cache/caches.ts';
import { deepFreeze } from './cache/freeze.ts';
import type { Clock } from './clock.ts';
import type { OperatorConfig } from './config/load.ts';
import type { Controllers, Work } from './controller/controllers.ts';
import type { KubeClient } from './kube/client.ts';
import { resourceName } from './kube/paths.ts';
import { EventRecorder } from './observe/events.ts';
import type { RootLogger } from './observe/logger.ts';
import type { ControllerMetrics } from './observe/controller-metrics.ts';
import type { Metrics } from './observe/metrics.ts';
import type { TellProgress } from './observe/progress.ts';
import type { Tracing } from './observe/tracing.ts';
import type { Plan } from './plan.ts';
import { Queries, type FakeMetrics } from './queries/client.ts';
import type { FoundServer } from './queries/connect.ts';
import { DeclaredReconciler, needsOfReconciler } from './reconcilers/declared-reconciler.ts';
import { marksOf } from './scheduler/body.ts';
import { needsOf } from './scheduler/needs.ts';
import { PhaseMachine } from './scheduler/phase-machine.ts';

export interface AssemblyOptions {
  readonly plan: Plan;
  readonly config: OperatorConfig;
  readonly settings: object;
  /** For lists and watches, and for all that is sent for resources: that may depend on a lease. */
  readonly client: { readonly watching: KubeClient; readonly working: KubeClient };
  /** Of this process. */
  readonly identity: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: RootLogger;
  readonly metrics: Metrics;
  readonly controllerMetrics: (name: string) => ControllerMetrics;
  readonly tracing: Tracing;
  readonly metricsServer: FoundServer | undefined;
  readonly fakeMetrics: FakeMetrics | undefined;
  readonly progress: TellProgress | undefined;
  readonly controllers: Pick<Controllers, 'working' | 'add'>;
  /** As it is now: it can change while all else stays. */
  readonly workInterval: () => number | undefined;
}

/** What is taken over of an assembly that works no more. */
export interface Former {
  readonly assembly: Assembly;
  /** Whether others may have worked since, or what is watched has changed: then nothing that is remembered holds. */
  readonly remembers: boolean;
  /** Whether its events went through the same client. */
  readonly sameClient: boolean;
}

/** All that works by one configuration, put together: caches, the phase machine, and reconcilers of the project's own. */
export class Assembly {
  readonly caches: Caches;
  readonly events: EventRecorder;
  /** Of an operator without phases too: it knows its kind. Then nobody runs it. */
  readonly machine: PhaseMachine;
  readonly works: readonly Work[];
  readonly #forget: readonly (() => void)[];

  constructor(options: AssemblyOptions, former?: Former) {
    const { plan, config, client, clock, random, logger, metrics, controllers } = options;
    const marks = marksOf(plan.resource.group);
    const watchNamespace = config.watchNamespace || undefined;
    const needs = needsOf(plan, marks, watchNamespace);
    const reconcilers = plan.reconcilers.map((each) => ({
      plan: each,
      needs: needsOfReconciler(each, watchNamespace),
    }));
    const own = reconcilers.flatMap(({ needs: { own: objects, reads } }) => [objects, ...reads.values()]);
    this.caches = new Caches(
      [...needs.needs, ...own],
      {
        client: client.watching,
        fieldManager: plan.name,
        clock,
        random,
        logger,
        unreadable: (type, { name, namespace }) => {
          metrics.unreadable(resourceName(type));
          // Without a name there is nothing that an event could be about.
          if (name === undefined || !controllers.working) return;
          const note = 'This object cannot be read, and is left out until it can: look at it with kubectl.';
          const resource = { metadata: { name, namespace } };
          this.events.warn({ resource, type, reason: 'Unreadable', action: 'Watch', note });
        },
      },
      former?.assembly.caches,
    );
    former?.assembly.retire(this.caches);
    this.events =
      former?.sameClient === true
        ? former.assembly.events
        : new EventRecorder({
            client: client.working,
            type: plan.resource,
            controller: plan.name,
            instance: options.identity,
            clock,
            logger,
          });
    const settings = deepFreeze(options.settings);
    const common = { settings, watchNamespace, clock, logger };
    this.machine = new PhaseMachine(
      {
        ...common,
        plan,
        client: client.working,
        marks,
        random,
        metrics,
        queries: new Queries({
          server: options.metricsServer?.server,
          unavailable: options.metricsServer?.unavailable,
          fakes: options.fakeMetrics,
          clock,
          observe: (query, result, seconds) => metrics.queried(query, result, seconds),
        }),
        events: this.events,
        tracing: options.tracing,
        workInterval: options.workInterval,
        progress: options.progress,
      },
      needs,
      this.caches,
      {
        isWorking: () => controllers.working,
        wake: (key) => controllers.add(this.machine.name, key),
      },
      former?.remembers === true ? former.assembly.machine : undefined,
    );
    const declared = reconcilers.map(
      (each) =>
        new DeclaredReconciler({
          ...common,
          ...each,
          caches: this.caches,
          client: client.working,
          metrics: options.controllerMetrics(each.plan.name),
          wake: (key) => controllers.add(each.plan.name, key),
        }),
    );
    this.works = [...(plan.hasPhases ? [this.machine] : []), ...declared];
    this.#forget = this.caches.all().map((cache) =>
      cache.onAvailability(() => {
        for (const work of this.works) for (const key of work.takeWaiting()) controllers.add(work.name, key);
      }),
    );
    if (former?.remembers === false) this.reset();
  }

  /** As after a restart: nothing is remembered. */
  reset(): void {
    for (const work of this.works) work.reset();
  }

  /** The names of the kinds of such caches, each once. */
  kindsThat(is: (cache: Cache) => boolean): readonly string[] {
    const kinds = this.caches
      .all()
      .filter(is)
      .map(({ selection }) => resourceName(selection.type));
    return [...new Set(kinds)];
  }

  /** For each kind that is served, how many seconds ago its watches were last known to be current: of the oldest. */
  watchAges(): ReadonlyMap<string, number> {
    const ages = new Map<string, number>();
    for (const [{ isKindMissing, selection }, age] of this.caches.ages()) {
      const kind = resourceName(selection.type);
      if (!isKindMissing) ages.set(kind, Math.max(age / 1000, ages.get(kind) ?? 0));
    }
    return ages;
  }

  /** Why the operator is not ready; undefined when it is. */
  unready(): string | undefined {
    const { resources } = this.machine.views;
    const own = resourceName(resources.selection.type);
    if (resources.isKindMissing) return `${own} is not installed in the cluster`;
    if (!resources.listed) return `${own} has not been listed yet`;
    for (const [cache, trouble] of this.caches.troubles()) {
      if (cache.listed) return `the watch of ${resourceName(cache.selection.type)} is broken: ${trouble}`;
    }
    return undefined;
  }

  /** Nothing of it is told of changes any more. `caches`: of the one that follows. */
  private retire(caches: Caches): void {
    for (const forget of this.#forget) forget();
    this.machine.retire();
    for (const cache of caches.all()) cache.forgetListeners();
  }
}
