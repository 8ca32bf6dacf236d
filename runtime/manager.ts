import { Assembly } from './assembly.ts';
import { systemClock, type Clock } from './clock.ts';
import { changesOf, type Renewal } from './config/changes.ts';
import type { OperatorConfigKey } from './config/fields.ts';
import { Controllers } from './controller/controllers.ts';
import type { ControllerMetrics } from './observe/controller-metrics.ts';
import { Endpoints } from './observe/endpoints.ts';
import { errors } from './errors.ts';
import { KubeClient } from './kube/client.ts';
import { APART } from './kube/managed-fields.ts';
import { connect, type Transport } from './kube/transport.ts';
import { resourceName } from './kube/paths.ts';
import { Elector } from './leaderelection/elector.ts';
import { FirstSight } from './leaderelection/first-sight.ts';
import { identityOf } from './leaderelection/participation.ts';
import type { Term } from './leaderelection/term.ts';
import type { Configuration, ManagerOptions } from './manager-options.ts';
import { ConfigState } from './observe/config-state.ts';
import type { ResourceSummary } from './observe/progress.ts';
import { EventLoopDelay } from './observe/event-loop.ts';
import { Metrics } from './observe/metrics.ts';
import { collectProcessMetrics } from './observe/process-metrics.ts';
import { pagesOf } from './observe/pages.ts';
import { Tracing } from './observe/tracing.ts';
import { controllerName, readersOfMetrics } from './plan.ts';
import { findServer, type FoundServer } from './queries/connect.ts';
import { tellOfServer } from './queries/tell.ts';
import { accessOf, checkFurtherRights, leaseAccess, metricsAccess } from './rights.ts';
import { Turns } from './turns.ts';

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
  readonly #configState: ConfigState;
  readonly #eventLoop: EventLoopDelay;
  readonly #identity: string;
  readonly #endpoints: Endpoints;
  #configuration: Configuration;
  #metricsServer: FoundServer | undefined;
  readonly #controllerMetrics: ReadonlyMap<string, ControllerMetrics>;
  readonly #controllers: Controllers;
  #assembly: Assembly;
  #candidacy: Candidacy | undefined;
  /** Begins the watches, where there is an election. */
  #firstSight: FirstSight | undefined;
  #tellLeading: ((leads: boolean) => void) | undefined;
  /** While this process leads. */
  #term: Term | undefined;
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
      controller: controllerName(plan.resource),
      host: new URL(access.server).host,
      concurrency: config.concurrency,
      clock,
      phases: [...new Set(plan.phases.values())].filter(({ worker }) => worker).map(({ name }) => name),
    });
    if (options.processMetrics) collectProcessMetrics(this.metrics.instruments);
    this.#eventLoop = new EventLoopDelay(this.metrics.instruments);
    this.#configState = new ConfigState(this.metrics.instruments, clock, options.env ?? {});
    this.#tracing = new Tracing(access.server);
    this.client = new KubeClient({
      transport: this.#transport,
      credentials: access.credentials,
      fieldManager: plan.name,
      userAgent: `${plan.name}/${config.version} autopilot-runtime`,
      clock,
      onRequest: (record) => this.metrics.request(record),
      tracer: this.#tracing,
      parsing: APART,
    });
    this.#identity = options.leaderElection?.identity ?? identityOf({});
    this.#metricsServer = this.#findMetricsServer(options);
    this.#controllerMetrics = new Map([
      [controllerName(plan.resource), this.metrics.controller],
      ...plan.reconcilers.map(
        ({ name }) =>
          [name, this.metrics.controllerOf({ controller: name, concurrency: this.#concurrency(name), clock })] as const,
      ),
    ]);
    this.#controllers = new Controllers({
      clock,
      logger: options.logger,
      observer: (name) => this.#metricsOf(name),
      concurrency: (name) => this.#concurrency(name),
    });
    this.#assembly = this.#assemble();
    this.metrics.observeWatches(() => this.#assembly.watchAges());
    this.metrics.observeKinds({
      missing: () => this.#assembly.kindsThat((cache) => cache.isKindMissing),
      forbidden: () => this.#assembly.kindsThat((cache) => cache.isForbidden),
    });
    // Of several replicas the one that works counts, so that sums over them are right.
    const countedBy = (count: () => ReadonlyMap<string, number>) => () =>
      plan.hasPhases && this.#controllers.working ? count() : new Map<string, number>();
    this.metrics.observePhases({
      resources: countedBy(() => this.#assembly.machine.countPhases()),
      stalled: countedBy(() => this.#assembly.machine.countStalled()),
    });
    this.metrics.observeWaiting(() => this.#assembly.works.reduce((sum, { waiting }) => sum + waiting, 0));
    this.#endpoints = new Endpoints({
      pages: pagesOf(this.metrics.instruments, () => this.unready()),
      development: options.development,
      logger: options.logger,
      protect: async (folder) => {
        const { protect } = await import('./observe/secure/protection.ts');
        return protect({ folder, client: this.client, clock, logger: options.logger });
      },
    });
  }

  /** Serves probes and metrics, starts watches and, as soon as it leads, workers. Throws ERR_AP_ADDRESS where an address cannot be listened on. */
  async start(): Promise<void> {
    const { plan, logger, development } = this.#options;
    const { config } = this.#configuration;
    const untraced = await this.#tracing.begin(plan.name, config.version);
    if (untraced !== undefined) logger.warn(untraced);
    const { commit } = await this.#endpoints.open(config);
    await commit();
    this.#eventLoop.measure(config.profilingAddr !== '');
    if (this.#configuration.leaderElection)
      this.#firstSight = new FirstSight(this.#clock, () => this.#assembly.caches.start());
    else this.#assembly.caches.start();
    this.#takePart();
    tellOfServer(this.#metricsServer, readersOfMetrics(plan), development, logger);
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
    this.#firstSight?.cancel();
    await this.#resign();
    await this.#assembly.caches.stop();
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
        this.#configState.accepted(changed.length > 0);
        return changed;
      } catch (error) {
        this.refused(error);
        throw error;
      }
    });
  }

  /** A configuration was refused, here or before it came so far: says so in a metric, and in an event as soon as this process works. */
  refused(error: unknown): void {
    if (this.#configState.refused(error) && this.#controllers.working) this.#configState.tell(this.#assembly.events);
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
        const worked = this.#controllers.working;
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
    const { version, workInterval } = this.#configuration.config;
    if (keys.includes('version')) this.metrics.setVersion(version);
    if (keys.includes('concurrency')) {
      for (const [name, metrics] of this.#controllerMetrics) metrics.setConcurrency(this.#concurrency(name));
      this.#controllers.renewConcurrency();
    }
    // Who waits for longer, or for nothing at all, shall not go on to.
    const { machine } = this.#assembly;
    if (keys.includes('workInterval') && workInterval !== undefined)
      for (const key of machine.unfinished())
        this.#controllers.addAfter(machine.name, key, workInterval * (1 + this.#random() / 10));
  }

  #concurrency(name: string): number {
    const own = this.#options.plan.reconcilers.find((reconciler) => reconciler.name === name)?.concurrency;
    return own ?? this.#configuration.config.concurrency;
  }

  #metricsOf(name: string): ControllerMetrics {
    return this.#controllerMetrics.get(name) ?? this.metrics.controller;
  }

  /** Throws ERR_AP_MISSING_RIGHTS where the next configuration needs rights beyond those of this one, and does not have them. */
  async #checkRights({ config, leaderElection }: Configuration): Promise<void> {
    const { plan } = this.#options;
    const rightsFor = (configuration: Configuration): ReturnType<typeof accessOf> => [
      ...accessOf(plan, configuration.config.watchNamespace || undefined),
      ...metricsAccess(configuration.config),
      ...(configuration.leaderElection ? leaseAccess(plan.name, configuration.leaderElection.namespace) : []),
    ];
    const wanted = rightsFor({ config, leaderElection });
    await checkFurtherRights(this.client, wanted, rightsFor(this.#configuration), this.#closing.signal);
  }

  #findMetricsServer({ config }: Configuration): FoundServer | undefined {
    const { plan, fakeMetrics, env = {}, withoutMetrics = false } = this.#options;
    if (readersOfMetrics(plan).length === 0 || fakeMetrics) return undefined;
    return findServer(config, env, { clock: this.#clock, mayBeMissing: withoutMetrics });
  }

  /** What works by the configuration. */
  #assemble(former?: ConstructorParameters<typeof Assembly>[1]): Assembly {
    const { plan, logger, fakeMetrics, progress } = this.#options;
    const { config, settings = {}, leaderElection } = this.#configuration;
    // What is sent for resources goes through the term; lists and watches do not, since who stands by has them too.
    const working = leaderElection ? this.client.through({ pass: (send) => this.#leading().pass(send) }) : this.client;
    const options = {
      plan,
      config,
      settings,
      client: { watching: this.client, working },
      identity: this.#identity,
      clock: this.#clock,
      random: this.#random,
      logger,
      metrics: this.metrics,
      controllerMetrics: (name: string) => this.#metricsOf(name),
      tracing: this.#tracing,
      metricsServer: this.#metricsServer,
      fakeMetrics,
      progress,
      controllers: this.#controllers,
      workInterval: () => this.#configuration.config.workInterval,
    };
    return new Assembly(options, former);
  }

  /** What worked by the former configuration has stopped: what works by this one takes its place, and what of it still holds. */
  async #renewWork(watches: boolean, election: boolean): Promise<void> {
    const assembly = this.#assembly;
    this.#assembly = this.#assemble({ assembly, remembers: !election && !watches, sameClient: !election });
    this.#firstSight?.cancel();
    this.#assembly.caches.start();
    await assembly.caches.replaceBy(this.#assembly.caches);
    const { plan, logger, development } = this.#options;
    tellOfServer(this.#metricsServer, readersOfMetrics(plan), development, logger);
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
      seen: () => this.#firstSight?.seen(),
      lead: (term, stopping, atFirstSight) => this.#lead(term, stopping, atFirstSight),
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
  async #lead(term: Term, stopping: AbortSignal, atFirstSight: boolean): Promise<void> {
    this.#term = term;
    const isUpToDate = (this.#firstSight?.take() ?? false) && atFirstSight;
    this.#tellLeading?.(true);
    let catchingUp: Promise<void> = Promise.resolve();
    await this.#work.take(() => {
      if (!isUpToDate) catchingUp = this.#assembly.caches.catchUp(term.signal);
      // Others may have worked on the resources since.
      this.#assembly.reset();
      if (!stopping.aborted && this.#mayWork()) this.#startWork();
    });
    await new Promise<void>((resolve) => {
      // At once, so that what runs is told before it finds that it can send nothing.
      const end = (): void => {
        void this.#controllers.stop();
        resolve(this.#work.take(() => this.#stopWork()));
      };
      term.signal.addEventListener('abort', end, { once: true });
      stopping.addEventListener('abort', end, { once: true });
      if (term.signal.aborted || stopping.aborted) end();
    });
    this.#tellLeading?.(false);
    if (term.signal.aborted) await catchingUp;
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
    this.#controllers.start(this.#assembly.works);
    this.#configState.tell(this.#assembly.events);
  }

  async #stopWork(): Promise<void> {
    await this.#controllers.stop();
    await this.#assembly.events.flush();
  }

  /** The resources and what they have made, as far as is known. */
  resources(): readonly ResourceSummary[] {
    return this.#assembly.machine.resources();
  }

  /** Why the operator is not ready; undefined when it is. */
  unready(): string | undefined {
    return this.#assembly.unready();
  }
}
