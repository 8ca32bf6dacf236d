import { readFile } from 'node:fs/promises';
import { systemClock, type Clock } from './clock.ts';
import { parseDuration, type Duration } from './config/duration.ts';
import { environmentName, loadConfig, unknownVariables, type OperatorConfig } from './config/load.ts';
import { checkSettings } from './config/settings.ts';
import { devLoop } from './development.ts';
import { AutopilotError, errors, messageOf } from './errors.ts';
import { collectWhenIdle } from './idle-collection.ts';
import { installCrd } from './install-crd.ts';
import { findCluster, fromKubeconfig } from './kube/kubeconfig.ts';
import type { Transport } from './kube/transport.ts';
import { identityOf, leaseNamespace, type LeaderElection } from './leaderelection/participation.ts';
import { checkLeaseTimes, LEASE_TIMES, type LeaseTimes } from './leaderelection/times.ts';
import { Manager } from './manager.ts';
import { createLogger, silentLogger, type RootLogger } from './observe/logger.ts';
import type { OperatorDefinition } from './operator.ts';
import { planOf } from './plan.ts';
import { isTaken } from './played.ts';
import { Reloader } from './reload.ts';
import { Shutdown } from './shutdown.ts';
import type { FakeMetrics } from './queries/client.ts';

export interface StartOptions {
  /** The text of a kubeconfig. Default: as kubectl finds one, else the pod's service account. */
  readonly kubeconfig?: string;
  /** Over the defaults of `autopilot-operator.yaml`; no file and no environment is read. Metrics and probes are off unless given. */
  readonly config?: Partial<OperatorConfig>;
  /** Install the kind's CRD first, from the definition's `schema`. */
  readonly installCrd?: boolean;
  /**
   * Take part in an election, by these times where they are not the defaults. Default: no part; this operator works, whatever others do.
   * `enableLeaderElection` of `config` is not asked.
   */
  readonly leaderElection?: LeaderElectionOptions;
  /** The address of a Prometheus, as METRICS_SERVER has it. Default: by `meshProvider` and `controlPlaneNs` of `config`. */
  readonly metricsServer?: string;
  /** For tests: answers to the queries of workers, by the metrics client's methods; undefined: no data. Then no metrics server is asked. */
  readonly metrics?: FakeMetrics;
  /** Default: silent. */
  readonly logger?: RootLogger;
  /** For tests: the time. Default: the system's. */
  readonly clock?: Clock;
  /** For tests: what chance decides (jitter of pauses), 0 to below 1. Default: Math.random. */
  readonly random?: () => number;
  /** For tests: what carries requests to the cluster that the kubeconfig names. Default: connections to it. Closed with the operator. */
  readonly transport?: Transport;
}

/** Times of an election. Names and defaults are client-go's. */
export interface LeaderElectionOptions {
  /** So long after its last renewal a lease is for others to take. Whole seconds. Default 15s. */
  readonly leaseDuration?: Duration;
  /** So long after its last renewal this replica sends nothing any more. Default 10s. */
  readonly renewDeadline?: Duration;
  /** Pause between two renewals, and before another try to acquire. Default 2s. */
  readonly retryPeriod?: Duration;
}

/** An operator that runs in this process. */
export interface RunningOperator {
  /** Resolves once nothing of it is left. */
  stop(): Promise<void>;
  /** The metrics in Prometheus' text format. */
  metrics(): Promise<string>;
  /** Why it is not ready; undefined when it is. */
  unready(): string | undefined;
}

/** Starts an operator within this process, for tests and for embedding. */
export async function start(operator: OperatorDefinition, options: StartOptions = {}): Promise<RunningOperator> {
  if (isTaken(operator)) throw errors.played();
  const plan = planOf(operator);
  const { clock = systemClock, random, transport } = options;
  const access =
    options.kubeconfig === undefined ? findCluster(process.env, clock) : fromKubeconfig(options.kubeconfig, clock);
  const config = {
    ...loadConfig(undefined, 'the configuration', {}),
    metricsAddr: '',
    healthAddr: '',
    ...options.config,
  };
  const settings = checkSettings(operator.config, config.config, 'the configuration');
  const logger = options.logger ?? silentLogger;
  const leaderElection = options.leaderElection && {
    namespace: leaseNamespace(config.leaderElectionNamespace, process.env, access),
    identity: identityOf(process.env),
    times: timesOf(options.leaderElection),
  };
  const manager = new Manager({
    plan,
    access,
    config,
    settings,
    logger,
    leaderElection,
    development: true,
    processMetrics: false,
    env: options.metricsServer === undefined ? {} : { METRICS_SERVER: options.metricsServer },
    fakeMetrics: options.metrics,
    clock,
    ...(random && { random }),
    ...(transport && { transport }),
  });
  if (options.installCrd) await installCrd(operator, manager.client);
  await manager.start();
  return {
    stop: () => manager.stop(),
    metrics: () => manager.metrics.text(),
    unready: () => manager.unready(),
  };
}

function timesOf(options: LeaderElectionOptions): LeaseTimes {
  const milliseconds = (name: keyof LeaseTimes): number => {
    const text = options[name];
    if (text === undefined) return LEASE_TIMES[name];
    const time = parseDuration(text);
    if (time === undefined)
      throw errors.leaseTimes(`${name} is ${JSON.stringify(text)}, which is no duration such as "15s".`);
    return time;
  };
  const times = {
    leaseDuration: milliseconds('leaseDuration'),
    renewDeadline: milliseconds('renewDeadline'),
    retryPeriod: milliseconds('retryPeriod'),
  };
  checkLeaseTimes(times);
  return times;
}

