import assert from 'node:assert/strict';
import type { KubernetesObject, PhaseDefinition, ResourceType } from 'autopilot-runtime';
import {
  condition,
  configMap,
  configMaps,
  namespaces,
  phase,
  routes,
  sum,
  Testbed,
  type Context,
  type Route,
} from './testbed.ts';

const jobs: ResourceType = { group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs', namespaced: true };
const DOOMED = 'doomed';
const ROUTE = { apiVersion: 'example.io/v1', kind: 'Route', name: 'a', namespace: DOOMED };
const MAP = { apiVersion: 'v1', kind: 'ConfigMap', namespace: DOOMED };
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', name: DOOMED };

const job = {
  metadata: { name: 'farewell' },
  spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'x' }] } } },
};

describe('a resource whose namespace is being deleted', () => {
  let testbed: Testbed;
  before(async () => void (testbed = await Testbed.open()));
  after(() => testbed.close());
  beforeEach(async () => {
    await testbed.cluster.create({ ...NAMESPACE, metadata: { name: DOOMED } });
    await testbed.cluster.create({ ...NAMESPACE, metadata: { name: 'other' } });
  });
  afterEach(async () => {
    await testbed.stopOperators();
    const left = await testbed.cluster.find(ROUTE);
    if (left) await testbed.cluster.patch(ROUTE, { metadata: { finalizers: null } });
    for (const name of [DOOMED, 'other']) {
      if (await testbed.cluster.find({ ...NAMESPACE, name })) await testbed.cluster.delete({ ...NAMESPACE, name });
      await testbed.untilGone({ ...NAMESPACE, name });
    }
    testbed.cluster.requests.clear();
  });

  const making = (more: Partial<PhaseDefinition> = {}): PhaseDefinition =>
    phase(
      ({ route }) => ({ phase: 'Only', outputs: { configMaps: [configMap('out', { k: String(route.spec['k']) })] } }),
      {
        initial: true,
        ...more,
      },
    );
  /** With a finalizer that does this. */
  const ending = (worker: (context: Context) => unknown) =>
    routes(
      { Only: making() },
      {
        finalizer: {
          inputs: { configMaps: { type: configMaps } },
          outputs: {
            configMaps: { type: configMaps, namespace: 'any' },
            jobs: { type: jobs },
            namespaces: { type: namespaces },
          },
          worker,
        },
      },
    );
  const ready = (): Promise<Route> =>
    testbed.until<Route>(ROUTE, ({ status }) => status?.phase === 'Only' && status.conditions !== undefined);
  const began = async (): Promise<void> => {
    await testbed.route('a', {}, DOOMED);
    await ready();
    testbed.cluster.requests.clear();
    await testbed.cluster.delete(NAMESPACE);
  };

  for (const [kind, outputs] of [
    ['ConfigMap', { configMaps: [configMap('farewell')] }],
    ['Job', { jobs: [job] }],
  ] as const)
    it(`does not wait for a ${kind} that its finalizer returns and nobody can make any more`, async () => {
      let runs = 0;
      const operator = await testbed.run(
        ending(() => {
          runs += 1;
          return { outputs };
        }),
      );
      await began();
      await testbed.untilGone(ROUTE);
      await testbed.untilGone(NAMESPACE);
      await testbed.untilIdle(operator);
      assert.equal(runs, 1);
      assert.ok(!testbed.operatorWrites().includes('create events'));
    });

  it('still gets what its finalizer makes elsewhere, and changes of what is there', async () => {
    await testbed.cluster.create({
      ...MAP,
      metadata: { name: 'sticky', namespace: DOOMED, finalizers: ['example.io/x'] },
    });
    let said: object | undefined;
    const stop = testbed.cluster.onChange({ apiVersion: 'v1', kind: 'Namespace' }, ({ object }) => {
      if (object.metadata.name === 'wake') said = object.metadata.labels;
    });
    await testbed.run(
      ending(() => ({
        outputs: {
          configMaps: [configMap('farewell'), { metadata: { name: 'farewell', namespace: 'other' }, data: { k: 'v' } }],
          namespaces: [{ metadata: { name: 'wake', labels: { l: 'x' } } }],
        },
      })),
    );
    await testbed.route('a', {}, DOOMED);
    await ready();
    testbed.cluster.requests.clear();
    await testbed.cluster.delete(NAMESPACE);
    await testbed.untilGone(ROUTE);
    stop();
    assert.equal(said && 'l' in said && said.l, 'x');
    // It went with the resource, as all that no owner reference can be on.
    assert.deepEqual(
      testbed.operatorWrites().filter((write) => !write.startsWith('patch')),
      ['create configmaps', 'create configmaps', 'create namespaces', 'delete configmaps', 'delete namespaces'],
    );
    await testbed.cluster.patch({ ...MAP, name: 'sticky' }, { metadata: { finalizers: null } });
    await testbed.untilGone({ ...NAMESPACE, name: 'wake' });
  });

  it('whose finalizer is not done says so, and goes once that is', async () => {
    let done = false;
    await testbed.run(ending(() => ({ done, outputs: { jobs: [job] }, requeueAfter: '100ms' })));
    await began();
    const waits = await testbed.until<Route>(
      ROUTE,
      (route) => condition(route, 'Ready').reason === 'NamespaceTerminating',
    );
    assert.match(condition(waits, 'Ready').message, /cannot be made any more: Job doomed\/farewell\. It is not done/);
    assert.equal(waits.status?.phase, 'Only');
    done = true;
    await testbed.untilGone(ROUTE);
    await testbed.untilGone(NAMESPACE);
  });

  it('is told of by the client of its finalizer, which may go on without', async () => {
    const codes: unknown[] = [];
    await testbed.run(
      ending(async ({ client }) => {
        for (const call of ['create', 'ensure'] as const)
          await client[call]('configMaps', configMap('farewell')).catch((error: unknown) => codes.push(String(error)));
      }),
    );
    await began();
    await testbed.untilGone(ROUTE);
    assert.equal(codes.length, 2);
    for (const code of codes) assert.match(String(code), /403 Forbidden .*because it is being terminated/);
  });

  it('ends its work without backoff, in a phase with rollback too, and nothing is undone', async () => {
    for (const rollback of [false, true]) {
      const operator = await testbed.run(routes({ Only: making({ rollback }) }));
      await testbed.route('a', { k: 1 }, DOOMED);
      await ready();
      await testbed.cluster.patch(ROUTE, { metadata: { finalizers: ['example.io/others'] } });
      testbed.cluster.requests.clear();
      // Its output goes with the namespace; the resource itself does not yet, and its operator does not know.
      const held = testbed.cluster.faults.holdEvents({ userAgent: 'route-operator', resource: 'routes' });
      await testbed.cluster.delete(NAMESPACE);
      await testbed.cluster.requests.until({ userAgent: 'route-operator', resource: 'configmaps', verb: 'create' });
      await testbed.untilIdle(operator);
      const metrics = await operator.metrics();
      assert.equal(sum(metrics, 'controller_runtime_reconcile_errors_total'), 0);
      assert.equal(sum(metrics, 'autopilot_outputs_total', 'action="rolled_back"'), 0);
      held.release();
      await testbed.untilIdle(operator);
      assert.ok(!testbed.operatorWrites().includes('create events'));
      await testbed.cluster.patch(ROUTE, { metadata: { finalizers: null } });
      await testbed.untilGone(NAMESPACE);
      await testbed.stopOperators();
      if (!rollback) await testbed.cluster.create<KubernetesObject>({ ...NAMESPACE, metadata: { name: DOOMED } });
    }
  });
});
