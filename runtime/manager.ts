import type { Cache } from './cache/cache.ts';
import { Caches } from './cache/caches.ts';
import { systemClock, type Clock } from './clock.ts';
import type { OperatorConfig } from './config/load.ts';
import { Controller } from './controller/controller.ts';
import { errors } from './errors.ts';
import { KubeClient } from './kube/client.ts';
import type { ClusterAccess } from './kube/kubeconfig.ts';
import { connect, type Transport } from './kube/transport.ts';
import { resourceName } from './kube/paths.ts';
import { Elector } from './leaderelection/elector.ts';
import { identityOf, type LeaderElection } from './leaderelection/participation.ts';
import type { Term } from './leaderelection/term.ts';
import { EventRecorder } from './observe/events.ts';
import type { ResourceSummary, TellProgress } from './observe/progress.ts';
import type { RootLogger } from './observe/logger.ts';
import { Metrics } from './observe/metrics.ts';
import { collectProcessMetrics } from './observe/process-metrics.ts';
import { serve, type HttpServer, type Page } from './observe/server.ts';
import { readersOfMetrics, type Plan } from './plan.ts';
import { Queries, type FakeMetrics } from './queries/client.ts';
import { HOW_TO_NAME_A_SERVER } from './queries/errors.ts';
import { findServer, type FoundServer } from './queries/connect.ts';
import { marksOf } from './scheduler/body.ts';
import { deepFreeze } from './scheduler/freeze.ts';
import type { Environment } from './scheduler/environment.ts';
import { needsOf } from './scheduler/needs.ts';
import { countPhases } from './scheduler/phase-counts.ts';
import { PatchTargets } from './scheduler/patches/targets.ts';
import { reportProgress, summarise } from './scheduler/progress.ts';
import { ResourceStates } from './scheduler/resource-state.ts';
import { Scheduler } from './scheduler/scheduler.ts';
import { isOurs, wakeOnChanges } from './scheduler/wakes.ts';

/** The version of this runtime, for the user agent. */
export interface ManagerOptions {
  readonly plan: Plan;
  readonly access: ClusterAccess;
  readonly config: OperatorConfig;
  /** The user's own settings, checked. Default: none. */
  readonly settings?: object;
  readonly logger: RootLogger;
  /** For development: listen on loopback only, on other ports where the configured ones are taken. */
  readonly development: boolean;
  /** Whether metrics tell of the process too; once a process. */
  readonly processMetrics: boolean;
  /** How one of several replicas is elected to work. Default: this one works, whatever others do. */
  readonly leaderElection?: LeaderElection | undefined;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly transport?: Transport;
  /** Where METRICS_SERVER is looked for. Default: nowhere. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** For the dev loop: where no metrics server is named, the queries fail and all else goes on. Default: the operator does not start. */
  readonly withoutMetrics?: boolean;
  /** What answers the queries of workers, instead of a metrics server. */
  readonly fakeMetrics?: FakeMetrics | undefined;
  /** Told what happens to resources and outputs. */
  readonly progress?: TellProgress | undefined;
}

/** Wires an operator together and runs it. */
export class Manager {
  readonly client: KubeClient;
  readonly metrics: Metrics;
  readonly #options: ManagerOptions;
  readonly #transport: Transport;
  readonly #caches: Caches;
  readonly #metricsServer: FoundServer | undefined;
  readonly #environment: Environment;
  readonly #scheduler: Scheduler;
  readonly #election: { readonly elector: Elector; readonly tell: (leads: boolean) => void } | undefined;
  /** While this process works. */
  #controller: Controller | undefined;
  /** While this process leads. */
  #term: Term | undefined;
  readonly #resigning = new AbortController();
  #electing: Promise<void> = Promise.resolve();
  readonly #stopping = new AbortController();
  #servers: readonly HttpServer[] = [];
  #watching: Promise<void> = Promise.resolve();

