import { Caches } from './cache/caches.ts';
import type { Cache } from './cache/cache.ts';
import { deepFreeze } from './cache/freeze.ts';
import { systemClock, type Clock } from './clock.ts';
import { changesOf, type Renewal } from './config/changes.ts';
import type { OperatorConfigKey } from './config/fields.ts';
import type { OperatorConfig } from './config/load.ts';
import { Controller } from './controller/controller.ts';
import { Endpoints } from './observe/endpoints.ts';
import { errors, messageOf } from './errors.ts';
import { describeAccess, refusedAccess, type Access } from './kube/access-review.ts';
import { KubeClient } from './kube/client.ts';
import type { ClusterAccess } from './kube/kubeconfig.ts';
import { connect, type Transport } from './kube/transport.ts';
import { resourceName } from './kube/paths.ts';
import type { ResourceType } from './kube/types.ts';
import { Elector } from './leaderelection/elector.ts';
import { identityOf, type LeaderElection } from './leaderelection/participation.ts';
import type { Term } from './leaderelection/term.ts';
import { ConfigMetrics } from './observe/config-metrics.ts';
import { EventRecorder } from './observe/events.ts';
import type { ResourceSummary, TellProgress } from './observe/progress.ts';
import type { RootLogger } from './observe/logger.ts';
import { EventLoopDelay } from './observe/event-loop.ts';
import { Metrics } from './observe/metrics.ts';
import { collectProcessMetrics } from './observe/process-metrics.ts';
import { PROFILING_PAGES } from './observe/profiling.ts';
import type { Page } from './observe/server.ts';
import { Tracing } from './observe/tracing.ts';
import { readersOfMetrics, type Plan } from './plan.ts';
import { Queries, type FakeMetrics } from './queries/client.ts';
import { HOW_TO_NAME_A_SERVER } from './queries/errors.ts';
import { findServer, type FoundServer } from './queries/connect.ts';
import { accessOf, beyond, leaseAccess } from './rights.ts';
import { marksOf } from './scheduler/body.ts';
import { needsOf } from './scheduler/needs.ts';
import { PhaseMachine } from './scheduler/phase-machine.ts';
import { Turns } from './turns.ts';

/** What an operator works by, and can be given anew while it runs. */
export interface Configuration {
  readonly config: OperatorConfig;
  /** The user's own settings, checked. Default: none. */
  readonly settings?: object;
  /** How one of several replicas is elected to work. Default: this one works, whatever others do. */
  readonly leaderElection?: LeaderElection | undefined;
}

export interface ManagerOptions extends Configuration {
  readonly plan: Plan;
  readonly access: ClusterAccess;
  readonly logger: RootLogger;
  /** For development: listen on loopback only, on other ports where the configured ones are taken. */
  readonly development: boolean;
  /** Whether metrics tell of the process too; once a process. */
  readonly processMetrics: boolean;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly transport?: Transport;
  /** Where METRICS_SERVER, and the pod's name, are looked for. Default: nowhere. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** For the dev loop: where no metrics server is named, the queries fail and all else goes on. Default: the operator does not start. */
  readonly withoutMetrics?: boolean;
  /** What answers the queries of workers, instead of a metrics server. */
  readonly fakeMetrics?: FakeMetrics | undefined;
  /** Told what happens to resources and outputs. */
  readonly progress?: TellProgress | undefined;
}

const PODS: ResourceType = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };

/** What takes part in an election. */
interface Candidacy {
  readonly elector: Elector;
  readonly resigning: AbortController;
  /** Until it takes part no more. */
  running: Promise<void>;
}

/**
 * Wires an operator together, runs it, and changes it to another configuration. What a change does not concern goes on: connections,
 * caches, the lease, what is remembered of resources. Two configurations never work beside each other: the former is drained first.
 */
