import { ClusterView, type KindRef, type Seen } from './cluster-view.ts';

/** What the story needs of where it is played. */
export interface Stage {
  /** Path of the admin's kubeconfig. The operator runs already, or will. */
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly say: (line: string) => void;
  /** Longest time until what is announced is there, for an operator that is hindered. Default 15 s. */
  readonly seconds?: number;
  /** Called, and waited for, when all is made and before the AutoRoute is deleted. */
  readonly beforeDeletion?: () => Promise<void>;
}

/** What is announced did not happen. */
export class Difference extends Error {}

const DEPLOYMENT: KindRef = { apiVersion: 'apps/v1', kind: 'Deployment' };
const AUTO_ROUTE: KindRef = { apiVersion: 'examples.io/v1', kind: 'AutoRoute' };
const SERVICE: KindRef = { apiVersion: 'v1', kind: 'Service' };
const VIRTUAL_SERVICE: KindRef = { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService' };
const GATEWAY: KindRef = { apiVersion: 'networking.istio.io/v1', kind: 'Gateway' };

const ROUTE = 'shop';
const SECONDS = 15;

export interface Story {
  /** When the AutoRoute was first seen Ready, as `performance.now()` tells the time. */
  readonly ready: number;
  /** Each transition that was seen, in order. */
  readonly transitions: readonly string[];
}

/**
 * A day in the life of an AutoRoute, on any cluster: made, its selection grown and shrunk, an output deleted by hand, deleted. All that
 * is announced is read back from the cluster; throws a {@link Difference} that says what is not as announced.
 */
export async function play(stage: Stage): Promise<Story> {
  const { seconds = SECONDS } = stage;
  const view = new ClusterView(stage.kubeconfig, stage.namespace);
  const teller = new Teller(view, stage.say, seconds);
  const served = await view.until(
    async () => (await view.isServed(AUTO_ROUTE)) || undefined,
    seconds,
  );
  if (!served) throw new Difference(`the operator did not install its CRD within ${seconds} s`);
  const stop = await teller.watchTransitions();
  try {
    stage.say('Two Deployments and an AutoRoute that selects them:');
    for (const name of ['web', 'cart']) await view.apply(deployment(name, stage.namespace));
    await view.apply(deployment('batch', stage.namespace, { app: 'batch' }));
    await view.apply(autoRoute(stage.namespace));
    await teller.sees('Initializing → Syncing', 'Syncing → Ready');
    const ready = performance.now();
    await teller.hasRoutesFor(['cart', 'web']);

    stage.say('A third labelled Deployment, search:');
    await view.apply(deployment('search', stage.namespace));
    await teller.sees('Ready → Syncing', 'Syncing → Ready');
    await teller.hasRoutesFor(['cart', 'search', 'web']);

    stage.say('The Deployment cart is deleted:');
    await view.delete(DEPLOYMENT, 'cart');
    await teller.sees('Ready → Syncing', 'Syncing → Ready');
    await teller.hasRoutesFor(['search', 'web']);

    stage.say('Somebody deletes the Service web by hand:');
    const before = await view.find(SERVICE, 'web');
    await view.delete(SERVICE, 'web');
    await teller.sees('Ready → Syncing', 'Syncing → Ready');
    await teller.isReplaced(SERVICE, 'web', before);

    await stage.beforeDeletion?.();
    stage.say('The AutoRoute is deleted:');
    await view.delete(AUTO_ROUTE, ROUTE);
    await teller.hasNothingLeft();
    return { ready, transitions: teller.transitions };
  } finally {
    stop();
  }
}

/** Says what it sees in the cluster, and throws where that is not what was announced. */
class Teller {
  readonly transitions: string[] = [];
  readonly #view: ClusterView;
  readonly #say: (line: string) => void;
  readonly #seconds: number;
  #told = 0;
  #phase = 'Initializing';
  #owner: string | undefined;
  #routes: readonly string[] = [];

  constructor(view: ClusterView, say: (line: string) => void, seconds: number) {
    this.#view = view;
    this.#say = say;
    this.#seconds = seconds;
  }

  /** Entering the initial phase writes nothing, so the first phase that is seen is where the route goes from there. */
  watchTransitions(): Promise<() => void> {
    const path = `/apis/examples.io/v1/namespaces/${this.#view.namespace}/autoroutes`;
    return this.#view.watch(path, (type, { status }) => {
      const phase = type === 'DELETED' ? undefined : status?.phase;
      if (phase === undefined || phase === this.#phase) return;
      this.transitions.push(`${this.#phase} → ${phase}`);
      this.#say(`  ${ROUTE}: ${this.#phase} → ${phase}`);
      this.#phase = phase;
    });
  }

  /** The next transitions are these. */
  async sees(...expected: readonly string[]): Promise<void> {
    const from = this.#told;
    this.#told += expected.length;
    await this.#view.until(
      () => Promise.resolve(this.transitions.length >= this.#told || undefined),
      this.#seconds,
    );
    const seen = this.transitions.slice(from, this.#told);
    if (seen.join(', ') === expected.join(', ')) return;
    throw new Difference(
      `announced were the transitions ${expected.join(', ')}; seen within ${this.#seconds} s: ${seen.join(', ') || 'none'}${await this.#trouble()}`,
    );
  }

  /** What the operator says of a worker that failed. */
  async #trouble(): Promise<string> {
    const { conditions = [] } = (await this.#view.find(AUTO_ROUTE, ROUTE))?.status ?? {};
    const failure = conditions.find(({ reason }) => reason === 'WorkerFailed');
    return failure === undefined ? '' : ` (${failure.reason}: ${failure.message})`;
  }

  /** There is a Gateway for the route, and a Service and a VirtualService for each of these Deployments and for no other. */
  async hasRoutesFor(deployments: readonly string[]): Promise<void> {
    this.#owner = (await this.#view.find(AUTO_ROUTE, ROUTE))?.metadata.uid;
    await this.#owns(GATEWAY, [ROUTE]);
    const services = await this.#owns(SERVICE, deployments);
    const virtualServices = await this.#owns(VIRTUAL_SERVICE, deployments);
    for (const name of deployments) {
      expectPart(services, name, { ports: [{ port: 8080 }], selector: { app: name } });
      expectPart(virtualServices, name, { hosts: [`${name}.${ROUTE}`], gateways: [ROUTE] });
    }
    const added = deployments.filter((name) => !this.#routes.includes(name));
    const pruned = this.#routes.filter((name) => !deployments.includes(name));
    if (this.#routes.length === 0) this.#say(`  there is Gateway ${ROUTE}`);
    for (const name of added)
      this.#say(`  there are Service ${name} and VirtualService ${name} (host ${name}.${ROUTE})`);
    for (const name of pruned) this.#say(`  gone are Service ${name} and VirtualService ${name}`);
    this.#routes = deployments;
  }

  /** The object is there, and it is another one than before. */
  async isReplaced(
    { apiVersion, kind }: KindRef,
    name: string,
    before: Seen | undefined,
  ): Promise<void> {
    const again = await this.#view.until(async () => {
      const found = await this.#view.find({ apiVersion, kind }, name);
      return found && found.metadata.uid !== before?.metadata.uid ? found : undefined;
    }, this.#seconds);
    if (!before || !again)
      throw new Difference(`announced was that ${kind} ${name} is made again, and it is not there`);
    this.#say(`  ${kind} ${name} is there again`);
  }

  /** All that the AutoRoute owned is gone, and the Deployments, which are somebody else's, are there. */
  async hasNothingLeft(): Promise<void> {
    for (const kind of [AUTO_ROUTE, GATEWAY, SERVICE, VIRTUAL_SERVICE]) {
      let left: readonly Seen[] = [];
      const gone = await this.#view.until(async () => {
        left = (await this.#view.list(kind)).filter(
          (object) => kind === AUTO_ROUTE || this.#isOwned(object),
        );
        return left.length === 0 || undefined;
      }, this.#seconds);
      if (!gone)
        throw new Difference(
          `announced was that all goes with the AutoRoute; left are ${left.map(describe).join(', ')}`,
        );
    }
    const deployments = (await this.#view.list(DEPLOYMENT)).map(({ metadata }) => metadata.name);
    if (deployments.join() !== 'batch,search,web') {
      throw new Difference(
        `announced was that the Deployments batch, search and web stay; there are: ${deployments.join(', ') || 'none'}`,
      );
    }
    this.#say(
      '  gone are the Gateway, and all Services and VirtualServices; the Deployments are still there',
    );
  }

  /** Waits until the route's objects of a kind are these, and returns them. */
  async #owns(ref: KindRef, names: readonly string[]): Promise<readonly Seen[]> {
    let owned: readonly Seen[] = [];
    const same = await this.#view.until(async () => {
      owned = (await this.#view.list(ref)).filter((object) => this.#isOwned(object));
      return owned.map(({ metadata }) => metadata.name).join() === names.join() || undefined;
    }, this.#seconds);
    if (same) return owned;
    const missing = names
      .filter((name) => !owned.some(({ metadata }) => metadata.name === name))
      .map((name) => `${ref.kind} ${name} is missing`);
    const extra = owned
      .filter(({ metadata }) => !names.includes(metadata.name))
      .map((object) => `${describe(object)} should be gone`);
    throw new Difference([...missing, ...extra].join(', '));
  }

  #isOwned({ metadata }: Seen): boolean {
    return metadata.ownerReferences?.some(({ uid }) => uid === this.#owner) ?? false;
  }
}

