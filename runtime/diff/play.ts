import { Assembly } from '../assembly.ts';
import type { Cache } from '../cache/cache.ts';
import type { Clock } from '../clock.ts';
import type { OperatorConfig } from '../config/load.ts';
import type { Work } from '../controller/controllers.ts';
import type { ReconcileResult } from '../controller/reconciler.ts';
import { errors, messageOf } from '../errors.ts';
import { KubeClient } from '../kube/client.ts';
import type { ClusterAccess } from '../kube/kubeconfig.ts';
import { objectKey, resourceName, splitKey } from '../kube/paths.ts';
import { connect, type Transport } from '../kube/transport.ts';
import { createLogger } from '../observe/logger.ts';
import { Metrics } from '../observe/metrics.ts';
import { Tracing } from '../observe/tracing.ts';
import { controllerName, readersOfMetrics, type Plan } from '../plan.ts';
import type { FakeMetrics } from '../queries/client.ts';
import { findServer, type FoundServer } from '../queries/connect.ts';
import { HoldingTransport } from './holding-transport.ts';
import { isMap } from './json.ts';
import { changesOf, outcomeOf, type DiffMessage, type DiffStep } from './report.ts';

export interface PlayOptions {
  readonly plan: Plan;
  readonly access: ClusterAccess;
  readonly config: OperatorConfig;
  readonly settings: object;
  /** Where METRICS_SERVER is looked for. */
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** Only what is reconciled in this namespace. Default: all that the operator would work on. */
  readonly namespace?: string | undefined;
  /** Only the resource of the operator's kind with this name. */
  readonly name?: string | undefined;
  /** Play on until everything rests. Default: one sync of each resource, as if there were no others. */
  readonly follow: boolean;
  /** Told of each sync as it ends, whether it would write anything or not. */
  readonly tell: (step: DiffStep) => void;
  /** For tests: what carries requests. Default: connections to the cluster. */
  readonly transport?: Transport;
  /** For tests: what answers the queries of workers, instead of a metrics server. */
  readonly fakeMetrics?: FakeMetrics | undefined;
}

/** Longest that the first lists may take. */
const LISTED_WITHIN_MS = 60_000;
/** So many syncs of one resource, and it is said to find no rest. */
const MOST_STEPS = 100;
/** How often a sync is tried that found its resource changed by somebody else meanwhile. */
const TRIES = 3;

interface Turn {
  readonly work: Work;
  readonly key: string;
}

/**
 * Plays the operator over what a cluster has now, and holds back all that it would write. Rejects where not all that it needs can be read:
 * what it would do is not known then. Events of the cluster are not followed: it is played on one state.
 */
export async function play(options: PlayOptions): Promise<void> {
  const player = new Player(options);
  try {
    await player.list();
    if (options.follow) await player.follow();
    else await player.once();
  } finally {
    await player.close();
  }
}

class Player {
  readonly #options: PlayOptions;
  readonly #transport: HoldingTransport;
  readonly #assembly: Assembly;
  readonly #metricsServer: FoundServer | undefined;
  readonly #never = new AbortController().signal;
  readonly #turns = new Map<string, Turn>();
  readonly #steps = new Map<string, number>();
  readonly #restless = new Set<string>();
  #messages: DiffMessage[] = [];
  #listTrouble = '';
  #isWorking = true;

