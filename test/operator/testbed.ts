import assert from 'node:assert/strict';
import { setImmediate, setTimeout } from 'node:timers/promises';
import {
  startCluster,
  type Cluster,
  type Live,
  type ObjectLike,
  type ObjectRef,
  type RequestRecord,
} from 'autopilot-devcluster';
import {
  start,
  type Client,
  type CustomResource,
  type Desired,
  type KubernetesObject,
  type Logger,
  type OperatorConfig,
  type OperatorDefinition,
  type PhaseDefinition,
  type Reader,
  type ResourceType,
  type RunningOperator,
  type StartOptions,
} from 'autopilot-runtime';
import { systemClock } from '../../runtime/clock.ts';
import { loadConfig } from '../../runtime/config/load.ts';
import { fromKubeconfig } from '../../runtime/kube/kubeconfig.ts';
import { connect, type Transport } from '../../runtime/kube/transport.ts';
import { Manager } from '../../runtime/manager.ts';
import type { ManagerOptions } from '../../runtime/manager-options.ts';
import { silentLogger } from '../../runtime/observe/logger.ts';
import { planOf } from '../../runtime/plan.ts';

export const configMaps: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};
export const services: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  namespaced: true,
};
export const namespaces: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
};

const ROUTE = { apiVersion: 'example.io/v1', kind: 'Route' };
const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' };

export interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** `events.k8s.io/v1` Event, as far as these tests look at it. */
export interface Event extends KubernetesObject {
  readonly reason?: string;
  readonly note?: string;
  readonly regarding?: { readonly uid?: string };
}

export type Route = CustomResource<Record<string, unknown>, Record<string, unknown>, string>;

/** What the workers of these tests are given. */
export interface Context {
  readonly route: Route;
  readonly inputs: Readonly<Record<string, Reader<ConfigMap>>>;
  readonly client: Client<Record<string, Reader<ConfigMap>>, Record<string, readonly Desired<ConfigMap>[]>>;
  readonly config: Readonly<Record<string, unknown>>;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

export type TestWorker = (context: Context) => unknown;

/** A ConfigMap as a worker returns it. */
export function configMap(name: string, data: Readonly<Record<string, string>> = {}): Desired<ConfigMap> {
  return { metadata: { name }, data };
}

/** A phase that may read and write ConfigMaps. */
export function phase(worker: TestWorker, more: Partial<PhaseDefinition> = {}): PhaseDefinition {
  return {
    inputs: { configMaps: { type: configMaps } },
    outputs: { configMaps: { type: configMaps } },
    worker,
    ...more,
  };
}

export const final: PhaseDefinition = { final: true };

/** An operator of kind Route (example.io/v1). */
export function routes(
  phases: Readonly<Record<string, PhaseDefinition>>,
  more: Partial<OperatorDefinition> = {},
): OperatorDefinition {
  return {
    name: OPERATOR,
    resource: { group: 'example.io', version: 'v1', kind: 'Route', plural: 'routes', namespaced: true, key: 'route' },
    phases,
    ...more,
  };
}

/** How the requests of these operators are known. */
export const OPERATOR = 'route-operator';

const LONGEST_WAIT_MS = 30_000;
const EAGER_MS = 10;
const SELDOM_MS = 5;

const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

export const routeCrd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'routes.example.io' },
  spec: {
    group: 'example.io',
    scope: 'Namespaced',
    names: { kind: 'Route', listKind: 'RouteList', plural: 'routes', singular: 'route' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: open, status: open } } },
      },
    ],
  },
};

type Parts = Partial<
  Pick<
    ManagerOptions,
    | 'clock'
    | 'random'
    | 'transport'
    | 'progress'
    | 'fakeMetrics'
    | 'withoutMetrics'
    | 'settings'
    | 'leaderElection'
    | 'logger'
    | 'processMetrics'
    | 'env'
    | 'development'
  >
> & {
  readonly config?: Partial<OperatorConfig>;
  readonly kubeconfig?: string;
};

/** One whose configuration a test can change. */
export interface ReloadableOperator extends RunningOperator {
  /** To the defaults with these instead. Resolves to the keys that changed. */
  reload(
    config: Partial<OperatorConfig>,
    more?: Pick<ManagerOptions, 'settings' | 'leaderElection'>,
  ): Promise<readonly string[]>;
}

