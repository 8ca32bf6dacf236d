import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { start, type KubernetesObject, type ResourceType } from 'autopilot-runtime';
import { project } from '../../project/manifests/projects.fixture.test.ts';
import { rightsOf, type Rights } from '../../project/manifests/rights.ts';
import { systemClock } from '../../runtime/clock.ts';
import { isStatus } from '../../runtime/errors.ts';
import { KubeClient } from '../../runtime/kube/client.ts';
import { fromKubeconfig } from '../../runtime/kube/kubeconfig.ts';
import { connect } from '../../runtime/kube/transport.ts';
import { configMaps, phase, routeCrd, routes, sum, type ConfigMap, type Context } from '../operator/testbed.ts';
import { kubectlFor } from './kubectl.ts';
import { RealCluster } from './kubernetes/real-cluster.ts';
import { grantsOf, rulesOf, serviceAccount, type Access } from './service-account.ts';

/** What the operator below is to its project. */
const PROJECT = project(`
kind: Route
apiVersion: example.io/v1
operatorName: route-operator
enableFinalizer: true
finalizer: { inputs: [services], outputs: [secrets] }
phases:
  - { name: Only, initial: true, adopt: true, outputs: [{ name: configmaps, namespace: any }] }
`);

const secrets: ResourceType = { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true };
const services: ResourceType = { group: '', version: 'v1', kind: 'Service', plural: 'services', namespaced: true };
const TYPE = routes({}).resource;
const SECONDS = 15;

/** Writes a ConfigMap beside its resource's namespace; as that goes, a Secret, which it takes back before it is done. */
const OPERATOR = routes(
  {
    Only: phase(
      ({ route: { spec } }) => ({
        phase: 'Only',
        outputs: {
          configMaps: (spec['names'] as readonly string[]).map((name) => ({
            metadata: { namespace: String(spec['other']), name },
            data: { n: String(spec['n']) },
          })),
        },
      }),
      { initial: true, inputs: {}, outputs: { configMaps: { type: configMaps, namespace: 'any' } }, adopt: true },
    ),
  },
  {
    finalizer: {
      inputs: { services: { type: services } },
      outputs: { secrets: { type: secrets } },
      worker: async ({ client, inputs }: Context) => {
        assert.deepEqual(inputs['services']?.list(), []);
        await client.ensure('secrets', { metadata: { name: 'farewell' } });
        await client.update('secrets', 'farewell', { data: { k: 'dg==' } });
        return { outputs: { secrets: [] } };
      },
    },
  },
);

describe('the generated rights beyond a namespace, and of a finalizer', () => {
  let access: Access;
  let admin: KubeClient;
  let rounds = 0;
  before(async () => {
    const cluster = await RealCluster.start({ controllerManager: false });
    const kubectl = kubectlFor(cluster.kubeconfig);
    const found = fromKubeconfig(await readFile(cluster.kubeconfig, 'utf8'), systemClock);
    const transport = connect(found);
    access = { cluster, kubectl, transport };
    const names = { fieldManager: 'admin', userAgent: 'admin' };
    admin = new KubeClient({ transport, credentials: found.credentials, clock: systemClock, ...names });
    kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(routeCrd));
    kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
  });
  after(async () => {
    await access.transport.close();
    await access.cluster.stop();
  });

  const find = (type: ResourceType, name: string, namespace: string): Promise<KubernetesObject | undefined> =>
    admin.get({ type, name, namespace }).catch((error: unknown) => {
      if (isStatus(error, 404)) return undefined;
      throw error;
    });

  /** Lets an operator with just these rights go through everything, or up to the first refusal; returns how many there were. */
  const refusals = async (rights: Rights): Promise<number> => {
    rounds += 1;
    const [namespace, other] = [`round-${rounds}`, `other-${rounds}`];
    access.kubectl(['create', 'namespace', other]);
    const kubeconfig = await serviceAccount(access, namespace, rights);
    const spec = (names: readonly string[], n: number) => ({ names, n, other });
    const found: KubernetesObject & { readonly spec: object } = {
      apiVersion: 'example.io/v1',
      kind: 'Route',
      metadata: { name: 'a', namespace },
      spec: spec(['taken'], 1),
    };
    const route = await admin.create(TYPE, found);
    // Somebody made it before: the operator's create meets it, and it is taken over.
    await admin.create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'taken', namespace: other },
    });
    const ref = { type: TYPE, name: 'a', namespace };
    const set = (names: readonly string[], n: number) =>
      admin.jsonPatch(ref, [{ op: 'replace', path: '/spec', value: spec(names, n) }]);
    const has = async (name: string, n: number): Promise<boolean> => {
      const map: ConfigMap | undefined = await find(configMaps, name, other);
      return map?.data?.['n'] === String(n);
    };
    const steps: readonly (readonly [() => Promise<unknown>, () => Promise<boolean>])[] = [
      [() => Promise.resolve(), () => has('taken', 1)],
      [() => set(['made'], 1), async () => (await has('made', 1)) && !(await find(configMaps, 'taken', other))],
      [() => set(['made'], 2), () => has('made', 2)],
      [() => admin.delete(ref, route.metadata.uid ?? ''), async () => !(await find(TYPE, 'a', namespace))],
    ];
    const operator = await start(OPERATOR, { kubeconfig, config: { watchNamespace: namespace } });
    const refused = async (): Promise<number> =>
      sum(await operator.metrics(), 'rest_client_requests_total', 'code="403"');
    try {
      for (const [act, isDone] of steps) {
        await act();
        const deadline = performance.now() + SECONDS * 1000;
        while (!(await isDone())) {
          if ((await refused()) > 0) return await refused();
          assert.ok(performance.now() < deadline, `not within ${SECONDS} s`);
          await sleep(10);
        }
      }
      assert.equal(await find(configMaps, 'made', other), undefined);
      assert.equal(await find(secrets, 'farewell', namespace), undefined);
      return await refused();
    } finally {
      await operator.stop();
    }
  };

  it('are enough for an operator that works in one namespace', async () => {
    assert.equal(await refusals(rightsOf(PROJECT, 'namespaced')), 0);
  });

  it('are the least: without any of those in the whole cluster, and of the finalizer, something is refused', async () => {
    const rights = rightsOf(PROJECT, 'namespaced');
    const beyond = grantsOf(rights.cluster);
    assert.deepEqual(new Set(beyond.map(({ resource }) => resource)), new Set(['configmaps']));
    const idle: string[] = [];
    for (const without of beyond) {
      const cluster = rulesOf(beyond.filter((grant) => grant !== without));
      // Lists are read by a watch where the server streams them: see rights.test.ts.
      if (without.verb !== 'list' && (await refusals({ ...rights, cluster })) === 0)
        idle.push(`${without.verb} beyond`);
    }
    const within = grantsOf(rights.namespaced);
    for (const without of within.filter(({ resource }) => resource === 'services' || resource === 'secrets')) {
      // A GET follows a name that is taken, which this operator's are not.
      if (without.verb === 'list' || (without.resource === 'secrets' && without.verb === 'get')) continue;
      const namespaced = rulesOf(within.filter((grant) => grant !== without));
      if ((await refusals({ ...rights, namespaced })) === 0) idle.push(`${without.resource}: ${without.verb}`);
    }
    assert.deepEqual(idle, []);
  }).timeout(240_000);
});
