import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster, ObjectRef } from 'autopilot-devcluster';
import type { Detour, ReplicaOptions, Subject } from 'autopilot-devcluster/testing';
import { defineOperator, start, type KubernetesObject, type OperatorDefinition } from 'autopilot-runtime';
import { load } from 'js-yaml';
import { operator as autoRoute } from '../../examples/autorouter/src/operator.ts';
import { operator as ownership } from '../../examples/ownership/src/operator.ts';
import { configMap, configMaps, namespaces, phase, routeCrd, routes, services } from '../operator/testbed.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples');

/** The CRD that an example is deployed with. */
async function installCrdOf(cluster: Cluster, example: string): Promise<void> {
  const crd = load(await readFile(join(EXAMPLES, example, 'deploy', 'base', 'crd.yaml'), 'utf8'));
  if (typeof crd === 'object' && crd !== null) await cluster.installCrd(crd);
}

const HOUR = 3_600_000;
const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment' };
const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' };
const SERVICE = { apiVersion: 'v1', kind: 'Service' };

function deployment(name: string, tier = 'shop'): object {
  return {
    ...DEPLOYMENT,
    metadata: { name, namespace: 'default', labels: { tier } },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name, image: 'example.test/x:1', ports: [{ containerPort: 8080 }] }] },
      },
    },
  };
}

/** Deletes it where it is there. */
async function remove(cluster: Cluster, ref: ObjectRef): Promise<undefined> {
  if (await cluster.find(ref)) await cluster.delete(ref);
}

/** Changes it where it is there. */
async function change(cluster: Cluster, ref: ObjectRef, patch: object): Promise<undefined> {
  if (await cluster.find(ref)) await cluster.patch(ref, patch);
}