/** What these tests do with a cluster; the embedded one can do it, and so can a real one behind a front (`test/real/operators/`). */
export interface TestCluster extends Pick<
  Cluster,
  | 'url'
  | 'requests'
  | 'faults'
  | 'ca'
  | 'kubeconfig'
  | 'addUser'
  | 'addServiceAccount'
  | 'writeKubeconfig'
  | 'apply'
  | 'create'
  | 'update'
  | 'get'
  | 'find'
  | 'list'
  | 'patch'
  | 'delete'
  | 'until'
  | 'onChange'
  | 'installCrd'
  | 'stop'
> {
  /** Forgets the past: watches and pages from before are answered 410 from now on. */
  compact(): void | Promise<void>;
}

/** Where the clusters of these tests come from. */
export const clusters = { open: (): Promise<TestCluster> => startCluster({ crds: ['istio'] }) };

/** A cluster with the CRD of Route, and operators that run in this process against it. */
export class Testbed {
  readonly cluster: TestCluster;
  #operators: RunningOperator[] = [];

  private constructor(cluster: TestCluster) {
    this.cluster = cluster;
  }

  /** `opened`: one that a test cannot have of {@link clusters}. */
  static async open(opened?: TestCluster): Promise<Testbed> {
    const testbed = new Testbed(opened ?? (await clusters.open()));
    await testbed.cluster.installCrd(routeCrd);
    return testbed;
  }

  async close(): Promise<void> {
    await this.stopOperators();
    await this.cluster.stop();
  }

  async run(operator: OperatorDefinition, options: Partial<StartOptions> = {}): Promise<RunningOperator> {
    const running = await start(operator, { kubeconfig: this.cluster.kubeconfig, ...options });
    this.#operators.push(running);
    return running;
  }

  /** The same with another clock, chance or transport than a process has, or with somebody who is told what happens. */
  async runWith(
    operator: OperatorDefinition,
    { config = {}, kubeconfig, ...parts }: Parts = {},
  ): Promise<ReloadableOperator> {
    const access = fromKubeconfig(kubeconfig ?? this.cluster.kubeconfig, parts.clock ?? systemClock);
    const configured = (by: Partial<OperatorConfig>): OperatorConfig => ({
      ...loadConfig(undefined, 'none', {}),
      metricsAddr: '',
      healthAddr: '',
      ...by,
    });
    const manager = new Manager({
      plan: planOf(operator),
      access,
      config: configured(config),
      logger: silentLogger,
      development: true,
      processMetrics: false,
      ...parts,
    });
    await manager.start();
    const running = {
      stop: () => manager.stop(),
      metrics: () => manager.metrics.text(),
      unready: () => manager.unready(),
      reload: (by: Partial<OperatorConfig>, more: Pick<ManagerOptions, 'settings' | 'leaderElection'> = {}) =>
        manager.reload({ config: configured(by), ...more }),
    };
    this.#operators.push(running);
    return running;
  }

  /** What such an operator would send its requests by. */
  transport(): Transport {
    return connect(fromKubeconfig(this.cluster.kubeconfig, systemClock));
  }

  /** Those that were started here and have not been stopped. */
  get running(): readonly RunningOperator[] {
    return this.#operators;
  }

