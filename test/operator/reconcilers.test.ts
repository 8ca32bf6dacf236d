import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { counting } from './fixtures/own-reconciler.ts';
import { done, reconciler, ROUTES } from './route-reconciler.ts';
import { SteppedClock } from './stepped-clock.ts';
import { configMap, configMaps, final, namespaces, OPERATOR, phase, routes, sum, Testbed } from './testbed.ts';
import type { ConfigMap, Route } from './testbed.ts';
import type {
  KindRequest,
  KubernetesObject,
  Reader,
  ReconcileResult,
  Reconciler,
  RunningOperator,
} from 'autopilot-runtime';

describe("a reconciler of the project's own", () => {
  let testbed: Testbed;
  let seen: string[];
  beforeEach(async () => {
    testbed = await Testbed.open();
    seen = [];
  });
  afterEach(() => testbed.close());

  /** Copies what it reads: the ConfigMap that `spec.from` names into `<name>-copy`, and tells of it in the status. */
  const copies = reconciler(async ({ object, name, reads, client }) => {
    seen.push(`${name} ${object ? 'there' : 'gone'}`);
    if (!object) return done;
    const from = reads.configMaps.find(String(object.spec['from']));
    if (!from) return done;
    const copy = await client.apply('configMaps', {
      metadata: { name: `${name}-copy` },
      data: { ...from.data },
    });
    await client.patch('routes', { name }, { status: { copied: copy.metadata.uid } }, 'status');
    return done;
  });
  /** Once nobody has to wait any more: a run that waits counts as one too. Returns how many there were of a result. */
  const listed = async (operator: RunningOperator, controller: string): Promise<number> => {
    await testbed.route('first');
    await testbed.untilMetrics(operator, () => seen.some((line) => line.startsWith('first')));
    await testbed.untilIdle(operator);
    seen.length = 0;
    const labels = `controller="${controller}",result="success"`;
    return sum(await operator.metrics(), 'controller_runtime_reconcile_total', labels);
  };
  const source = (n: string): Promise<KubernetesObject> =>
    testbed.cluster.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'source', namespace: 'default' },
      data: { n },
    });

  it('is all that an operator needs: without phases it keeps caches, queue, metrics and readiness', async () => {
    const operator = await testbed.run(routes({}, { reconcilers: { copies } }));
    const before = await listed(operator, 'copies');
    await testbed.route('a', { from: 'source' });
    await testbed.untilMetrics(operator, () => seen.length === 1);
    await testbed.untilIdle(operator);
    // It read what was not there, and so hears of it when it comes.
    await source('1');
    await testbed.untilConfigMap('a-copy', ({ data }) => data?.['n'] === '1');
    const copied = await testbed.untilRoute('a', ({ status }) => status?.['copied'] !== undefined);
    assert.equal(copied.status?.['copied'], (await testbed.getConfigMap('a-copy'))?.metadata.uid);
    await testbed.untilIdle(operator);
    // Once for itself, once for what it read, and once for the status that it wrote: the copy it had not read.
    assert.deepEqual(seen, ['a there', 'a there', 'a there']);
    await source('2');
    await testbed.untilConfigMap('a-copy', ({ data }) => data?.['n'] === '2');
    await testbed.untilIdle(operator);
    assert.equal(seen.length, 4);
    await testbed.setSpec('a', { from: 'source', more: true });
    await testbed.untilMetrics(operator, () => seen.length >= 5);
    await testbed.untilIdle(operator);
    await testbed.cluster.delete({ apiVersion: 'example.io/v1', kind: 'Route', name: 'a' });
    await testbed.untilMetrics(operator, () => seen.includes('a gone'));
    await testbed.untilIdle(operator);
    const metrics = await operator.metrics();
    assert.equal(
      sum(metrics, 'controller_runtime_reconcile_total', 'controller="copies",result="success"'),
      before + seen.length,
    );
    assert.equal(sum(metrics, 'workqueue_adds_total', 'name="copies"'), before + seen.length);
    assert.equal(sum(metrics, 'controller_runtime_max_concurrent_reconciles', 'controller="copies"'), 20);
    // Nothing that was read for what is gone wakes anybody.
    await source('3');
    await testbed.untilIdle(operator);
    assert.equal(seen.at(-1), 'a gone');
    assert.equal(testbed.cluster.requests.count({ userAgent: OPERATOR, verb: 'get' }), 0);
  });

  it('shares watches with the phases beside it, and neither wakes the other needlessly', async () => {
    let runs = 0;
    const operator = await testbed.run(
      routes(
        {
          Only: phase(
            ({ inputs, route }) => {
              runs += 1;
              const n = inputs['configMaps']?.find('source')?.data?.['n'] ?? '';
              return { phase: 'Only', outputs: { configMaps: [configMap(`${route.metadata.name}-out`, { n })] } };
            },
            { initial: true },
          ),
        },
        { reconcilers: { copies } },
      ),
    );
    await source('1');
    await testbed.route('a', { from: 'source' });
    await testbed.untilConfigMap('a-copy', ({ data }) => data?.['n'] === '1');
    await testbed.untilReady('a', 'Only');
    await testbed.untilIdle(operator);
    const before = runs;
    await source('2');
    await testbed.untilConfigMap('a-copy', ({ data }) => data?.['n'] === '2');
    await testbed.untilConfigMap('a-out', ({ data }) => data?.['n'] === '2');
    await testbed.untilIdle(operator);
    assert.equal(runs, before + 1);
    const watches = testbed.cluster.requests.filter({ userAgent: OPERATOR, verb: 'watch', code: 200 });
    assert.equal(watches.filter(({ resource }) => resource === 'routes').length, 1);
    assert.equal(watches.filter(({ resource }) => resource === 'configmaps').length, 1);
    const metrics = await operator.metrics();
    for (const controller of ['route', 'copies'])
      assert.ok(sum(metrics, 'controller_runtime_reconcile_total', `controller="${controller}",result="success"`) > 0);
  });

  it('is asked once for what is added often, at most once at a time for an object, and for several beside each other', async () => {
    const open: (() => void)[] = [];
    const busy = new Set<string>();
    let most = 0;
    const slow = reconciler(
      async ({ name }) => {
        assert.ok(!busy.has(name), `${name} twice at a time`);
        busy.add(name);
        most = Math.max(most, busy.size);
        seen.push(name);
        await new Promise<void>((resolve) => open.push(resolve));
        busy.delete(name);
        return done;
      },
      { concurrency: 2 },
    );
    const operator = await testbed.run(routes({}, { reconcilers: { slow } }));
    for (const name of ['a', 'b', 'c']) await testbed.route(name);
    await testbed.untilMetrics(operator, () => open.length === 2);
    for (const n of [1, 2, 3]) await testbed.setSpec('a', { n });
    // Events come in their order: where this one waits, those before have come.
    await testbed.route('d');
    await testbed.untilMetrics(operator, (text) => sum(text, 'workqueue_depth', 'name="slow"') === 3);
    const letGo = (): void => {
      for (const go of open.splice(0)) go();
    };
    await testbed.untilMetrics(operator, (text) => {
      letGo();
      return seen.length === 5 && sum(text, 'controller_runtime_active_workers', 'controller="slow"') === 0;
    });
    assert.deepEqual(seen.toSorted(), ['a', 'a', 'b', 'c', 'd']);
    assert.equal(most, 2);
  });

  it('says when it is to run again: later, at once, with growing pauses where it fails', async () => {
    const clock = new SteppedClock();
    const answers: (ReconcileResult | Error)[] = [
      { outcome: 'later', after: 60_000 },
      { outcome: 'requeue' },
      { outcome: 'backoff' },
      new Error('no luck'),
      { outcome: 'failed' },
    ];
    const told = reconciler(({ name }) => {
      if (name === 'first') {
        seen.push(name);
        return Promise.resolve(done);
      }
      const answer = answers.shift() ?? done;
      seen.push(answer instanceof Error ? 'throws' : answer.outcome);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    });
    const operator = await testbed.runWith(routes({}, { reconcilers: { told } }), { clock });
    const before = await listed(operator, 'told');
    await testbed.route('a');
    await testbed.untilMetrics(operator, () => seen.length === 1);
    await testbed.untilIdle(operator);
    assert.deepEqual(seen, ['later']);
    assert.ok(clock.waits.includes(60_000));
    clock.skip(60_000);
    await testbed.untilMetrics(operator, () => seen.length === 5);
    await testbed.untilIdle(operator);
    assert.deepEqual(seen, ['later', 'requeue', 'backoff', 'throws', 'failed']);
    assert.ok(clock.waits.includes(5) && clock.waits.includes(10), 'it grows');
    const count = async (result: string): Promise<number> =>
      sum(await operator.metrics(), 'controller_runtime_reconcile_total', `controller="told",result="${result}"`);
    assert.deepEqual(
      [await count('success'), await count('requeue'), await count('requeue_after'), await count('error')],
      [before, 1, 1, 3],
    );
    assert.equal(sum(await operator.metrics(), 'workqueue_retries_total', 'name="told"'), 3);
  });

  it('works only while its replica leads, and sends nothing after', async () => {
    const times = { leaseDuration: 3000, renewDeadline: 2000, retryPeriod: 200 };
    const replica = (user: string) =>
      testbed.runWith(routes({}, { reconcilers: { copies } }), {
        kubeconfig: testbed.cluster.addUser(user, ['system:masters']),
        leaderElection: { namespace: 'default', identity: user, times },
      });
    const leads = (operator: Awaited<ReturnType<typeof replica>>): Promise<void> =>
      testbed.untilMetrics(operator, (text) => sum(text, 'leader_election_master_status') === 1);
    const first = await replica('first');
    await leads(first);
    const second = await replica('second');
    await testbed.cluster.requests.until({ user: 'second', verb: 'watch', resource: 'leases', code: 200 });
    await source('1');
    await testbed.route('a', { from: 'source' });
    await testbed.untilConfigMap('a-copy', ({ data }) => data?.['n'] === '1');
    const isWork = ({ verb, resource }: { verb: string; resource: string }): boolean =>
      !['watch', 'list'].includes(verb) && resource !== 'leases';
    assert.deepEqual(testbed.cluster.requests.filter({ user: 'second' }).filter(isWork), []);
    await first.stop();
    await leads(second);
    await source('2');
    await testbed.untilConfigMap('a-copy', ({ data }) => data?.['n'] === '2');
  });

  it('keeps what it does across a reload, by its new settings', async () => {
    const greets = reconciler(async ({ name, client, config }) => {
      const { greeting } = config as { readonly greeting?: string };
      await client.apply('configMaps', { metadata: { name: `${name}-greeted` }, data: { greeting: greeting ?? '' } });
      return done;
    });
    const operator = await testbed.runWith(routes({}, { reconcilers: { greets } }), {
      settings: { greeting: 'hello' },
      config: { config: { greeting: 'hello' } },
    });
    await testbed.route('a');
    await testbed.untilConfigMap('a-greeted', ({ data }) => data?.['greeting'] === 'hello');
    await operator.reload({ config: { greeting: 'hi' }, concurrency: 3 }, { settings: { greeting: 'hi' } });
    await testbed.untilConfigMap('a-greeted', ({ data }) => data?.['greeting'] === 'hi');
    const most = sum(await operator.metrics(), 'controller_runtime_max_concurrent_reconciles', 'controller="greets"');
    assert.equal(most, 3);
  });

  it('reconciles another kind than the project’s, of cluster scope too, and reads it wherever it is', async () => {
    interface Namespaces {
      readonly object: KubernetesObject;
      readonly reads: { readonly routes: Reader<Route> };
      readonly writes: { readonly configMaps: ConfigMap };
    }
    const counts: Reconciler<KindRequest<Namespaces>> = {
      async reconcile({ name, namespace, reads, client }) {
        assert.equal(namespace, undefined);
        if (name !== 'default') return done;
        const n = String(reads.routes.list({ namespace: name, selector: {} }).length);
        await client.apply('configMaps', { metadata: { name: 'count', namespace: name }, data: { n } });
        return done;
      },
    };
    await testbed.run(
      routes(
        {},
        {
          reconcilers: {
            counts: {
              resource: namespaces,
              reads: { routes: { type: ROUTES } },
              writes: { configMaps },
              reconciler: counts,
            },
          },
        },
      ),
    );
    await testbed.untilConfigMap('count', ({ data }) => data?.['n'] === '0');
    await testbed.route('a');
    await testbed.route('b');
    await testbed.untilConfigMap('count', ({ data }) => data?.['n'] === '2');
  });

  it('is in the README as it is tried here', async () => {
    const text = await readFile(join(import.meta.dirname, 'fixtures', 'own-reconciler.ts'), 'utf8');
    const readme = await readFile(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8');
    // Lines are broken elsewhere there.
    const bare = (code: string): string => code.replaceAll(/[\s,]/g, '');
    assert.ok(bare(readme).includes(bare(text)));
    await testbed.run(counting(routes({ Only: final, First: phase(() => ({ phase: 'Only' }), { initial: true }) })));
    const namespace = 'counted';
    await testbed.cluster.create({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, labels: { counted: '' } },
    });
    const count = { apiVersion: 'v1', kind: 'ConfigMap', name: 'count', namespace };
    await testbed.until<ConfigMap>(count, ({ data }) => data?.['n'] === '0');
    const labels = { team: 'a' };
    await testbed.cluster.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace, labels } });
    await testbed.until<ConfigMap>(count, ({ data }) => data?.['n'] === '1');
    await testbed.cluster.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', namespace });
    await testbed.until<ConfigMap>(count, ({ data }) => data?.['n'] === '0');
  });

  it('creates, patches and deletes just the object that it means', async () => {
    const deeds = reconciler(async ({ client }) => {
      const one = await client.create('configMaps', { metadata: { name: 'one' }, data: { n: '1' } });
      await assert.rejects(client.create('configMaps', { metadata: { name: 'one' } }), /409/);
      const uid = one.metadata.uid ?? '';
      await client.patch('configMaps', { name: 'one', uid }, { data: { n: '2' } });
      await assert.rejects(client.patch('configMaps', { name: 'one', uid: 'another' }, { data: { n: '3' } }), /422/);
      await client.delete('configMaps', { name: 'one', uid: 'another' });
      seen.push((await testbed.getConfigMap('one'))?.data?.['n'] ?? 'gone');
      const message = 'admission webhook "keeper.example.io" denied the request: it is still needed';
      testbed.cluster.faults.answer(409, { verb: 'delete', resource: 'configmaps' }, { message });
      await assert.rejects(client.delete('configMaps', { name: 'one', uid }), /409.*keeper\.example\.io/);
      await client.delete('configMaps', { name: 'one', uid });
      await client.delete('configMaps', { name: 'one', uid });
      seen.push((await testbed.getConfigMap('one'))?.data?.['n'] ?? 'gone');
      return done;
    });
    const operator = await testbed.run(routes({}, { reconcilers: { deeds } }));
    await testbed.route('a');
    await testbed.untilMetrics(operator, () => seen.length >= 2);
    await testbed.untilIdle(operator);
    assert.deepEqual(seen.slice(0, 2), ['2', 'gone']);
  });

  it('is handed nothing that it could change in the caches', async () => {
    const changes = reconciler(async ({ object, client, reads }) => {
      if (!object) return done;
      const made = await client.apply('configMaps', { metadata: { name: 'made' }, data: { n: '1' } });
      assert.throws(() => Object.assign(made.data ?? {}, { n: '2' }), TypeError);
      seen.push(reads.configMaps.find('made')?.data?.['n'] ?? 'gone');
      return done;
    });
    const operator = await testbed.run(routes({}, { reconcilers: { changes } }));
    await testbed.route('a');
    await testbed.untilMetrics(operator, () => seen.length > 0);
    assert.equal(seen[0], '1');
  });

  it('waits for kinds that are not listed yet', async () => {
    const held = testbed.cluster.faults.holdEvents({ userAgent: OPERATOR, resource: 'configmaps' });
    const operator = await testbed.run(routes({}, { reconcilers: { copies } }));
    await source('1');
    await testbed.route('a', { from: 'source' });
    await testbed.untilMetrics(operator, (text) => sum(text, 'autopilot_waiting_resources') === 1);
    assert.deepEqual(seen, []);
    held.release();
    await testbed.untilConfigMap('a-copy', ({ data }) => data?.['n'] === '1');
  });
}).timeout(30_000);
