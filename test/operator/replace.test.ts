import assert from 'node:assert/strict';
import type { KubernetesObject, PhaseDefinition, ResourceType } from 'autopilot-runtime';
import { killedAtEveryWrite } from './killed-at-every-write.ts';
import { condition, configMaps, phase, routes, sum, Testbed, type ConfigMap } from './testbed.ts';

const jobs: ResourceType = { group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs', namespaced: true };
const deployments: ResourceType = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
};

/** Returns what `spec` of its Route has for each kind, with `replace` where that is asked for. */
const replacing = (replace: boolean, more: Partial<PhaseDefinition> = {}): PhaseDefinition =>
  phase(({ route: { spec } }) => ({ phase: 'Only', outputs: spec['outputs'] }), {
    initial: true,
    inputs: {},
    outputs: {
      configMaps: { type: configMaps, replace },
      jobs: { type: jobs, replace },
      deployments: { type: deployments, replace },
    },
    ...more,
  });
const operator = (replace = true, more: Partial<PhaseDefinition> = {}) => routes({ Only: replacing(replace, more) });

const fixed = (k: string, more: object = {}): object => ({
  configMaps: [{ metadata: { name: 'out' }, data: { k }, immutable: true, ...more }],
});
const pod = (image: string, app = 'x'): object => ({
  metadata: { labels: { app } },
  spec: { restartPolicy: 'Always', containers: [{ name: 'main', image }] },
});
const job = (image: string): object => ({
  jobs: [{ metadata: { name: 'out' }, spec: { template: { spec: { ...podSpec(image), restartPolicy: 'Never' } } } }],
});
const podSpec = (image: string): object => ({ containers: [{ name: 'main', image }] });
const deployment = (app: string, image = 'a'): object => ({
  deployments: [{ metadata: { name: 'out' }, spec: { selector: { matchLabels: { app } }, template: pod(image, app) } }],
});