  async stopOperators(): Promise<void> {
    await Promise.all(this.#operators.splice(0).map((operator) => operator.stop()));
  }

  /** Makes a Route and returns it as it is stored. */
  route(name: string, spec: Readonly<Record<string, unknown>> = {}, namespace = 'default'): Promise<KubernetesObject> {
    return this.cluster.create({ ...ROUTE, metadata: { name, namespace }, spec });
  }

  /** Waits until the object is there and meets a condition. */
  async until<T extends ObjectLike>(ref: ObjectRef, condition: (object: Live<T>) => boolean): Promise<Live<T>> {
    const found = await this.cluster.until<T>(ref, (object) => object !== undefined && condition(object));
    return found ?? assert.fail('there is none');
  }

  async untilGone(ref: ObjectRef): Promise<void> {
    await this.cluster.until(ref, (object) => object === undefined);
  }

  /** Replaces the Route's spec as a whole. */
  async setSpec(name: string, spec: Readonly<Record<string, unknown>>): Promise<Route> {
    return this.cluster.patch<Route>({ ...ROUTE, name }, [{ op: 'replace', path: '/spec', value: spec }], {
      type: 'json',
    });
  }

  /** Waits until the Route meets a condition. */
  untilRoute(name: string, condition: (route: Route) => boolean): Promise<Route> {
    return this.until<Route>({ ...ROUTE, name }, condition);
  }

  /** Waits until the Route's last status write says that it rests in this phase (or is final). */
  untilReady(name: string, inPhase: string): Promise<Route> {
    return this.untilRoute(
      name,
      (route) => route.status?.phase === inPhase && isTrue(route, 'Ready') && isObserved(route),
    );
  }

  getRoute(name: string): Promise<Route | undefined> {
    return this.cluster.find<Route>({ ...ROUTE, name });
  }

  getConfigMap(name: string): Promise<ConfigMap | undefined> {
    return this.cluster.find<ConfigMap>({ ...CONFIG_MAP, name });
  }

  untilConfigMap(name: string, condition: (configMap: ConfigMap) => boolean): Promise<ConfigMap> {
    return this.until<ConfigMap>({ ...CONFIG_MAP, name }, condition);
  }

  /** Waits for an Event of the kind, and returns it. */
  async untilEvent(wanted: (event: Event) => boolean): Promise<Event> {
    const events = await this.cluster.until<Event>({ apiVersion: 'events.k8s.io/v1', kind: 'Event' }, (all) =>
      all.some(wanted),
    );
    return events.find(wanted) ?? assert.fail('there is none');
  }

  /** The operators' own requests so far, watches and lists left out. */
  operatorRequests(): readonly RequestRecord[] {
    return this.cluster.requests
      .filter({ userAgent: OPERATOR })
      .filter(({ verb }) => verb !== 'watch' && verb !== 'list');
  }

  /** The same in short: `create configmaps`, `patch routes/status`. */
  operatorWrites(): readonly string[] {
    return this.operatorRequests().map(
      ({ verb, resource, subresource }) => `${verb} ${resource}${subresource ? `/${subresource}` : ''}`,
    );
  }

  /** Waits until an operator has nothing to do: its queue is empty and no worker is busy. */
  async untilIdle(operator: RunningOperator): Promise<void> {
    await this.untilMetrics(operator, (text) => operator.unready() === undefined && hasNothingToDo(text));
  }

  /**
   * Waits until an operator's metrics meet a condition. It looks at every turn of the event loop at first, and then seldom: who is waited for
   * may be a real server, which needs the processor.
   */
  async untilMetrics(operator: RunningOperator, wanted: (metrics: string) => boolean): Promise<void> {
    const begun = performance.now();
    for (let text = await operator.metrics(); !wanted(text); text = await operator.metrics()) {
      const waited = performance.now() - begun;
      assert.ok(waited < LONGEST_WAIT_MS, `not as waited for:\n${text}`);
      await (waited < EAGER_MS ? setImmediate() : setTimeout(SELDOM_MS));
    }
  }
}

/** Whether an operator's queue is empty and no worker is busy, by its metrics. */
export function hasNothingToDo(metrics: string): boolean {
  const busy = ['workqueue_depth', 'controller_runtime_active_workers', 'autopilot_waiting_resources'];
  return busy.every((name) => sum(metrics, name) === 0);
}

export function isTrue(route: Route, type: string): boolean {
  return route.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
}

export function condition(
  route: Route,
  type: string,
): { readonly status: string; readonly reason: string; readonly message: string } {
  return route.status?.conditions?.find((each) => each.type === type) ?? assert.fail(`there is no condition ${type}`);
}

export function isObserved(route: Route): boolean {
  return route.status?.observedGeneration === route.metadata.generation;
}

/** The sum of a metric over its labels, or over those that match. */
export function sum(metrics: string, name: string, labels = ''): number {
  return metrics
    .split('\n')
    .filter((line) => (line.startsWith(`${name}{`) || line.startsWith(`${name} `)) && line.includes(labels))
    .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