  constructor(options: ManagerOptions) {
    const { plan, access, config, logger, clock = systemClock, random = Math.random } = options;
    this.#options = options;
    this.#transport = options.transport ?? connect(access);
    const readers = readersOfMetrics(plan);
    this.#metricsServer =
      readers.length > 0 && !options.fakeMetrics
        ? findServer(config, options.env ?? {}, { clock, mayBeMissing: options.withoutMetrics ?? false })
        : undefined;
    const controller = plan.resource.kind.toLowerCase();
    const host = new URL(access.server).host;
    this.metrics = new Metrics({
      operator: plan.name,
      version: config.version,
      controller,
      host,
      concurrency: config.concurrency,
      clock,
      phases: [...new Set(plan.phases.values())].filter(({ worker }) => worker).map(({ name }) => name),
    });
    if (options.processMetrics) collectProcessMetrics(this.metrics.instruments);
    this.client = new KubeClient({
      transport: this.#transport,
      credentials: access.credentials,
      fieldManager: plan.name,
      userAgent: `${plan.name}/${config.version} autopilot-runtime`,
      clock,
      onRequest: (record) => this.metrics.request(record),
    });
    const marks = marksOf(plan.resource.group);
    const watchNamespace = config.watchNamespace || undefined;
    const needs = needsOf(plan, marks, watchNamespace);
    this.#caches = new Caches(needs.needs, { client: this.client, fieldManager: plan.name, clock, random, logger });
    const { leaderElection } = options;
    const identity = leaderElection?.identity ?? identityOf({});
    // Whatever is sent for resources goes through this one; lists and watches do not, since who stands by has them too.
    const client = leaderElection ? this.client.through({ pass: (send) => this.#leading().pass(send) }) : this.client;
    const views = needs.views(this.#caches);
    this.#environment = {
      settings: deepFreeze(options.settings ?? {}),
      plan,
      client,
      caches: this.#caches,
      marks,
      clock,
      random,
      logger,
      metrics: this.metrics,
      queries: new Queries({
        server: this.#metricsServer?.server,
        unavailable: this.#metricsServer?.unavailable,
        fakes: options.fakeMetrics,
        clock,
        observe: (query, result, seconds) => this.metrics.queried(query, result, seconds),
      }),
      events: new EventRecorder({
        client,
        type: plan.resource,
        controller: plan.name,
        instance: identity,
        clock,
        logger,
      }),
      watchNamespace,
      workInterval: config.workInterval,
      views,
      states: new ResourceStates(),
      patchTargets: new PatchTargets([...plan.patches.values()].map((type) => views.patch(type))),
    };
    this.#scheduler = new Scheduler(this.#environment);
    this.#election = leaderElection && {
      tell: this.metrics.leader(plan.name),
      elector: new Elector({
        client: this.client,
        name: plan.name,
        namespace: leaderElection.namespace,
        identity,
        times: leaderElection.times,
        clock,
        random,
        logger,
        lead: (term, stopping) => this.#lead(term, stopping),
      }),
    };
    const kindsThat = (is: (cache: Cache) => boolean): readonly string[] => [
      ...new Set(
        this.#caches
          .all()
          .filter(is)
          .map(({ selection }) => resourceName(selection.type)),
      ),
    ];
    this.metrics.observeKinds({
      missing: () => kindsThat((cache) => cache.isKindMissing),
      forbidden: () => kindsThat((cache) => cache.isForbidden),
    });
    // Of several replicas the one that works counts, so that sums over them are right.
    this.metrics.observePhases(() =>
      this.#controller && views.resources.listed ? countPhases(this.#environment) : new Map(),
    );
    wakeOnChanges(this.#environment, {
      isWorking: () => this.#controller !== undefined,
      wake: (key) => this.#controller?.add(key),
    });
    if (options.progress) reportProgress(this.#environment, options.progress);
    for (const cache of this.#caches.all()) {
      cache.onAvailability(() => {
        for (const key of this.#scheduler.takeWaiting()) this.#controller?.add(key);
      });
    }
  }

  /** Serves probes and metrics, starts watches and, as soon as it leads, workers. Throws ERR_AP_ADDRESS where an address cannot be listened on. */
  async start(): Promise<void> {
    const { plan, config, logger } = this.#options;
    this.#servers = await this.#serve();
    this.#watching = this.#caches.run(this.#stopping.signal);
    if (this.#election) this.#electing = this.#election.elector.run(this.#resigning.signal);
    else this.#startWork();
    this.#tellMetricsServer();
    const addresses = this.#servers.map(({ address }) => address).join(', ');
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
    this.#resigning.abort();
    await this.#electing;
    await this.#stopWork();
    this.#stopping.abort();
    await this.#watching;
    await Promise.all(this.#servers.map((server) => server.close()));
    await Promise.all([this.#transport.close(), this.#metricsServer?.close()]);
    this.#options.logger.info(`${this.#options.plan.name} stopped`);
  }

  /** Works until the term is over or this process is to stop, and until the last of it has ended. */
  async #lead(term: Term, stopping: AbortSignal): Promise<void> {
    this.#term = term;
    this.#election?.tell(true);
    const catchingUp = this.#caches.catchUp(term.signal);
    this.#startWork();
    await new Promise<void>((resolve) => {
      // At once, so that what runs is told before it finds that it can send nothing.
      const end = (): void => resolve(this.#stopWork());
      term.signal.addEventListener('abort', end, { once: true });
      stopping.addEventListener('abort', end, { once: true });
      if (term.signal.aborted || stopping.aborted) end();
    });
    this.#election?.tell(false);
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

  /** Everything from the beginning, over what the caches have. */
  #startWork(): void {
    const { config, logger, clock = systemClock } = this.#options;
    this.#scheduler.reset();
    this.#controller = new Controller({
      reconciler: this.#scheduler,
      concurrency: config.concurrency,
      clock,
      logger,
      observer: this.metrics.controller,
    });
    this.#controller.start();
    for (const { key } of this.#environment.views.resources.entries())
      if (isOurs(key, this.#environment)) this.#controller.add(key);
  }

  async #stopWork(): Promise<void> {
    await this.#controller?.stop();
    this.#controller = undefined;
    await this.#environment.events.flush();
  }

  /** The resources and what they have made, as far as is known. */
  resources(): readonly ResourceSummary[] {
    return summarise(this.#environment);
  }

  /** Why the operator is not ready; undefined when it is. */
  unready(): string | undefined {
    const { resources } = this.#environment.views;
    const own = resourceName(resources.selection.type);
    if (resources.isKindMissing) return `${own} is not installed in the cluster`;
    if (!resources.listed) return `${own} has not been listed yet`;
    for (const [cache, trouble] of this.#caches.troubles()) {
      if (cache.listed) return `the watch of ${resourceName(cache.selection.type)} is broken: ${trouble}`;
    }
    return undefined;
  }

  async #serve(): Promise<readonly HttpServer[]> {
    const { config, development } = this.#options;
    const options = { loopback: development, anyPort: development };
    const text = (status: number, body: string): ReturnType<Page> =>
      Promise.resolve({ status, type: 'text/plain', body });
    const probes: Readonly<Record<string, Page>> = {
      '/healthz': () => text(200, 'ok'),
      '/readyz': () => {
        const problem = this.unready();
        return problem === undefined ? text(200, 'ok') : text(503, problem);
      },
    };
    const { instruments } = this.metrics;
    const metrics: Readonly<Record<string, Page>> = {
      '/metrics': async () => ({ status: 200, type: instruments.contentType, body: await instruments.text() }),
    };
    const servers: HttpServer[] = [];
    try {
      if (config.healthAddr !== '') servers.push(await serve('healthAddr', config.healthAddr, probes, options));
      if (config.metricsAddr !== '') servers.push(await serve('metricsAddr', config.metricsAddr, metrics, options));
    } catch (error) {
      await Promise.all(servers.map((server) => server.close()));
      throw error;
    }
    return servers;
  }
}
