import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { start, type KubernetesObject, type ResourceType } from 'autopilot-runtime';
import { project } from '../../project/manifests/projects.fixture.test.ts';
import { leaseRules, rightsOf } from '../../project/manifests/rights.ts';
import type { PolicyRule } from '../../project/model.ts';
import { systemClock } from '../../runtime/clock.ts';
import { isStatus } from '../../runtime/errors.ts';
import { KubeClient } from '../../runtime/kube/client.ts';
import { fromKubeconfig } from '../../runtime/kube/kubeconfig.ts';
import { connect, type Transport } from '../../runtime/kube/transport.ts';
import {
  configMap,
  configMaps,
  phase,
  routeCrd,
  routes,
  services,
  sum,
  type ConfigMap,
  type Route,
} from '../operator/testbed.ts';
import { kubectlFor, type Kubectl } from './kubectl.ts';
import { RealCluster, type Flags } from './kubernetes/real-cluster.ts';
import { grantsOf, rulesOf, serviceAccount } from './service-account.ts';

/** What the operator below is to its project: one kind that is read, one that is written, one that is patched, a finalizer. */
const PROJECT = project(`
kind: Route
apiVersion: example.io/v1
operatorName: route-operator
enableFinalizer: true
phases:
  - { name: Only, initial: true, inputs: [services], outputs: [configmaps], patches: [secrets] }
`);

/** In a role of its own, where the lease is. */
const LEASE = leaseRules(PROJECT.operatorName);

const TYPE = routes({}).resource;
const secrets: ResourceType = { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true };
const SECONDS = 15;

const SERVERS: Readonly<Record<string, Flags>> = {
  'with streaming lists': { 'enable-admission-plugins': 'OwnerReferencesPermissionEnforcement' },
  'without streaming lists': {
    'enable-admission-plugins': 'OwnerReferencesPermissionEnforcement',
    'feature-gates': 'WatchList=false',
  },
};

describe('the generated rights', () => {
  const clusters: RealCluster[] = [];
  const needed = new Map<string, Set<string>>();
  after(() => Promise.all(clusters.map((cluster) => cluster.stop())));

  for (const [how, apiserver] of Object.entries(SERVERS)) {
    describe(how, () => {
      let world: World;
      before(async () => {
        const cluster = await RealCluster.start({ apiserver, controllerManager: false });
        clusters.push(cluster);
        world = await World.of(cluster);
      });
      after(() => world.close());

      for (const place of ['namespaced', 'cluster'] as const) {
        it(`are enough for all that an operator does: ${place}`, async () => {
          const rights = rightsOf(PROJECT, place);
          assert.equal(await world.refusals(place, rights[place], LEASE), 0);
        });
      }

      it('are noted where they are needed', async () => {
        const grants = grantsOf(rightsOf(PROJECT, 'namespaced').namespaced);
        const leases = grantsOf(LEASE);
        for (const without of [...grants, ...leases]) {
          const rest = (all: typeof grants) => rulesOf(all.filter((grant) => grant !== without));
          const name = `${without.resource}: ${without.verb}`;
          const places = needed.get(name) ?? new Set();
          needed.set(name, places);
          if ((await world.refusals('namespaced', rest(grants), rest(leases))) > 0) places.add(how);
        }
      }).timeout(240_000);
    });
  }

  describe('with the one or the other', () => {
    it('are the least: without any of them, something is refused', () => {
      assert.ok(needed.size >= 19, [...needed.keys()].join(', '));
      const idle = [...needed].filter(([, places]) => places.size === 0).map(([name]) => name);
      assert.deepEqual(idle, []);
    });
  });
});

/** A real API server with the kind of Route, and an operator that does there all that an operator can do. */
class World {
  readonly #cluster: RealCluster;
  readonly #kubectl: Kubectl;
  readonly #transport: Transport;
  readonly #admin: KubeClient;
  #rounds = 0;

  private constructor(cluster: RealCluster, kubectl: Kubectl, transport: Transport, admin: KubeClient) {
    this.#cluster = cluster;
    this.#kubectl = kubectl;
    this.#transport = transport;
    this.#admin = admin;
  }

