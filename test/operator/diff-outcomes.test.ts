import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { systemClock } from '../../runtime/clock.ts';
import type { DiffStep } from '../../runtime/diff/report.ts';
import { fromKubeconfig } from '../../runtime/kube/kubeconfig.ts';
import { counting } from './fixtures/own-reconciler.ts';
import { dataOf, inShort, making, playing, statusOf } from './playing.ts';
import { configMap, final, phase, routes, Testbed, type Context } from './testbed.ts';

describe('what an operator would write', () => {
  let testbed: Testbed;
  before(async () => void (testbed = await Testbed.open()));
  afterEach(() => clean());
  after(() => testbed.close());
  const { diff, follow, clean } = playing(() => testbed);

  it('of a worker that throws is that it failed, and the others are looked at all the same', async () => {
    await testbed.route('a', { fails: true });
    await testbed.route('b');
    const worker = ({ route }: Context): object => {
      if (route.spec['fails']) throw new Error('no such luck');
      return { phase: 'Made' };
    };
    const [failed, fine] = await diff(routes({ Only: phase(worker, { initial: true }), Made: final }));
    assert.equal(failed?.outcome, 'failed');
    assert.deepEqual(failed.messages, [{ level: 'error', reason: 'WorkerFailed', message: 'no such luck' }]);
    assert.deepEqual(failed.changes.map(inShort), ['change Route a']);
    assert.match(JSON.stringify(statusOf(failed.changes[0]?.after)), /WorkerFailed.*no such luck/);
    assert.deepEqual([fine?.resource, fine?.to, fine?.messages], ['default/b', 'Made', []]);
  });

  it('of what the server would refuse is that it would, in its words', async () => {
    await testbed.route('a');
    const worker = () => ({ phase: 'Made', outputs: { configMaps: [configMap('one', { 'no key!': 'x' })] } });
    const [step] = await diff(routes({ Only: phase(worker, { initial: true }), Made: final }));
    assert.equal(step?.outcome, 'failed');
    assert.match(step.messages[0]?.message ?? '', /a valid config key must consist of/);
    assert.deepEqual(step.changes.map(inShort), ['change Route a']);
  });

  it('is played on until all rest: those whom a write wakes run again', async () => {
    for (const name of ['a', 'b', 'c']) await testbed.route(name);
    // What b makes is read by a, which comes before it, and by c.
    const worker = ({ route, inputs }: Context): object => {
      const { name } = route.metadata;
      if (name === 'b') return { phase: 'Only', outputs: { configMaps: [configMap('signal', { on: 'yes' })] } };
      const signal = inputs['configMaps']?.find('signal')?.data?.['on'] ?? 'no';
      return { phase: 'Only', outputs: { configMaps: [configMap(`echo-${name}`, { signal })] } };
    };
    const operator = routes({ Only: phase(worker, { initial: true }) });
    const echoes = (steps: readonly DiffStep[]): readonly unknown[] =>
      steps.flatMap(({ changes }) =>
        changes
          .filter(({ name }) => name.startsWith('echo'))
          .map(({ action, name, before, after }) => [action, name, dataOf(before), dataOf(after)]),
      );
    const steps = await follow(operator);
    assert.deepEqual(echoes(steps), [
      ['create', 'echo-a', undefined, { signal: 'no' }],
      ['create', 'echo-c', undefined, { signal: 'yes' }],
      ['change', 'echo-a', { signal: 'no' }, { signal: 'yes' }],
    ]);
    assert.deepEqual(steps.at(-1)?.outcome, 'rests');
    // Not played on, none sees what another would do.
    assert.deepEqual(echoes(await diff(operator)), [
      ['create', 'echo-a', undefined, { signal: 'no' }],
      ['create', 'echo-c', undefined, { signal: 'no' }],
    ]);
  });

  it('has an end where the operator finds none, and says when it would look again', async () => {
    for (const name of ['a', 'b']) await testbed.route(name);
    // Each counts on from what the other has.
    const worker = ({ route, inputs }: Context): object => {
      const { name } = route.metadata;
      const n = Number(inputs['configMaps']?.find(name === 'a' ? 'count-b' : 'count-a')?.data?.['n'] ?? 0);
      return { phase: 'Only', outputs: { configMaps: [configMap(`count-${name}`, { n: String(n + 1) })] } };
    };
    const steps = await follow(routes({ Only: phase(worker, { initial: true }) }));
    const restless = steps
      .filter(({ outcome }) => outcome === 'restless')
      .map(({ resource, step }) => [resource, step]);
    assert.deepEqual(restless, [
      ['default/a', 100],
      ['default/b', 100],
    ]);
    assert.equal(steps.length, 200);
    const [later] = await diff(
      routes({ Only: phase(() => ({ phase: 'Only', requeueAfter: '90s' }), { initial: true }) }),
    );
    assert.deepEqual([later?.outcome, later?.after], ['later', 90_000]);
  });

  it('is told by real metrics', async () => {
    const server = createServer((_, response) => {
      const result = [{ metric: {}, value: [1, '0.5'] }];
      response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : assert.fail('not listening');
      await testbed.route('a');
      const metrics = {
        queries: { getRate: { template: 'sum(rate(requests[{{ .Interval }}]))', parameters: ['Interval'] } },
      };
      const worker = async ({
        inputs,
      }: {
        readonly inputs: { readonly metrics: { getRate(interval: string): Promise<number> } };
      }) => ({
        phase: 'Only',
        status: { rate: await inputs.metrics.getRate('1m') },
      });
      const env = { METRICS_SERVER: `http://127.0.0.1:${port}` };
      const [step] = await diff(routes({ Only: { initial: true, inputs: { metrics }, worker } }), { env });
      assert.equal(statusOf(step?.changes[0]?.after)['rate'], 0.5);
    } finally {
      server.close();
    }
  });

  it('waits for a kind that the cluster does not have, and says so', async () => {
    const gadgets = { group: 'gadgets.io', version: 'v1', kind: 'Gadget', plural: 'gadgets', namespaced: true };
    await testbed.route('a');
    const only = phase(() => ({ phase: 'Only' }), { initial: true, inputs: { gadgets: { type: gadgets } } });
    const [step] = await diff(routes({ Only: only }));
    assert.equal(step?.outcome, 'waits');
    assert.match(JSON.stringify(step.changes), /InputKindMissing/);
  });

  it("is asked of reconcilers of the project's own too", async () => {
    await testbed.cluster.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x', namespace: 'default', labels: { team: 'x' } },
    });
    await testbed.cluster.patch(
      { apiVersion: 'v1', kind: 'Namespace', name: 'default' },
      { metadata: { labels: { counted: 'yes' } } },
    );
    const steps = await diff(counting(routes({ Only: phase(() => ({ phase: 'Only' }), { initial: true }) })));
    await testbed.cluster.patch(
      { apiVersion: 'v1', kind: 'Namespace', name: 'default' },
      { metadata: { labels: { counted: null } } },
    );
    const changes = steps.flatMap((step) =>
      step.changes.map((change) => [step.controller, step.resource, inShort(change)]),
    );
    assert.deepEqual(changes, [['counts', 'default', 'create ConfigMap count']]);
  });

  it('of one resource is asked for by its name', async () => {
    await testbed.route('a', { one: {} });
    await testbed.route('b', { two: {} });
    const steps = await diff(making(), { name: 'b', namespace: 'default' });
    assert.deepEqual(
      steps.map(({ resource }) => resource),
      ['default/b'],
    );
    await assert.rejects(diff(making(), { name: 'c', namespace: 'default' }), { code: 'ERR_AP_DIFF_NO_RESOURCE' });
    assert.deepEqual(await diff(making(), { namespace: 'elsewhere' }), []);
  });

  it('is told though the account may only read, unchecked', async () => {
    await testbed.route('a', { one: { k: 'v' } });
    const account = async (name: string, ...groups: readonly string[]) => {
      const resources = ['configmaps', 'routes'];
      const rules = [{ apiGroups: groups, resources, verbs: ['get', 'list', 'watch'] }];
      const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules };
      return fromKubeconfig(await testbed.cluster.addServiceAccount(name, { roles: [role] }), systemClock);
    };
    const access = await account('reader', '', 'example.io');
    const [step] = await diff(making(), { access });
    assert.deepEqual(step?.changes.map(inShort), ['create ConfigMap one', 'change Route a']);
    for (const { unchecked } of step.changes) assert.match(unchecked ?? '', /your account may not do it: .* cannot /);
    assert.deepEqual(dataOf(step.changes[0]?.after), { k: 'v' });
    await assert.rejects(diff(making(), { access: await account('blind', 'example.io') }), {
      code: 'ERR_AP_DIFF_FORBIDDEN',
      message: /configmaps in the whole cluster/,
    });
  });
});