function describe({ kind, metadata }: Seen): string {
  return `${kind} ${metadata.name}`;
}

/** Throws unless the object's spec holds at least this. */
function expectPart(objects: readonly Seen[], name: string, part: object): void {
  const object = objects.find(({ metadata }) => metadata.name === name);
  if (!object || !holds(object.spec, part)) {
    throw new Difference(
      `${object ? describe(object) : name} should have ${JSON.stringify(part)}, and has ${JSON.stringify(object?.spec)}`,
    );
  }
}

function holds(value: unknown, part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return value === part;
  if (typeof value !== 'object' || value === null) return false;
  const members = new Map<string, unknown>(Object.entries(value));
  return Object.entries(part).every(([key, member]) => holds(members.get(key), member));
}

function deployment(
  name: string,
  namespace: string,
  labels: Readonly<Record<string, string>> = { app: name, tier: 'shop' },
): object {
  return {
    ...DEPLOYMENT,
    metadata: { name, namespace, labels },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [{ name, image: `example.test/${name}:1`, ports: [{ containerPort: 8080 }] }],
        },
      },
    },
  };
}

function autoRoute(namespace: string): object {
  return {
    ...AUTO_ROUTE,
    metadata: { name: ROUTE, namespace },
    spec: { deploymentSelector: { matchLabels: { tier: 'shop' } } },
  };
}