  constructor(options: PlayOptions) {
    const { plan, access, config, env, clock } = options;
    this.#options = options;
    this.#transport = new HoldingTransport(options.transport ?? connect(access));
    const client = new KubeClient({
      transport: this.#transport,
      credentials: access.credentials,
      fieldManager: plan.name,
      userAgent: `${plan.name}/${config.version} autopilot-diff`,
      clock,
    });
    const metrics = new Metrics({
      operator: plan.name,
      version: config.version,
      controller: controllerName(plan.resource),
      host: new URL(access.server).host,
      concurrency: 1,
      clock,
      phases: [],
    });
    const isAsked = readersOfMetrics(plan).length > 0 && options.fakeMetrics === undefined;
    this.#metricsServer = isAsked ? findServer(config, env, { clock, mayBeMissing: true }) : undefined;
    const isWorking = (): boolean => this.#isWorking;
    this.#assembly = new Assembly({
      plan,
      config,
      settings: options.settings,
      client: { watching: client, working: client },
      identity: 'diff',
      clock,
      random: () => 0,
      logger: createLogger({
        name: plan.name,
        version: config.version,
        level: 'Warn',
        write: (line) => this.#heard(line),
      }),
      metrics,
      controllerMetrics: (name) => metrics.controllerOf({ controller: name, concurrency: 1, clock }),
      tracing: new Tracing(access.server),
      metricsServer: this.#metricsServer,
      fakeMetrics: options.fakeMetrics,
      progress: undefined,
      controllers: {
        get working() {
          return isWorking();
        },
        add: (name, key) => this.#woken(name, key),
      },
      workInterval: () => config.workInterval,
    });
  }

  /** Fills the caches, and has them follow the cluster no longer. */
  async list(): Promise<void> {
    const { caches } = this.#assembly;
    caches.start();
    await this.#listed(caches.all());
    await caches.stop();
    this.#messages = [];
    const forbidden = caches.all().filter(({ isForbidden }) => isForbidden);
    if (forbidden.length > 0) throw errors.diffForbidden(forbidden.map((cache) => describe(cache)));
    const { resource } = this.#options.plan;
    if (this.#assembly.machine.views.resources.isKindMissing) throw errors.diffKindMissing(resourceName(resource));
  }

  /** One sync of each resource, as if there were no others. */
  async once(): Promise<void> {
    for (const turn of this.#all()) {
      for (let attempt = 1; ; attempt += 1) {
        const step = await this.#step(turn);
        this.#takeBack();
        // The status was written by somebody else since the caches were filled: they know by now.
        const isLost = step.outcome === 'continues' && step.from === step.to && turn.work === this.#assembly.machine;
        if (isLost && attempt < TRIES) {
          turn.work.reset();
          continue;
        }
        this.#options.tell(step);
        break;
      }
    }
  }

  /** Until nothing is to be done at once. */
  async follow(): Promise<void> {
    for (const turn of this.#all()) this.#turns.set(idOf(turn), turn);
    for (const [id, turn] of this.#turns) {
      this.#turns.delete(id);
      const step = await this.#step(turn);
      const isRestless = step.step >= MOST_STEPS;
      this.#options.tell(isRestless ? { ...step, outcome: 'restless' } : step);
      if (isRestless) {
        this.#restless.add(id);
        this.#turns.delete(id);
      } else if (step.outcome === 'continues') this.#turns.set(id, turn);
    }
  }

  async close(): Promise<void> {
    await this.#assembly.caches.stop();
    await Promise.all([this.#transport.close(), this.#metricsServer?.close()]);
  }

  async #step(turn: Turn): Promise<DiffStep> {
    const { work, key } = turn;
    const { plan } = this.#options;
    const isOfPhases = work === this.#assembly.machine;
    const from = isOfPhases ? this.#phaseOf(key) : '';
    const waiting = work.waiting;
    const result = await this.#reconcile(turn);
    await this.#assembly.events.flush();
    const { writes, events } = this.#transport.take();
    const messages = this.#messages;
    this.#messages = [];
    const step = (this.#steps.get(idOf(turn)) ?? 0) + 1;
    this.#steps.set(idOf(turn), step);
    return {
      controller: work.name,
      resource: key,
      step,
      from,
      to: isOfPhases ? this.#phaseOf(key) : '',
      ...outcomeOf(result, work.waiting > waiting),
      changes: changesOf(writes, plan.name, { group: plan.resource.group, kind: plan.resource.kind }),
      messages: distinct([
        ...messages,
        ...events.map(({ reason, note }) => ({ level: 'warning' as const, reason, message: note })),
      ]),
    };
  }

  async #reconcile({ work, key }: Turn): Promise<ReconcileResult> {
    try {
      return await work.reconcile({ key, signal: this.#never });
    } catch (error) {
      this.#messages.push({ level: 'error', reason: '', message: messageOf(error) });
      return { outcome: 'backoff' };
    }
  }

  /** The cluster is as it was before: for the next resource. */
  #takeBack(): void {
    const { caches } = this.#assembly;
    this.#isWorking = false;
    for (const { ref, live } of this.#transport.forget())
      caches.takeBack(ref.type, objectKey(ref.name, ref.namespace), live);
    this.#isWorking = true;
  }

  #all(): readonly Turn[] {
    const { plan, name, namespace } = this.#options;
    const turns = this.#assembly.works.flatMap((work) =>
      work
        .keys()
        .filter((key) => this.#isSelected(work, key))
        .toSorted()
        .map((key) => ({ work, key })),
    );
    if (name !== undefined && turns.length === 0) throw errors.diffNoResource(plan.resource.kind, name, namespace);
    return turns;
  }

  #isSelected({ name: controller }: Work, key: string): boolean {
    const { plan, namespace, name } = this.#options;
    const at = splitKey(key);
    if (namespace !== undefined && at.namespace !== undefined && at.namespace !== namespace) return false;
    return name === undefined || (controller === this.#assembly.machine.name && at.name === name && plan.hasPhases);
  }

  #woken(name: string, key: string): void {
    const work = this.#assembly.works.find((each) => each.name === name);
    if (!this.#options.follow || !work || !this.#isSelected(work, key)) return;
    const id = idOf({ work, key });
    if (!this.#restless.has(id)) this.#turns.set(id, { work, key });
  }

  #phaseOf(key: string): string {
    const resource: unknown = this.#assembly.machine.views.resources.get(key)?.object;
    const status = isMap(resource) ? resource['status'] : undefined;
    const phase = isMap(status) ? status['phase'] : undefined;
    return typeof phase === 'string' ? phase : '';
  }

  /** Lines of the log, which say more than the operator's own status. */
  #heard(line: string): void {
    const parsed: unknown = JSON.parse(line);
    if (!isMap(parsed)) return;
    const { level, msg, reason } = parsed;
    const message = typeof msg === 'string' ? msg : '';
    if (message.startsWith('watch failed')) this.#listTrouble = message;
    this.#messages.push({
      level: Number(level) >= 50 ? 'error' : 'warning',
      reason: typeof reason === 'string' ? reason : '',
      message,
    });
  }

  /** Until each was listed, or is known to be missing or forbidden. */
  async #listed(caches: readonly Cache[]): Promise<void> {
    const left = new Set(caches);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = (): void => {
      for (const cache of left) if (cache.listed || cache.isKindMissing || cache.isForbidden) left.delete(cache);
      if (left.size === 0) resolve();
    };
    const forget = caches.map((cache) => cache.onAvailability(look));
    const timer = this.#options.clock.after(LISTED_WITHIN_MS, () =>
      reject(errors.diffUnlisted([...left].map(describe), this.#listTrouble)),
    );
    look();
    try {
      await promise;
    } finally {
      timer.cancel();
      for (const each of forget) each();
    }
  }
}

function idOf({ work, key }: Turn): string {
  return `${work.name}\n${key}`;
}

function describe({ selection: { type, namespace } }: Cache): string {
  return `${resourceName(type)} ${namespace === undefined ? 'in the whole cluster' : `in namespace ${namespace}`}`;
}

/** An Event and a line of the log often say the same. */
function distinct(messages: readonly DiffMessage[]): readonly DiffMessage[] {
  return messages.filter(({ message }, index) => messages.findIndex((each) => each.message === message) === index);
}
