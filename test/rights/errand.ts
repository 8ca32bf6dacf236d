import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { start, type KubernetesObject, type ResourceType } from 'autopilot-runtime';
import { project } from '../../project/manifests/projects.fixture.test.ts';
import { leaseRules } from '../../project/manifests/rights.ts';
import { isStatus } from '../../runtime/errors.ts';
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
import type { KubeClient } from '../../runtime/kube/client.ts';

/** What the operator below is to its project: one kind that is read, one that is written, replaced and put back, one that is patched, a finalizer. */
export const PROJECT = project(`
kind: Route
apiVersion: example.io/v1
operatorName: route-operator
enableFinalizer: true
phases:
  - { name: Only, initial: true, rollback: true, inputs: [services], outputs: [{ name: configmaps, replace: true }], patches: [secrets] }
`);

/** In a role of its own, where the lease is. */
export const LEASE = leaseRules(PROJECT.operatorName);

export const ROUTE = routes({}).resource;
const secrets: ResourceType = { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true };
const SECONDS = 15;

/** The kind of Route, whose status refuses what is no number. */
export function errandCrd(): typeof routeCrd {
  const crd = structuredClone(routeCrd);
  for (const { schema } of crd.spec.versions) {
    const { properties } = schema.openAPIV3Schema;
    properties.status = Object.assign({ ...properties.status }, { properties: { many: { type: 'integer' } } });
  }
  return crd;
}

/** Where the operator is to work, and with which rights. */
export interface Errand {
  readonly admin: KubeClient;
  /** A namespace of its own. */
  readonly namespace: string;
  /** Of a service account that has the rights. */
  readonly kubeconfig: string;
  readonly place: 'namespaced' | 'cluster';
}

/** Lets an operator go through everything, or up to the first refusal; returns how many there were. */
export async function refusals({ admin, namespace, kubeconfig, place }: Errand): Promise<number> {
  const route = await admin.create(ROUTE, routeIn(namespace, { names: ['taken'] }));
  // As a run leaves it that was killed: the operator's create meets it.
  const controller = { apiVersion: 'example.io/v1', kind: 'Route', name: 'a', uid: route.metadata.uid ?? '' };
  await admin.create(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'taken', namespace, ownerReferences: [{ ...controller, controller: true }] },
  });
  await admin.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'theirs', namespace } });
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
      if (spec) await admin.jsonPatch(routeRef(namespace), [{ op: 'replace', path: '/spec', value: spec }]);
      else await admin.delete(routeRef(namespace), route.metadata.uid ?? '');
      const deadline = performance.now() + SECONDS * 1000;
      while (!(await step.done(viewOf(admin, namespace)))) {
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

function viewOf(admin: KubeClient, namespace: string): View {
  const find = (type: ResourceType, name: string): Promise<KubernetesObject | undefined> =>
    admin.get({ type, name, namespace }).catch((error: unknown) => {
      if (isStatus(error, 404)) return undefined;
      throw error;
    });
  return {
    route: async () => (await find(ROUTE, 'a')) as Route | undefined,
    label: async () => (await find(secrets, 'theirs'))?.metadata.labels?.['n'],
    data: async (name) => {
      const found: ConfigMap | undefined = await find(configMaps, name);
      return found && (found.data ?? {});
    },
    events: async () => (await admin.list(EVENTS, namespace, { limit: 500 })).items,
  };
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
    what: 'an output is made that cannot be changed',
    spec: { names: ['fixed'], n: '1', immutable: true },
    done: async (view) => (await view.data('fixed'))?.['n'] === '1',
  },
  {
    what: 'it is made anew',
    spec: { names: ['fixed'], n: '2', immutable: true },
    done: async (view) => (await view.data('fixed'))?.['n'] === '2',
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
          outputs: {
            configMaps: (spec['names'] as readonly string[]).map((name) =>
              Object.assign(configMap(name, data), { immutable: spec['immutable'] === true }),
            ),
          },
          patches: {
            secrets:
              spec['label'] === undefined ? [] : [{ metadata: { name: 'theirs', labels: { n: spec['label'] } } }],
          },
          status,
        };
      },
      {
        initial: true,
        rollback: true,
        inputs: { services: { type: services } },
        outputs: { configMaps: { type: configMaps, replace: true } },
        patches: { secrets: { type: secrets } },
      },
    ),
  },
  { finalizer: { worker: () => undefined } },
);

function routeRef(namespace: string): { type: ResourceType; name: string; namespace: string } {
  return { type: ROUTE, name: 'a', namespace };
}

function routeIn(namespace: string, spec: object): KubernetesObject {
  const route = { apiVersion: 'example.io/v1', kind: 'Route', metadata: { name: 'a', namespace }, spec };
  return route;
}