describe('an output with `replace`', () => {
  let testbed: Testbed;
  before(async () => void (testbed = await Testbed.open()));
  after(() => testbed.close());
  afterEach(async () => {
    testbed.cluster.faults.clear();
    // With its finalizers, an output that a test made slow to go would be in the next one's way.
    for (const name of ['out', 'taken'])
      if (await testbed.getConfigMap(name)) {
        await testbed.cluster.patch({ ...OUT, name }, { metadata: { finalizers: null } });
        await testbed.cluster.delete({ ...OUT, name });
      }
    if (await testbed.getRoute('a')) await testbed.cluster.delete(REF);
    await testbed.untilGone(REF);
    await testbed.stopOperators();
    for (const kind of ['Job', 'Deployment'])
      await testbed.untilGone({
        apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1',
        kind,
        name: 'out',
        namespace: 'default',
      });
    testbed.cluster.requests.clear();
  });

  /** Settled with this spec; returns what was written of outputs since. */
  const settle = async (outputs: object): Promise<readonly string[]> => {
    testbed.cluster.requests.clear();
    if (await testbed.getRoute('a')) await testbed.setSpec('a', { outputs });
    else await testbed.route('a', { outputs });
    await testbed.untilReady('a', 'Only');
    return testbed.operatorWrites().filter((write) => !write.endsWith('routes/status'));
  };
  const uidOf = async (ref: typeof OUT): Promise<string | undefined> =>
    (await testbed.cluster.find<KubernetesObject>(ref))?.metadata.uid;

  for (const [what, ref, before, after, again] of [
    ['an immutable ConfigMap', { apiVersion: 'v1', kind: 'ConfigMap' }, fixed('1'), fixed('2'), fixed('2')],
    ['a Job’s template', { apiVersion: 'batch/v1', kind: 'Job' }, job('a'), job('b'), job('b')],
    [
      'a Deployment’s selector',
      { apiVersion: 'apps/v1', kind: 'Deployment' },
      deployment('one'),
      deployment('two'),
      deployment('two', 'b'),
    ],
  ] as const) {
    it(`is deleted and made anew where the server refuses the change: ${what}`, async () => {
      const running = await testbed.run(operator());
      const out = { ...OUT, ...ref };
      await settle(before);
      const first = await uidOf(out);
      const writes = await settle(after);
      const second = await uidOf(out);
      assert.ok(first !== undefined && second !== undefined && second !== first);
      // The take-over of what the create wrote, the refusal, the proof that it can be made, and the two that replace it.
      assert.deepEqual(
        writes.map((write) => write.split(' ')[0]),
        ['patch', 'apply', 'create', 'delete', 'create'],
      );
      // What the server takes is changed in place as ever.
      await settle(again);
      assert.equal(await uidOf(out), second);
      assert.equal(sum(await running.metrics(), 'autopilot_outputs_total', 'action="replaced"'), 1);
    });
  }

  it('is not deleted where the server refuses the new one whatever stands there', async () => {
    await testbed.run(operator());
    await settle(fixed('1'));
    const before = await testbed.getConfigMap('out');
    testbed.cluster.requests.clear();
    await testbed.setSpec('a', { outputs: fixed('2', { data: { 'not/a/key': 'x' } }) });
    const refused = await testbed.untilRoute('a', (route) => condition(route, 'Ready').reason === 'WriteRejected');
    assert.match(condition(refused, 'Ready').message, /not\/a\/key/);
    assert.ok(!testbed.operatorWrites().includes('delete configmaps'));
    assert.equal((await testbed.getConfigMap('out'))?.metadata.uid, before?.metadata.uid);
  });

  it('is not replaced where nobody asked for it', async () => {
    await testbed.run(operator(false));
    await settle(fixed('1'));
    await testbed.setSpec('a', { outputs: fixed('2') });
    const refused = await testbed.untilRoute('a', (route) => condition(route, 'Ready').reason === 'WriteRejected');
    assert.match(condition(refused, 'Ready').message, /immutable/);
    assert.ok(!testbed.operatorWrites().includes('delete configmaps'));
  });

  it('is not replaced where it is another’s that the phase adopts', async () => {
    const theirs = await testbed.cluster.create<ConfigMap & { readonly immutable: boolean }>({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'out', namespace: 'default' },
      immutable: true,
      data: { k: 'theirs' },
    });
    await testbed.run(operator(true, { adopt: true }));
    await testbed.route('a', { outputs: fixed('1') });
    await testbed.untilRoute(
      'a',
      (route) => route.status !== undefined && condition(route, 'Ready').reason === 'WriteRejected',
    );
    const live = await testbed.getConfigMap('out');
    assert.deepEqual([live?.metadata.uid, live?.data], [theirs.metadata.uid, { k: 'theirs' }]);
  });

  it('waits for one whose finalizers keep it, and is made once it has gone', async () => {
    await testbed.run(operator());
    await settle(fixed('1'));
    await testbed.cluster.patch(OUT, { metadata: { finalizers: ['example.io/slow'] } });
    await testbed.setSpec('a', { outputs: fixed('2') });
    await testbed.untilRoute('a', (route) => condition(route, 'Ready').reason === 'OutputBusy');
    assert.deepEqual((await testbed.getConfigMap('out'))?.data, { k: '1' });
    await testbed.cluster.patch(OUT, { metadata: { finalizers: null } });
    await testbed.untilConfigMap('out', ({ data }) => data?.['k'] === '2');
    await testbed.untilReady('a', 'Only');
  });

  it('is there in the end, whichever of the writes the operator is killed at', async () => {
    const writes = await killedAtEveryWrite(testbed, {
      operator: operator(),
      before: () => settle(fixed('1')),
      act: () => testbed.setSpec('a', { outputs: fixed('2') }),
      done: async () => {
        await testbed.untilConfigMap('out', ({ data }) => data?.['k'] === '2');
        await testbed.untilReady('a', 'Only');
      },
      after: async () => {
        await testbed.cluster.delete(REF);
        await testbed.untilGone(OUT);
      },
    });
    assert.equal(writes, 6);
  });
});

const REF = { apiVersion: 'example.io/v1', kind: 'Route', name: 'a', namespace: 'default' };
const OUT = { apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'default' };