  static async of(cluster: RealCluster): Promise<World> {
    const kubectl = kubectlFor(cluster.kubeconfig);
    const crd = structuredClone(routeCrd);
    for (const { schema } of crd.spec.versions) {
      const { properties } = schema.openAPIV3Schema;
      properties.status = Object.assign({ ...properties.status }, { properties: { many: { type: 'integer' } } });
    }
    kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(crd));
    kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    const access = fromKubeconfig(await readFile(cluster.kubeconfig, 'utf8'), systemClock);
    const transport = connect(access);
    const { credentials } = access;
    const names = { fieldManager: 'admin', userAgent: 'admin' };
    return new World(
      cluster,
      kubectl,
      transport,
      new KubeClient({ transport, credentials, clock: systemClock, ...names }),
    );
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  /** Lets an operator with just these rights go through everything, or up to the first refusal; returns how many there were. */
  async refusals(
    place: 'namespaced' | 'cluster',
    rules: readonly PolicyRule[],
    leases: readonly PolicyRule[],
  ): Promise<number> {
    this.#rounds += 1;
    const namespace = `round-${this.#rounds}`;
    const access = { cluster: this.#cluster, kubectl: this.#kubectl, transport: this.#transport };
    const rights = { namespaced: [], cluster: [], [place]: rules };
    const kubeconfig = await serviceAccount(access, namespace, {
      ...rights,
      namespaced: [...rights.namespaced, ...leases],
    });
    const route = await this.#admin.create(TYPE, routeIn(namespace, { names: ['taken'] }));
    // As a run leaves it that was killed: the operator's create meets it.
    const controller = { apiVersion: 'example.io/v1', kind: 'Route', name: 'a', uid: route.metadata.uid ?? '' };
    await this.#admin.create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'taken', namespace, ownerReferences: [{ ...controller, controller: true }] },
    });
    await this.#admin.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'theirs', namespace } });
    const operator = await start(OPERATOR, {
      kubeconfig,
      config: { leaderElectionNamespace: namespace, ...(place === 'namespaced' && { watchNamespace: namespace }) },
      // A renewal comes within the first steps.
      leaderElection: { retryPeriod: '100ms' },
    });
    const refused = async (): Promise<number> =>
      sum(await operator.metrics(), 'rest_client_requests_total', 'code="403"');
    try {
      for (const step of STEPS) {
        const { what, spec } = step;
        if (spec) await this.#admin.jsonPatch(routeRef(namespace), [{ op: 'replace', path: '/spec', value: spec }]);
        else await this.#admin.delete(routeRef(namespace), route.metadata.uid ?? '');
        const deadline = performance.now() + SECONDS * 1000;
        while (!(await step.done(this.#view(namespace)))) {
          if ((await refused()) > 0) return await refused();
          assert.ok(performance.now() < deadline, `${what}: not within ${SECONDS} s`);
          await sleep(10);
        }
      }
      return await refused();
    } finally {
      await operator.stop();
    }
  }

  #view(namespace: string): View {
    const find = (type: ResourceType, name: string): Promise<KubernetesObject | undefined> =>
      this.#admin.get({ type, name, namespace }).catch((error: unknown) => {
        if (isStatus(error, 404)) return undefined;
        throw error;
      });
    return {
      route: async () => (await find(TYPE, 'a')) as Route | undefined,
      label: async () => (await find(secrets, 'theirs'))?.metadata.labels?.['n'],
      data: async (name) => {
        const found: ConfigMap | undefined = await find(configMaps, name);
        return found && (found.data ?? {});
      },
      events: async () => (await this.#admin.list(EVENTS, namespace, { limit: 500 })).items,
    };
  }
}

const EVENTS: ResourceType = {
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
};

interface Event extends KubernetesObject {
  readonly series?: { readonly count: number };
}

/** What is there, as the admin sees it. */
interface View {
  route(): Promise<Route | undefined>;
  /** Of the ConfigMap; undefined where there is none. */
  data(name: string): Promise<Readonly<Record<string, string>> | undefined>;
  /** That the operator sets in an object that is not its own. */
  label(): Promise<string | undefined>;
  events(): Promise<readonly Event[]>;
}

interface Step {
  readonly what: string;
  /** What the route is told to do; undefined: it is deleted. */
  readonly spec?: Readonly<Record<string, unknown>>;
  done(view: View): Promise<boolean>;
}

const readyBecause = async (view: View): Promise<string | undefined> =>
  (await view.route())?.status?.conditions?.find(({ type }) => type === 'Ready')?.reason;

const STEPS: readonly Step[] = [
  {
    what: 'an output that is there already is completed',
    spec: { names: ['taken'], n: '1' },
    done: async (view) => (await view.data('taken'))?.['n'] === '1',
  },
  {
    what: 'one output is made and another is pruned',
    spec: { names: ['made'], n: '1' },
    done: async (view) => (await view.data('made'))?.['n'] === '1' && (await view.data('taken')) === undefined,
  },
  {
    what: 'an output is changed',
    spec: { names: ['made'], n: '2' },
    done: async (view) => (await view.data('made'))?.['n'] === '2',
  },
  {
    what: 'an object that is somebody else’s is patched',
    spec: { names: ['made'], n: '2', label: '1' },
    done: async (view) => (await view.label()) === '1',
  },
  {
    what: 'what was set in it is given up',
    spec: { names: ['made'], n: '2' },
    done: async (view) => (await view.label()) === undefined,
  },
  {
    what: 'it is patched once more, and stays so',
    spec: { names: ['made'], n: '2', label: '2' },
    done: async (view) => (await view.label()) === '2',
  },
  {
    what: 'a failure is told, and counted',
    spec: { names: [], fail: true },
    done: async (view) => (await view.events()).some(({ series }) => (series?.count ?? 0) > 1),
  },
  {
    what: 'a status is refused and looked at again',
    spec: { names: [], many: 'a lot' },
    done: async (view) => (await readyBecause(view)) === 'WriteRejected',
  },
  {
    what: 'all is well again',
    spec: { names: [], many: 1, label: '3' },
    done: async (view) => (await readyBecause(view)) === 'Resting',
  },
  {
    what: 'the resource is deleted, and gives up what it has set',
    done: async (view) => (await view.route()) === undefined && (await view.label()) === undefined,
  },
];

/** Does as its resource says. */
const OPERATOR = routes(
  {
    Only: phase(
      ({ route: { spec } }) => {
        if (spec['fail']) throw new Error('as told');
        const data = { n: String(spec['n']) };
        const status = spec['many'] === undefined ? {} : { many: spec['many'] };
        return {
          phase: 'Only',
          outputs: { configMaps: (spec['names'] as readonly string[]).map((name) => configMap(name, data)) },
          patches: {
            secrets:
              spec['label'] === undefined ? [] : [{ metadata: { name: 'theirs', labels: { n: spec['label'] } } }],
          },
          status,
        };
      },
      { initial: true, inputs: { services: { type: services } }, patches: { secrets: { type: secrets } } },
    ),
  },
  { finalizer: { worker: () => undefined } },
);

function routeRef(namespace: string): { type: ResourceType; name: string; namespace: string } {
  return { type: TYPE, name: 'a', namespace };
}

function routeIn(namespace: string, spec: object): KubernetesObject {
  const route = { apiVersion: 'example.io/v1', kind: 'Route', metadata: { name: 'a', namespace }, spec };
  return route;
}
