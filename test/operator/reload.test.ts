import assert from 'node:assert/strict';
import { isAutopilotError } from './autopilot-error.ts';
import { SteppedClock } from './stepped-clock.ts';
import { greets, LEASE, LEASE_TIMES, lists, text, type Lease } from './reloading.ts';
import { configMap, configMaps, namespaces, OPERATOR, phase, routes, sum, Testbed } from './testbed.ts';
import type { Context } from './testbed.ts';

/** A worker that a test lets go on. */
class Gate {
  readonly waiting: { readonly signal: AbortSignal; readonly go: () => void }[] = [];
  #arrived: () => void = () => undefined;

  pass(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push({ signal, go: resolve });
      this.#arrived();
    });
  }

  /** Waits until so many wait. */
  async holds(count: number): Promise<void> {
    while (this.waiting.length < count) await new Promise<void>((resolve) => (this.#arrived = resolve));
  }

  open(): void {
    for (const { go } of this.waiting.splice(0)) go();
  }
}

describe('an operator whose configuration changes', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  it('puts a concurrency in place: nothing under way is disturbed, and nothing listed again', async () => {
    const gate = new Gate();
    const operator = await testbed.runWith(
      routes({
        Only: phase(
          async ({ signal }) => {
            await gate.pass(signal);
            return { phase: 'Only' };
          },
          { initial: true },
        ),
      }),
      { config: { concurrency: 1 } },
    );
    for (const name of ['a', 'b', 'c', 'd', 'e']) await testbed.route(name);
    await gate.holds(1);
    const before = lists(testbed.cluster);
    assert.deepEqual(await operator.reload({ concurrency: 3 }), ['concurrency']);
    await gate.holds(3);
    assert.equal(sum(await operator.metrics(), 'controller_runtime_active_workers'), 3);
    assert.equal(sum(await operator.metrics(), 'controller_runtime_max_concurrent_reconciles'), 3);
    assert.ok(gate.waiting.every(({ signal }) => !signal.aborted));
    await operator.reload({ concurrency: 1 });
    const [first] = gate.waiting.splice(0, 1);
    first?.go();
    await testbed.untilMetrics(operator, (text) => sum(text, 'controller_runtime_active_workers') === 2);
    gate.open();
    // The two that are left, one after the other.
    for (let left = 2; left > 0; left -= 1) {
      await gate.holds(1);
      await testbed.untilMetrics(operator, (text) => sum(text, 'controller_runtime_active_workers') === 1);
      gate.open();
    }
    await testbed.untilIdle(operator);
    assert.equal(lists(testbed.cluster), before);
    assert.equal(sum(await operator.metrics(), 'autopilot_config_reloads_total', 'applied'), 2);
  });

  it('puts a workInterval in place, for those who wait longer or for nothing', async () => {
    const clock = new SteppedClock();
    const seen: string[] = [];
    const operator = await testbed.runWith(greets(seen), { clock });
    await testbed.route('a');
    await testbed.untilReady('a', 'Only');
    await testbed.untilIdle(operator);
    const runs = async (count: number): Promise<void> => {
      await testbed.untilMetrics(operator, () => seen.length >= count);
      await testbed.untilIdle(operator);
      assert.equal(seen.length, count);
    };
    await runs(1);
    clock.skip(3_600_000);
    await runs(1);
    await operator.reload({ workInterval: 3_600_000 });
    clock.skip(4_000_000);
    await runs(2);
    await operator.reload({ workInterval: 60_000 });
    clock.skip(67_000);
    await runs(3);
    clock.skip(67_000);
    await runs(4);
    await operator.reload({});
    clock.skip(67_000);
    await runs(5);
    clock.skip(3_600_000);
    await runs(5);
  });

  it('drains what works by the old settings before anything works by the new ones; lease, caches and memory stay', async () => {
    const seen: string[] = [];
    const gate = new Gate();
    const operator = routes({
      Only: phase(
        async ({ route, config, signal, inputs }: Context) => {
          const name = `${route.metadata.name} ${text(config['greeting'])}`;
          seen.push(`${name} begins`);
          const n = inputs['configMaps']?.find('input')?.data?.['n'];
          if (route.metadata.name === 'slow' && config['greeting'] === 'old') {
            await gate.pass(signal);
            seen.push(`${name} ends`);
          }
          return { phase: 'Only', outputs: { configMaps: [configMap(`${route.metadata.name}-out`, { n: n ?? '' })] } };
        },
        { initial: true },
      ),
    });
    const leaderElection = { namespace: 'default', identity: 'me', times: LEASE_TIMES };
    const running = await testbed.runWith(operator, {
      leaderElection,
      settings: { greeting: 'old' },
      config: { config: { greeting: 'old' } },
    });
    await testbed.route('quick');
    await testbed.untilReady('quick', 'Only');
    await testbed.route('slow');
    await gate.holds(1);
    const [slow] = gate.waiting;
    slow?.signal.addEventListener('abort', () => seen.push('slow is told'));
    const before = lists(testbed.cluster);
    const acquired = (await testbed.cluster.find<Lease>(LEASE))?.spec;
    const changed = await running.reload(
      { config: { greeting: 'new' } },
      { leaderElection, settings: { greeting: 'new' } },
    );
    assert.deepEqual(changed, ['config']);
    await testbed.untilReady('slow', 'Only');
    await testbed.untilIdle(running);
    assert.deepEqual(seen.slice(0, 3), ['quick old begins', 'slow old begins', 'slow is told']);
    assert.deepEqual(seen.slice(3).toSorted(), ['quick new begins', 'slow new begins']);
    // One that does not heed its signal finds that nothing of it counts.
    gate.open();
    assert.equal(lists(testbed.cluster), before);
    const { holderIdentity, leaseTransitions } = (await testbed.cluster.find<Lease>(LEASE))?.spec ?? {};
    assert.deepEqual([holderIdentity, leaseTransitions], [acquired?.holderIdentity, acquired?.leaseTransitions]);
    // What was read before still wakes; nothing else was written.
    const writes = testbed.operatorWrites().filter((write) => !write.endsWith('leases'));
    assert.deepEqual(writes, ['create configmaps', 'patch routes/status', 'create configmaps', 'patch routes/status']);
    seen.length = 0;
    await testbed.cluster.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'input', namespace: 'default' },
      data: { n: '1' },
    });
    await testbed.untilConfigMap('slow-out', ({ data }) => data?.['n'] === '1');
    await testbed.untilConfigMap('quick-out', ({ data }) => data?.['n'] === '1');
    await testbed.untilIdle(running);
    // Nobody hears twice, though listeners were made anew.
    assert.equal(seen.filter((line) => line.endsWith('begins')).length, 2);
  });

  it('works in another namespace: what is watched there is listed, what is watched anyway stays', async () => {
    await testbed.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } });
    const counting = routes({
      Only: {
        initial: true,
        inputs: { namespaces: { type: namespaces } },
        outputs: { configMaps: { type: configMaps } },
        worker: ({ inputs }: Context) => ({
          phase: 'Only',
          outputs: { configMaps: [configMap('out', { n: String(inputs['namespaces']?.list().length) })] },
        }),
      },
    });
    const operator = await testbed.runWith(counting, { config: { watchNamespace: 'default' } });
    await testbed.route('a');
    await testbed.route('a', {}, 'other');
    await testbed.untilReady('a', 'Only');
    assert.deepEqual(await operator.reload({ watchNamespace: 'other' }), ['watchNamespace']);
    const there = { apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'other' };
    const made = await testbed.until(there, () => true);
    await testbed.untilIdle(operator);
    const count = Number((made as { data?: Record<string, string> }).data?.['n']);
    // Left alone: nobody watches it any more.
    await testbed.cluster.delete({ ...there, namespace: 'default' });
    await testbed.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'one-more' } });
    await testbed.until(there, (object) =>
      JSON.stringify((object as { data?: object }).data).includes(String(count + 1)),
    );
    assert.equal(await testbed.getConfigMap('out'), undefined);
    const watches = testbed.cluster.requests
      .filter({ userAgent: OPERATOR, verb: 'watch' })
      .map(({ path }) => path.replace(/\?.*/, ''));
    assert.deepEqual(watches.filter((path) => path === '/api/v1/namespaces').length, 1);
    assert.deepEqual(watches.filter((path) => path.includes('/namespaces/other/')).toSorted(), [
      '/api/v1/namespaces/other/configmaps',
      '/apis/example.io/v1/namespaces/other/routes',
    ]);
  });

  describe('so that it has to watch more', () => {
    const rules = (verbs: Readonly<Record<string, readonly string[]>>) =>
      Object.entries(verbs).map(([name, all]) => {
        const [resource = '', group = ''] = name.split(' ');
        return { apiGroups: [group], resources: [resource], verbs: all };
      });
    const OWN = rules({
      'routes example.io': ['get', 'list', 'watch'],
      'routes/status example.io': ['patch'],
      'events events.k8s.io': ['create', 'patch'],
      configmaps: ['get', 'create', 'patch', 'delete', 'list', 'watch'],
    });
    const role = (kind: string, name: string) => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind,
      metadata: { name },
      rules: OWN,
    });

    it('asks for the rights first, and is refused with all that is missing; nothing stops meanwhile', async () => {
      const kubeconfig = await testbed.cluster.addServiceAccount('operator', {
        namespace: 'default',
        roles: [role('Role', 'operator')],
      });
      const seen: string[] = [];
      const operator = await testbed.runWith(greets(seen), { kubeconfig, config: { watchNamespace: 'default' } });
      await testbed.route('a');
      await testbed.untilReady('a', 'Only');
      const before = lists(testbed.cluster);
      await assert.rejects(operator.reload({}), (error) => {
        assert.ok(isAutopilotError(error, 'ERR_AP_MISSING_RIGHTS'));
        for (const part of [
          'list, watch, get routes.example.io in the whole cluster',
          'patch routes.example.io/status in the whole cluster',
          'create, patch events.events.k8s.io in the whole cluster',
          'list, watch, get, create, patch, delete configmaps in the whole cluster',
        ])
          assert.ok(error.message.includes(part), `${part} in ${error.message}`);
        return true;
      });
      assert.equal(sum(await operator.metrics(), 'autopilot_config_last_reload_successful'), 0);
      assert.equal(sum(await operator.metrics(), 'autopilot_config_reloads_total', 'refused'), 1);
      await testbed.route('b');
      await testbed.untilReady('b', 'Only');
      assert.equal(lists(testbed.cluster), before);
      await testbed.cluster.create(role('ClusterRole', 'more'));
      await testbed.cluster.create({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'more' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'more' },
        subjects: [{ kind: 'ServiceAccount', name: 'operator', namespace: 'default' }],
      });
      assert.deepEqual(await operator.reload({}), ['watchNamespace']);
      await testbed.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } });
      await testbed.route('c', {}, 'other');
      await testbed.until(
        { apiVersion: 'v1', kind: 'ConfigMap', name: 'c-out', namespace: 'other' },
        ({ metadata }) => metadata.name === 'c-out',
      );
      assert.equal(sum(await operator.metrics(), 'autopilot_config_last_reload_successful'), 1);
    });

    it('asks for nothing where it watches less, or elsewhere only what it has no right to', async () => {
      const operator = await testbed.runWith(greets());
      const reviews = (): number => testbed.cluster.requests.count({ resource: 'selfsubjectaccessreviews' });
      await operator.reload({ watchNamespace: 'default' });
      assert.equal(reviews(), 0);
      await operator.reload({ watchNamespace: 'default', logLevel: 'Debug' });
      assert.equal(reviews(), 0);
      await operator.reload({ watchNamespace: 'kube-system' });
      const asked = reviews();
      assert.equal(asked, 12);
      assert.ok(
        testbed.cluster.requests
          .filter({ resource: 'selfsubjectaccessreviews' })
          .every(({ verb, code }) => verb === 'create' && code === 201),
      );
    });

    it('is refused where the server does not answer, and tried again by whoever asked', async () => {
      const operator = await testbed.runWith(greets(), { config: { watchNamespace: 'default' } });
      testbed.cluster.faults.answer(500, { resource: 'selfsubjectaccessreviews' }, { count: 1 });
      await assert.rejects(operator.reload({}), /500/);
      assert.deepEqual(await operator.reload({}), ['watchNamespace']);
    });
  });
}).timeout(30_000);