export class Manager {
  readonly client: KubeClient;
  readonly metrics: Metrics;
  readonly #options: ManagerOptions;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #transport: Transport;
  readonly #tracing: Tracing;
  readonly #configMetrics: ConfigMetrics;
  readonly #eventLoop: EventLoopDelay;
  readonly #identity: string;
  readonly #endpoints: Endpoints;
  #configuration: Configuration;
  #metricsServer: FoundServer | undefined;
  #events: EventRecorder;
  #caches: Caches;
  #machine: PhaseMachine;
  #forgetCaches: readonly (() => void)[] = [];
  #candidacy: Candidacy | undefined;
  #tellLeading: ((leads: boolean) => void) | undefined;
  /** While this process works. */
  #controller: Controller | undefined;
  /** While this process leads. */
  #term: Term | undefined;
  /** Why the last configuration was refused; undefined: it was not. */
  #refusal: string | undefined;
  /** Beginnings and ends of work come one after the other, and so do changes of the configuration. */
  readonly #work = new Turns();
  readonly #changes = new Turns();
  readonly #closing = new AbortController();

  constructor(options: ManagerOptions) {
    const { plan, access, config, clock = systemClock, random = Math.random } = options;
    this.#options = options;
    this.#clock = clock;
    this.#random = random;
    this.#configuration = options;
    this.#transport = options.transport ?? connect(access);
    this.metrics = new Metrics({
      operator: plan.name,
      version: config.version,
      controller: plan.resource.kind.toLowerCase(),
      host: new URL(access.server).host,
      concurrency: config.concurrency,
      clock,
      phases: [...new Set(plan.phases.values())].filter(({ worker }) => worker).map(({ name }) => name),
    });
    if (options.processMetrics) collectProcessMetrics(this.metrics.instruments);
    this.#eventLoop = new EventLoopDelay(this.metrics.instruments);
    this.#configMetrics = new ConfigMetrics(this.metrics.instruments, clock);
    this.#tracing = new Tracing(access.server);
    this.client = new KubeClient({
      transport: this.#transport,
      credentials: access.credentials,
      fieldManager: plan.name,
      userAgent: `${plan.name}/${config.version} autopilot-runtime`,
      clock,
      onRequest: (record) => this.metrics.request(record),
      tracer: this.#tracing,
    });
    this.#identity = options.leaderElection?.identity ?? identityOf({});
    this.#metricsServer = this.#findMetricsServer(options);
    const work = this.#makeWork();
    this.#events = work.events;
    this.#caches = work.caches;
    this.#machine = work.machine;
    const kindsThat = (is: (cache: Cache) => boolean): readonly string[] => [
      ...new Set(
        this.#caches
          .all()
          .filter(is)
          .map(({ selection }) => resourceName(selection.type)),
      ),
    ];
    this.metrics.observeWatches(() => {
      const ages = new Map<string, number>();
      for (const [{ isKindMissing, selection }, age] of this.#caches.ages()) {
        const kind = resourceName(selection.type);
        if (!isKindMissing) ages.set(kind, Math.max(age / 1000, ages.get(kind) ?? 0));
      }
      return ages;
    });
    this.metrics.observeKinds({
      missing: () => kindsThat((cache) => cache.isKindMissing),
      forbidden: () => kindsThat((cache) => cache.isForbidden),
    });
    // Of several replicas the one that works counts, so that sums over them are right.
    this.metrics.observePhases(() => (this.#controller ? this.#machine.countPhases() : new Map()));
    this.metrics.observeWaiting(() => this.#machine.scheduler.waiting);
    this.#endpoints = new Endpoints({ pages: this.#pages(), development: options.development });
  }

  /** Serves probes and metrics, starts watches and, as soon as it leads, workers. Throws ERR_AP_ADDRESS where an address cannot be listened on. */
  async start(): Promise<void> {
    const { plan, logger } = this.#options;
    const { config } = this.#configuration;
    const untraced = await this.#tracing.begin(plan.name, config.version);
    if (untraced !== undefined) logger.warn(untraced);
    const { commit } = await this.#endpoints.open(config);
    await commit();
    this.#eventLoop.measure(config.profilingAddr !== '');
    this.#caches.start();
    this.#takePart();
    this.#tellMetricsServer();
    const addresses = this.#endpoints.listening.join(', ');
    logger.info(
      {
        namespace: config.watchNamespace || 'all',
        cluster: this.#options.access.server,
        ...(addresses && { serving: addresses }),
      },
      `${plan.name} started: ${resourceName(plan.resource)}`,
    );
  }

  /** Takes up no more work, lets requests under way end, and closes everything. */
  async stop(): Promise<void> {
    this.#closing.abort();
    await this.#changes.idle();
    await this.#resign();
    await this.#caches.stop();
    await this.#endpoints.close();
    this.#eventLoop.measure(false);
    await Promise.all([this.#transport.close(), this.#metricsServer?.close()]);
    this.#options.logger.info(`${this.#options.plan.name} stopped`);
  }

  /**
   * Goes over to another configuration, and returns the keys that changed. What works by the former one is drained and stopped before
   * anything works by the new one. Rejects where that cannot be: ERR_AP_CONFIG, ERR_AP_ADDRESS, ERR_AP_MISSING_RIGHTS, or an error of the
   * server that was asked for rights; then all stays as it was.
   */
  reload(next: Configuration): Promise<readonly OperatorConfigKey[]> {
    return this.#changes.take(async () => {
      this.#closing.signal.throwIfAborted();
      try {
        const changed = await this.#change(next);
        this.#refusal = undefined;
        this.#configMetrics.reloaded(changed.length > 0 ? 'applied' : 'unchanged');
        return changed;
      } catch (error) {
        this.refused(error);
        throw error;
      }
    });
  }

  /** A configuration was refused, here or before it came so far: says so in a metric, and in an event as soon as this process works. */
  refused(error: unknown): void {
    const why = messageOf(error);
    this.#configMetrics.reloaded('refused');
    if (why === this.#refusal) return;
    this.#refusal = why;
    if (this.#controller) this.#tellRefusal();
  }

  async #change(next: Configuration): Promise<readonly OperatorConfigKey[]> {
    const changes = changesOf(this.#configuration.config, next.config);
    const { keys } = changes;
    if (keys.length === 0) return keys;
    const renews = (renewal: Renewal): boolean => changes.renews(renewal);
    const metricsServer = renews('work') ? this.#findMetricsServer(next) : this.#metricsServer;
    await this.#checkRights(next);
    const addresses = await this.#endpoints.open(next.config);
    if (this.#closing.signal.aborted) {
      await addresses.cancel();
      this.#closing.signal.throwIfAborted();
    }
    // From here on nothing can fail.
    await addresses.commit();
    this.#eventLoop.measure(next.config.profilingAddr !== '');
    if (renews('election')) await this.#resign();
    const former = this.#metricsServer;
    if (renews('work') || renews('watches') || renews('election')) {
      await this.#work.take(async () => {
        const worked = this.#controller !== undefined;
        await this.#stopWork();
        this.#configuration = next;
        this.#metricsServer = metricsServer;
        await this.#renewWork(renews('watches'), renews('election'));
        if (worked && this.#mayWork()) this.#startWork();
      });
      if (former !== metricsServer) await former?.close();
    } else this.#configuration = next;
    if (renews('election')) this.#takePart();
    this.#putInPlace(keys);
    return keys;
  }

  /** What needs no new beginning. */
  #putInPlace(keys: readonly OperatorConfigKey[]): void {
    const { version, concurrency, workInterval } = this.#configuration.config;
    if (keys.includes('version')) this.metrics.setVersion(version);
    if (keys.includes('concurrency')) {
      this.metrics.controller.setConcurrency(concurrency);
      this.#controller?.setConcurrency(concurrency);
    }
    // Who waits for longer, or for nothing at all, shall not go on to.
    if (keys.includes('workInterval') && workInterval !== undefined)
      for (const key of this.#machine.unfinished())
        this.#controller?.addAfter(key, workInterval * (1 + this.#random() / 10));
  }

  /** Throws ERR_AP_MISSING_RIGHTS where the next configuration needs rights beyond those of this one, and does not have them. */
  async #checkRights({ config, leaderElection }: Configuration): Promise<void> {
    const { plan } = this.#options;
    const rightsFor = (configuration: Configuration): readonly Access[] => [
      ...accessOf(plan, configuration.config.watchNamespace || undefined),
      ...(configuration.leaderElection ? leaseAccess(plan.name, configuration.leaderElection.namespace) : []),
    ];
    const wanted = beyond(rightsFor({ config, leaderElection }), rightsFor(this.#configuration));
    const refused = await refusedAccess(this.client, wanted, this.#closing.signal);
    if (refused.length > 0) throw errors.missingRights(describeAccess(refused));
  }

  #findMetricsServer({ config }: Configuration): FoundServer | undefined {
    const { plan, fakeMetrics, env = {}, withoutMetrics = false } = this.#options;
    if (readersOfMetrics(plan).length === 0 || fakeMetrics) return undefined;
    return findServer(config, env, { clock: this.#clock, mayBeMissing: withoutMetrics });
  }

  /** What works by the configuration. `former`: what is taken over of what worked before. */
  #makeWork(former?: { readonly caches: Caches; readonly events?: EventRecorder; readonly machine?: PhaseMachine }) {
    const { plan, logger, fakeMetrics, progress } = this.#options;
    const { config, settings = {}, leaderElection } = this.#configuration;
    const clock = this.#clock;
    const random = this.#random;
    const marks = marksOf(plan.resource.group);
    const watchNamespace = config.watchNamespace || undefined;
    const needs = needsOf(plan, marks, watchNamespace);
    const caches = new Caches(
      needs.needs,
      { client: this.client, fieldManager: plan.name, clock, random, logger },
      former?.caches,
    );
    for (const cache of caches.all()) cache.forgetListeners();
    // Whatever is sent for resources goes through this one; lists and watches do not, since who stands by has them too.
    const client = leaderElection ? this.client.through({ pass: (send) => this.#leading().pass(send) }) : this.client;
    const events =
      former?.events ??
      new EventRecorder({
        client,
        type: plan.resource,
        controller: plan.name,
        instance: this.#identity,
        clock,
        logger,
      });
    const machine = new PhaseMachine(
      {
        settings: deepFreeze(settings),
        plan,
        client,
        marks,
        clock,
        random,
        logger,
        metrics: this.metrics,
        queries: new Queries({
          server: this.#metricsServer?.server,
          unavailable: this.#metricsServer?.unavailable,
          fakes: fakeMetrics,
          clock,
          observe: (query, result, seconds) => this.metrics.queried(query, result, seconds),
        }),
        events,
        tracing: this.#tracing,
        watchNamespace,
        workInterval: () => this.#configuration.config.workInterval,
        progress,
      },
      needs,
      caches,
      { isWorking: () => this.#controller !== undefined, wake: (key) => this.#controller?.add(key) },
      former?.machine,
    );
    this.#forgetCaches = caches.all().map((cache) =>
      cache.onAvailability(() => {
        for (const key of this.#machine.scheduler.takeWaiting()) this.#controller?.add(key);
      }),
    );
    return { events, caches, machine };
  }

  /** What worked by the former configuration has stopped: what works by this one takes its place, and what of it still holds. */
  async #renewWork(watches: boolean, election: boolean): Promise<void> {
    const caches = this.#caches;
    for (const forget of this.#forgetCaches) forget();
    const work = this.#makeWork({
      caches,
      ...(!election && { events: this.#events }),
      ...(!election && !watches && { machine: this.#machine }),
    });
    this.#events = work.events;
    this.#caches = work.caches;
    this.#machine = work.machine;
    if (election || watches) this.#machine.scheduler.reset();
    this.#caches.start();
    await caches.replaceBy(this.#caches);
    this.#tellMetricsServer();
  }

  /** Begins to work, or to take part in an election whose winner does. */
  #takePart(): void {
    const { plan, logger } = this.#options;
    const { leaderElection } = this.#configuration;
    if (!leaderElection) {
      void this.#work.take(() => {
        if (this.#mayWork()) this.#startWork();
      });
      return;
    }
    this.#tellLeading ??= this.metrics.leader(plan.name);
    const elector = new Elector({
      client: this.client,
      name: plan.name,
      namespace: leaderElection.namespace,
      identity: leaderElection.identity,
      times: leaderElection.times,
      clock: this.#clock,
      random: this.#random,
      logger,
      lead: (term, stopping) => this.#lead(term, stopping),
    });
    const resigning = new AbortController();
    this.#candidacy = { elector, resigning, running: elector.run(resigning.signal) };
  }

  /** Stops to work, and to take part where it does: then the lease is released. */
  async #resign(): Promise<void> {
    this.#candidacy?.resigning.abort();
    await this.#candidacy?.running;
    this.#candidacy = undefined;
    await this.#work.take(() => this.#stopWork());
  }

  /** Works until the term is over or this process is to stop, and until the last of it has ended. */
  async #lead(term: Term, stopping: AbortSignal): Promise<void> {
    this.#term = term;
    this.#tellLeading?.(true);
    let catchingUp: Promise<void> = Promise.resolve();
    await this.#work.take(() => {
      catchingUp = this.#caches.catchUp(term.signal);
      // Others may have worked on the resources since.
      this.#machine.scheduler.reset();
      if (!stopping.aborted && this.#mayWork()) this.#startWork();
    });
    await new Promise<void>((resolve) => {
      // At once, so that what runs is told before it finds that it can send nothing.
      const end = (): void => {
        void this.#controller?.stop();
        resolve(this.#work.take(() => this.#stopWork()));
      };
      term.signal.addEventListener('abort', end, { once: true });
      stopping.addEventListener('abort', end, { once: true });
      if (term.signal.aborted || stopping.aborted) end();
    });
    this.#tellLeading?.(false);
    if (term.signal.aborted) await catchingUp;
  }

  #tellMetricsServer(): void {
    const { plan, logger, development } = this.#options;
    const found = this.#metricsServer;
    if (!found) return;
    const phases = readersOfMetrics(plan).join(', ');
    if (found.unavailable) logger.warn(`${phases}: queries will fail. ${found.unavailable.message}`);
    else
      logger.info(
        { metrics: found.address },
        `metrics are read from ${found.address} (${phases})${development ? `. ${HOW_TO_NAME_A_SERVER}` : ''}`,
      );
  }

  #leading(): Term {
    if (!this.#term) throw errors.notLeading('it has not acquired the lease');
    return this.#term;
  }

  #mayWork(): boolean {
    if (this.#closing.signal.aborted) return false;
    return this.#configuration.leaderElection ? (this.#term?.isRunning() ?? false) : true;
  }

  /** Everything from the beginning, over what the caches have. */
  #startWork(): void {
    const { logger } = this.#options;
    this.#controller = new Controller({
      reconciler: this.#machine.scheduler,
      concurrency: this.#configuration.config.concurrency,
      clock: this.#clock,
      logger,
      observer: this.metrics.controller,
    });
    this.#controller.start();
    for (const key of this.#machine.keys()) this.#controller.add(key);
    this.#tellRefusal();
  }

  async #stopWork(): Promise<void> {
    await this.#controller?.stop();
    this.#controller = undefined;
    await this.#events.flush();
  }

  /** An event about the pod, where this process is one: the operator may write events there. */
  #tellRefusal(): void {
    const { env = {} } = this.#options;
    const name = env['POD_NAME'];
    if (this.#refusal === undefined || !name) return;
    const resource = { metadata: { name, namespace: env['POD_NAMESPACE'], uid: env['POD_UID'] } };
    this.#events.warn({ resource, type: PODS, reason: 'ConfigRefused', action: 'Reload', note: this.#refusal });
  }

  /** The resources and what they have made, as far as is known. */
  resources(): readonly ResourceSummary[] {
    return this.#machine.resources();
  }

  /** Why the operator is not ready; undefined when it is. */
  unready(): string | undefined {
    const { resources } = this.#machine.views;
    const own = resourceName(resources.selection.type);
    if (resources.isKindMissing) return `${own} is not installed in the cluster`;
    if (!resources.listed) return `${own} has not been listed yet`;
    for (const [cache, trouble] of this.#caches.troubles()) {
      if (cache.listed) return `the watch of ${resourceName(cache.selection.type)} is broken: ${trouble}`;
    }
    return undefined;
  }

  #pages(): ConstructorParameters<typeof Endpoints>[0]['pages'] {
    const text = (status: number, body: string): ReturnType<Page> =>
      Promise.resolve({ status, type: 'text/plain', body });
    const { instruments } = this.metrics;
    return {
      healthAddr: {
        '/healthz': () => text(200, 'ok'),
        '/readyz': () => {
          const problem = this.unready();
          return problem === undefined ? text(200, 'ok') : text(503, problem);
        },
      },
      metricsAddr: {
        '/metrics': async () => ({ status: 200, type: instruments.contentType, body: await instruments.text() }),
      },
      profilingAddr: PROFILING_PAGES,
    };
  }
}