interface Specified extends KubernetesObject {
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** Sets a member of its spec, and then again as it was. */
function there(ref: ObjectRef, member: string, value: unknown): Detour {
  return async (cluster) => {
    const found = await cluster.find<Specified>(ref);
    if (!found) return undefined;
    const before = found.spec?.[member] ?? null;
    await cluster.patch(ref, { spec: { [member]: value } });
    return (again) => change(again, ref, { spec: { [member]: before } });
  };
}

/** Deletes it, and makes it anew once it is gone. */
function anew(ref: ObjectRef): Detour {
  return async (cluster) => {
    const found = await cluster.find<Specified>(ref);
    if (!found || found.metadata.deletionTimestamp !== undefined) return undefined;
    const { apiVersion, kind, metadata, spec } = found;
    const { name, namespace, labels } = metadata;
    await cluster.delete(ref);
    return async (again) => {
      await again.until(ref, (now) => now === undefined, { timeout: HOUR });
      await again.create({ apiVersion, kind, metadata: { name, namespace, labels }, spec });
    };
  };
}

/** Sets the label by which Deployments are selected. */
const select = (cluster: Cluster, name: string, tier: string): Promise<unknown> =>
  cluster.patch({ ...DEPLOYMENT, name }, { metadata: { labels: { tier } } });

const ROUTE = { apiVersion: 'examples.io/v1', kind: 'AutoRoute', name: 'shop' };
const autoRouteOf = (tier: string): object => ({
  apiVersion: ROUTE.apiVersion,
  kind: ROUTE.kind,
  metadata: { name: ROUTE.name, namespace: 'default' },
  spec: { deploymentSelector: { matchLabels: { tier } } },
});

/** The example with three phases: what it makes follows the Deployments that its resource selects. */
export const AUTO_ROUTE: Subject = {
  cluster: { crds: ['istio'] },
  start: (given) => start(autoRoute, given),
  prepare: (cluster) => installCrdOf(cluster, 'autorouter'),
  steps: [
    async (cluster) => {
      for (const name of ['web', 'cart']) await cluster.create(deployment(name));
      await cluster.create(deployment('batch', 'other'));
      await cluster.create(autoRouteOf('shop'));
    },
    async (cluster) => {
      await select(cluster, 'cart', 'other');
      await cluster.create(deployment('search'));
    },
    (cluster) => remove(cluster, { ...SERVICE, name: 'web' }),
    (cluster) => cluster.patch(ROUTE, { spec: { deploymentSelector: { matchLabels: { tier: 'other' } } } }),
    (cluster) => cluster.delete(ROUTE),
  ],
};

const VIRTUAL_SERVICE = { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', name: 'web' };

export const AUTO_ROUTE_DETOURS: Readonly<Record<string, Detour>> = {
  'somebody deletes a Service': (cluster) => remove(cluster, { ...SERVICE, name: 'web' }),
  'somebody changes a VirtualService': (cluster) =>
    change(cluster, VIRTUAL_SERVICE, { spec: { hosts: ['elsewhere'] } }),
  'somebody takes the label off a Service': (cluster) =>
    change(cluster, { ...SERVICE, name: 'web' }, { metadata: { labels: { 'examples.io/owner': null } } }),
  'a Deployment is selected that was not, and no longer': async (cluster) => {
    const found = await cluster.find({ ...DEPLOYMENT, name: 'batch' });
    if (!found) return undefined;
    await select(cluster, 'batch', 'shop');
    return (again) => select(again, 'batch', 'other');
  },
  'a Deployment comes and goes': async (cluster) => {
    await cluster.create(deployment('passing'));
    return (again) => remove(again, { ...DEPLOYMENT, name: 'passing' });
  },
  'the selector changes and changes back': there(ROUTE, 'deploymentSelector', { matchLabels: { tier: 'none' } }),
  'the AutoRoute is deleted and made anew': anew(ROUTE),
};

/** Two replicas of AutoRoute, and what their users do. */
export const AUTO_ROUTE_REPLICAS: ReplicaOptions = {
  cluster: { crds: ['istio'] },
  start: (given) => start(autoRoute, { ...given, leaderElection: {} }),
  prepare: async (cluster) => {
    await installCrdOf(cluster, 'autorouter');
    await cluster.create(autoRouteOf('shop'));
    for (const name of ['web', 'cart', 'search']) await cluster.create(deployment(name));
  },
  // One after the other is selected no more, and again; now and then the resource changes.
  change: async (cluster, n) => {
    const name = ['web', 'cart', 'search'][n % 3] ?? 'web';
    await select(cluster, name, Math.floor(n / 3) % 2 === 0 ? 'other' : 'shop');
    if (n % 5 === 0)
      await cluster.patch(ROUTE, {
        spec: { deploymentSelector: { matchLabels: { tier: n % 2 === 0 ? 'other' : 'shop' } } },
      });
  },
};

const OWNERSHIP = { apiVersion: 'examples.io/v1', kind: 'Ownership', name: 'shop' };

/** The example that patches what others made. */
export const OWNERSHIP_PATCHES: Subject = {
  start: (given) => start(ownership, given),
  prepare: (cluster) => installCrdOf(cluster, 'ownership'),
  steps: [
    async (cluster) => {
      for (const name of ['web', 'cart']) await cluster.create(deployment(name));
      await cluster.create({
        apiVersion: OWNERSHIP.apiVersion,
        kind: OWNERSHIP.kind,
        metadata: { name: OWNERSHIP.name, namespace: 'default' },
        spec: { team: 'blue', contact: 'blue@example.test', deploymentSelector: { matchLabels: { tier: 'shop' } } },
      });
    },
    async (cluster) => {
      await select(cluster, 'cart', 'other');
      await cluster.create(deployment('search'));
    },
    (cluster) => cluster.patch(OWNERSHIP, { spec: { team: 'green', contact: null } }),
    (cluster) => cluster.delete(OWNERSHIP),
  ],
};

export const OWNERSHIP_DETOURS: Readonly<Record<string, Detour>> = {
  'somebody takes the label off a Deployment': (cluster) =>
    change(cluster, { ...DEPLOYMENT, name: 'web' }, { metadata: { labels: { 'examples.io/team': null } } }),
  'a Deployment is selected no more, and again': async (cluster) => {
    if (!(await cluster.find({ ...DEPLOYMENT, name: 'web' }))) return undefined;
    await select(cluster, 'web', 'other');
    return (again) => select(again, 'web', 'shop');
  },
  'a Deployment is deleted and made anew': async (cluster) => {
    if (!(await cluster.find({ ...DEPLOYMENT, name: 'web' }))) return undefined;
    await cluster.delete({ ...DEPLOYMENT, name: 'web' });
    return (again) => again.create(deployment('web'));
  },
  'the team changes and changes back': there(OWNERSHIP, 'team', 'red'),
  'the Ownership is deleted and made anew': anew(OWNERSHIP),
};

/** Makes what no owner reference can reach: in another namespace, and of cluster scope. Its finalizer does something, too. */
const SPREADING: OperatorDefinition = defineOperator(
  routes(
    {
      Preparing: phase(
        ({ route }) => ({ phase: 'Spreading', outputs: { configMaps: [configMap(`${route.metadata.name}-own`)] } }),
        { initial: true },
      ),
      Spreading: phase(
        ({ route, inputs }) => {
          const { name } = route.metadata;
          const places = (route.spec['places'] ?? []) as readonly string[];
          // Reads what the phase before has made, so that it has to see it.
          const data = { of: inputs['configMaps']?.find(`${name}-own`)?.metadata.name ?? 'nobody' };
          return {
            phase: 'Done',
            outputs: {
              configMaps: places.map((place) => ({ metadata: { namespace: 'far', name: `${name}-${place}` }, data })),
              namespaces: places.map((place) => ({ metadata: { name: `${name}-${place}` } })),
            },
            status: { places },
          };
        },
        { outputs: { configMaps: { type: configMaps, namespace: 'any' }, namespaces: { type: namespaces } } },
      ),
      Done: { final: true },
    },
    {
      onSpecChange: 'Spreading',
      onOutputDrift: 'Spreading',
      finalizer: { inputs: { services: { type: services } }, worker: () => undefined },
    },
  ),
);

const SPREAD = { apiVersion: 'example.io/v1', kind: 'Route', name: 'r' };

/** An operator with a finalizer, whose outputs are beyond the namespace of its resource. */
export const SPREAD_OUTPUTS: Subject = {
  start: (given) => start(SPREADING, given),
  prepare: async (cluster) => {
    await cluster.installCrd(routeCrd);
    await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'far' } });
  },
  steps: [
    (cluster) => cluster.create(spreadWith(['here', 'there'])),
    (cluster) => cluster.patch(SPREAD, { spec: { places: ['there', 'elsewhere'] } }),
    (cluster) => remove(cluster, { ...CONFIG_MAP, namespace: 'far', name: 'r-there' }),
    (cluster) => cluster.delete(SPREAD),
  ],
};