/** Where the configuration is; `AUTOPILOT_CONFIG` names another file. */
const CONFIG_FILE = 'autopilot-operator.yaml';

/**
 * Runs an operator as this process' work: reads autopilot-operator.yaml and the environment, finds the cluster, works until SIGTERM or
 * SIGINT, and lets what is under way end. When the file changes, goes over to what it says then, or refuses it and goes on as before. Of several replicas one works, elected by a lease, unless `enableLeaderElection` is false. Exit code 0 after a clean stop, 1 with a message where it cannot start.
 * With AUTOPILOT_DEV=1 (set by the dev loop) it takes part in an election only where AUTOPILOT_ENABLE_LEADER_ELECTION=true says so, installs its own CRD, serves probes and metrics on loopback only, and plain unless
 * AUTOPILOT_METRICS_SECURE says otherwise, and where it was started
 * with a channel for messages tells through it what happens, ends when that does, and logs to it instead of standard output.
 */
export async function run(operator: OperatorDefinition): Promise<void> {
  if (isTaken(operator)) return;
  const shutdown = new Shutdown();
  let logger: RootLogger | undefined;
  try {
    const plan = planOf(operator);
    const development = process.env['AUTOPILOT_DEV'] === '1';
    const loop = development ? devLoop() : undefined;
    loop?.onGone(() => shutdown.begin('the dev loop has gone'));
    const named = process.env['AUTOPILOT_CONFIG'];
    const file = named ?? CONFIG_FILE;
    const text = await readConfig(file, named === undefined);
    const config = servedBy(loadConfig(text, file, process.env), process.env);
    const settings = checkSettings(operator.config, config.config, file);
    const configured = createLogger({ name: plan.name, ...loggingOf(config), write: loop?.log });
    logger = configured;
    for (const problem of unknownVariables(process.env)) logger.warn(problem);
    const access = findCluster(process.env, systemClock);
    const progress = loop?.tell;
    const identity = identityOf(process.env);
    const electionBy = (by: OperatorConfig): LeaderElection | undefined =>
      takesPart(by, process.env)
        ? { namespace: leaseNamespace(by.leaderElectionNamespace, process.env, access), identity, times: LEASE_TIMES }
        : undefined;
    const manager = new Manager({
      plan,
      access,
      config,
      settings,
      logger,
      leaderElection: electionBy(config),
      development,
      processMetrics: true,
      env: process.env,
      withoutMetrics: development,
      progress,
    });
    if (development) {
      const installed = await installCrd(operator, manager.client);
      progress?.({ type: 'crd', ...installed });
    }
    const reloader = new Reloader({
      file,
      text,
      clock: systemClock,
      logger,
      manager,
      read: (changed) => {
        const next = servedBy(loadConfig(changed, file, process.env), process.env);
        return {
          config: next,
          settings: checkSettings(operator.config, next.config, file),
          leaderElection: electionBy(next),
        };
      },
      taken: (configuration) => configured.configure(loggingOf(configuration.config)),
    });
    const started = manager.start();
    shutdown.of(() => started.then(() => Promise.all([reloader.stop(), manager.stop()])), logger);
    await started;
    shutdown.await();
    surviveForgottenPromises(logger);
    const { client } = manager;
    const namespace = config.watchNamespace || access.namespace || 'default';
    loop?.serve({ plan, client, namespace, resources: () => manager.resources() });
    // The dev loop starts it anew instead.
    if (!loop) await reloader.start();
    if (!development) collectWhenIdle(systemClock);
  } catch (error) {
    const message = error instanceof AutopilotError ? `${error.code}: ${error.message}` : messageOf(error);
    if (logger) logger.error({ err: error }, message);
    else console.error(message);
    process.exitCode = 1;
  }
}

function loggingOf({ version, logLevel, logFormat }: OperatorConfig) {
  return { version, level: logLevel, format: logFormat };
}

/** In development the file does not count: it is written for the cluster, where there are replicas. */
function takesPart({ enableLeaderElection }: OperatorConfig, env: NodeJS.ProcessEnv): boolean {
  const told = env[environmentName('enableLeaderElection')] !== undefined;
  return enableLeaderElection && (told || env['AUTOPILOT_DEV'] !== '1');
}

/** In development metrics are plain, on loopback: the file is written for the cluster, where others could read them. */
function servedBy(config: OperatorConfig, env: NodeJS.ProcessEnv): OperatorConfig {
  const told = env[environmentName('metricsSecure')] !== undefined;
  return env['AUTOPILOT_DEV'] === '1' && !told ? { ...config, metricsSecure: false } : config;
}

/** Undefined where there is no file, and there need not be one. */
async function readConfig(file: string, mayBeMissing: boolean): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      if (mayBeMissing) return undefined;
      throw errors.config(file, ['there is no such file, and $AUTOPILOT_CONFIG names it.']);
    }
    throw errors.config(file, [messageOf(error)]);
  }
}

/**
 * A worker that forgets a promise which then rejects would end the process, and so harm every resource. An exception that nobody catches does:
 * where it comes from is not known, nor what it left half done.
 */
function surviveForgottenPromises(logger: RootLogger): void {
  process.on('unhandledRejection', (error) => {
    logger.error({ err: error }, `a promise that nobody awaits was rejected, probably a worker's: ${messageOf(error)}`);
  });
}