export const SPREAD_DETOURS: Readonly<Record<string, Detour>> = {
  'somebody deletes a ConfigMap elsewhere': (cluster) =>
    remove(cluster, { ...CONFIG_MAP, namespace: 'far', name: 'r-there' }),
  'somebody changes a ConfigMap elsewhere': (cluster) =>
    change(cluster, { ...CONFIG_MAP, namespace: 'far', name: 'r-there' }, { data: { of: 'somebody' } }),
  'the places change and change back': there(SPREAD, 'places', ['nowhere']),
  'the Route is deleted and made anew': anew(SPREAD),
};

const spreadWith = (places: readonly string[]): object => ({
  apiVersion: SPREAD.apiVersion,
  kind: SPREAD.kind,
  metadata: { name: SPREAD.name, namespace: 'default' },
  spec: { places },
});

/** Its replicas: an output changes its place each time, and now and then the resource is deleted and made anew. */
export const SPREAD_REPLICAS: ReplicaOptions = {
  start: (given) => start(SPREADING, { ...given, leaderElection: {} }),
  prepare: async (cluster) => {
    await SPREAD_OUTPUTS.prepare(cluster);
    await cluster.create(spreadWith(['always']));
  },
  change: async (cluster, n) => {
    const places = ['always', `place-${n}`];
    if (n % 4 < 3) return cluster.patch(SPREAD, { spec: { places } });
    await cluster.delete(SPREAD);
    await cluster.until(SPREAD, (found) => found === undefined, { timeout: HOUR });
    return cluster.create(spreadWith(places));
  },
};
