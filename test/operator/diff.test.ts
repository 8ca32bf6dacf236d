import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { OperatorDefinition } from 'autopilot-runtime';
import { systemClock } from '../../runtime/clock.ts';
import { loadConfig } from '../../runtime/config/load.ts';
import { play, type PlayOptions } from '../../runtime/diff/play.ts';
import type { DiffChange, DiffStep } from '../../runtime/diff/report.ts';
import { shownObjects } from '../../runtime/diff/shown-object.ts';
import { fromKubeconfig } from '../../runtime/kube/kubeconfig.ts';
import { planOf } from '../../runtime/plan.ts';
import {
  configMap,
  configMaps,
  final,
  namespaces,
  phase,
  routes,
  Testbed,
  type ConfigMap,
  type Context,
} from './testbed.ts';
import { counting } from './fixtures/own-reconciler.ts';
import { foreign, patching } from './patching.ts';
import { allVersions } from './whole-cluster.ts';

const USER = 'diff-test';

describe('what an operator would write', () => {
  let testbed: Testbed;
  before(async () => void (testbed = await Testbed.open()));
  afterEach(async () => {
    await testbed.stopOperators();
    for (const kind of ['Route', 'ConfigMap', 'Secret']) await removeAll(kind);
  });
  after(() => testbed.close());

  /** Deletes what tests made, whatever finalizers it has. */
  const removeAll = async (kind: string): Promise<void> => {
    const apiVersion = kind === 'Route' ? 'example.io/v1' : 'v1';
    for (const { metadata } of await testbed.cluster.list({ apiVersion, kind, namespace: 'default' })) {
      if (metadata.name === 'kube-root-ca.crt') continue;
      const ref = { apiVersion, kind, name: metadata.name, namespace: 'default' };
      if (metadata.finalizers) await testbed.cluster.patch(ref, { metadata: { finalizers: null } });
      if (await testbed.cluster.find(ref)) await testbed.cluster.delete(ref);
      await testbed.untilGone(ref);
    }
  };

  /** Plays the operator, and checks that nothing was written by it: that no object has another version, and what was sent. */
  const diff = async (
    operator: OperatorDefinition,
    options: Partial<PlayOptions> = {},
  ): Promise<readonly DiffStep[]> => {
    const steps: DiffStep[] = [];
    const before = await allVersions(testbed.cluster.kubeconfig);
    testbed.cluster.requests.clear();
    await play({
      plan: planOf(operator),
      access: fromKubeconfig(testbed.cluster.kubeconfig, systemClock),
      config: loadConfig('version: diff-test', 'none', {}),
      settings: {},
      env: {},
      clock: systemClock,
      follow: false,
      tell: (step) => steps.push(step),
      ...options,
    });
    assert.deepEqual(await allVersions(testbed.cluster.kubeconfig), before, 'nothing was written');
    const sent = testbed.cluster.requests.filter({ userAgent: `route-operator/${USER}` });
    assert.ok(sent.length > 0);
    const wrote = sent.filter(({ method, query }) => method !== 'GET' && query['dryRun'] !== 'All');
    assert.deepEqual(
      wrote.map(({ method, path }) => `${method} ${path}`),
      [],
    );
    assert.deepEqual(
      sent.filter(({ method, resource }) => method === 'DELETE' || ['events', 'leases'].includes(resource)),
      [],
    );
    return steps;
  };
  const follow = (operator: OperatorDefinition, options: Partial<PlayOptions> = {}): Promise<readonly DiffStep[]> =>
    diff(operator, { follow: true, ...options });

  /** Applies data of a spec, and goes on when there is any. */
  const making = (more: Partial<OperatorDefinition> = {}): OperatorDefinition =>
    routes(
      {
        Making: phase(
          ({ route }) => ({
            phase: 'Made',
            status: { made: Object.keys(route.spec) },
            outputs: {
              configMaps: Object.entries(route.spec).map(([name, data]) =>
                configMap(name, data as Record<string, string>),
              ),
            },
          }),
          { initial: true },
        ),
        Made: final,
      },
      { onSpecChange: 'Making', ...more },
    );
  /** Runs it for real until the Route rests in the phase. */
  const settle = async (operator: OperatorDefinition, name: string, inPhase: string): Promise<void> => {
    await testbed.run(operator);
    await testbed.untilReady(name, inPhase);
    await testbed.stopOperators();
  };

  it('for a new resource are its outputs and its status, one transition deep', async () => {
    await testbed.route('a', { one: { k: 'v' }, two: {} });
    const [step, ...more] = await diff(making());
    assert.deepEqual(more, []);
    assert.deepEqual(
      [step?.resource, step?.from, step?.to, step?.outcome, step?.changes.map(inShort)],
      ['default/a', '', 'Made', 'rests', ['create ConfigMap one', 'create ConfigMap two', 'change Route a']],
    );
    const [one, , route] = step?.changes ?? [];
    assert.deepEqual(one?.before, undefined);
    assert.deepEqual(dataOf(one?.after), { k: 'v' });
    const { metadata } = (one?.after ?? {}) as ConfigMap;
    assert.deepEqual(
      [Object.keys(metadata), metadata.ownerReferences?.[0]?.name],
      [['name', 'namespace', 'ownerReferences'], 'a'],
    );
    assert.deepEqual(statusOf(route?.after)['made'], ['one', 'two']);
    assert.deepEqual(statusOf(route?.before), {});
  });

  it('is nothing once the operator has done it', async () => {
    await testbed.route('a', { one: { k: 'v' } });
    await settle(making(), 'a', 'Made');
    assert.deepEqual(
      (await diff(making())).map(({ outcome, changes }) => [outcome, changes]),
      [['rests', []]],
    );
    assert.deepEqual(
      (await follow(making())).flatMap(({ changes }) => changes),
      [],
    );
  });

  it('of a change takes away what is no longer asked for, and prunes', async () => {
    await testbed.route('a', { one: { k: 'v', gone: 'x' }, two: {} });
    await settle(making(), 'a', 'Made');
    await testbed.cluster.patch({ ...CONFIG_MAP, name: 'one' }, { data: { foreign: 'kept' } });
    await testbed.setSpec('a', { one: { k: 'w' } });
    const steps = await follow(making());
    assert.deepEqual(
      steps.map(({ from, to, changes }) => [from, to, changes.map(inShort)]),
      [
        ['Made', 'Making', ['change Route a']],
        ['Making', 'Made', ['change ConfigMap one', 'delete ConfigMap two', 'change Route a']],
      ],
    );
    const [one, two] = steps[1]?.changes ?? [];
    assert.deepEqual(dataOf(one?.before), { k: 'v', gone: 'x', foreign: 'kept' });
    assert.deepEqual(dataOf(one?.after), { k: 'w', foreign: 'kept' });
    assert.equal(two?.after, undefined);
    // The same, one transition deep.
    const [step, ...more] = await diff(making());
    assert.deepEqual(
      [step?.to, step?.outcome, step?.changes.map(inShort), more],
      ['Making', 'continues', ['change Route a'], []],
    );
  });

  it('ends as it ends where the operator does it', async () => {
    await foreign(testbed, 'theirs', { kept: 'x' });
    await testbed.route('a', { patches: { theirs: { ours: 'y' } }, to: 'Making', keep: {}, drop: { k: 'v' } });
    const operator = chain();
    const ends = async (): Promise<Map<string, object | undefined>> => {
      const ended = new Map<string, object | undefined>();
      for (const { changes } of await follow(operator))
        for (const { kind, name, after } of changes) ended.set(`${kind} ${name}`, after);
      return ended;
    };
    const compareWithReality = async (): Promise<void> => {
      const wanted = await ends();
      assert.ok(wanted.size > 0);
      await settle(operator, 'a', 'Rest');
      for (const [name, after] of wanted) assert.deepEqual(await shown(name), after, name);
    };
    await compareWithReality();
    await testbed.setSpec('a', { patches: { theirs: { other: 'z' } }, to: 'Making', keep: { new: '1' } });
    await compareWithReality();
  });

  /** Patches, then makes twice over what it made before, then rests; a spec change begins anew. */
  const chain = (): OperatorDefinition => {
    const entries = ({ route }: Context): readonly [string, unknown][] =>
      Object.entries(route.spec).filter(([name]) => name !== 'patches' && name !== 'to');
    const bodies = (context: Context, also: Record<string, string>) =>
      entries(context).map(([name, data]) => configMap(name, { ...(data as Record<string, string>), ...also }));
    const owns = { outputs: { configMaps: { type: configMaps } } };
    return patching(
      {},
      {
        Making: phase(
          (context) => ({ phase: 'Remaking', outputs: { configMaps: bodies(context, { first: '1' }) } }),
          owns,
        ),
        Remaking: phase((context) => ({ phase: 'Rest', outputs: { configMaps: bodies(context, { second: '2' }) } }), {
          ...owns,
        }),
        Rest: final,
      },
      { onSpecChange: 'Patching', onOutputDrift: 'Patching' },
    );
  };
  const shown = async (name: string): Promise<object | undefined> => {
    const [kind = '', of = ''] = name.split(' ');
    const apiVersion = kind === 'Route' ? 'example.io/v1' : 'v1';
    const live = await testbed.cluster.find({ apiVersion, kind, name: of, namespace: 'default' });
    return shownObjects(undefined, live, { group: 'example.io', kind: 'Route' }).after;
  };

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

  it('counts what workers do by their client, and what they collect', async () => {
    await testbed.route('a');
    const read: unknown[] = [];
    const operator = (collects: boolean): OperatorDefinition =>
      routes({
        Only: phase(
          async ({ client, inputs }) => {
            if (collects) {
              read.push(await client.collect('configMaps'));
              read.push(inputs['configMaps']?.find('one'));
              return { phase: 'Made' };
            }
            await client.create('configMaps', configMap('one', { k: 'v' }));
            await client.update('configMaps', 'one', { data: { k: 'w' } });
            read.push(inputs['configMaps']?.find('one')?.data);
            await client.ensure('configMaps', configMap('one', { k: 'x' }), (live, desired) => {
              read.push(dataOf(live));
              return desired;
            });
            return { phase: 'Only' };
          },
          { initial: true },
        ),
        Made: final,
      });
    const [step] = await diff(operator(false));
    assert.deepEqual(step?.changes.map(inShort), ['create ConfigMap one', 'change Route a']);
    assert.deepEqual(dataOf(step.changes[0]?.after), { k: 'x' });
    assert.deepEqual(read.splice(0), [{ k: 'w' }, { k: 'w' }]);
    await settle(operator(false), 'a', 'Only');
    read.splice(0);
    const [collected] = await diff(operator(true));
    assert.deepEqual(collected?.changes.map(inShort), ['delete ConfigMap one', 'change Route a']);
    assert.deepEqual(read, [1, undefined]);
  });

  it('of patches are fields in objects that stay others’, and the finalizer that they bring', async () => {
    await foreign(testbed, 'theirs', { kept: 'x' });
    await testbed.route('a', { patches: { theirs: { ours: 'y' } } });
    await testbed.route('b', { patches: { theirs: { also: 'z' } } });
    const steps = await diff(patching());
    assert.deepEqual(
      steps.map(({ changes }) => changes.map(inShort)),
      [
        ['change Route a', 'patch ConfigMap theirs'],
        ['change Route b', 'patch ConfigMap theirs'],
      ],
    );
    // As if there were no other resource.
    assert.deepEqual(
      steps.map(({ changes }) => dataOf(changes[1]?.after)),
      [
        { kept: 'x', ours: 'y' },
        { kept: 'x', also: 'z' },
      ],
    );
    const { metadata } = (steps[0]?.changes[0]?.after ?? {}) as ConfigMap;
    assert.deepEqual(metadata.finalizers, ['example.io/route-operator']);
    // Played on, the second finds what the first has done.
    const followed = await follow(patching());
    const last = followed.flatMap(({ changes }) => changes).findLast(({ kind }) => kind === 'ConfigMap');
    assert.deepEqual(dataOf(last?.after), { kept: 'x', ours: 'y', also: 'z' });
  });

  it('at the end of a resource is what its finalizer does', async () => {
    await foreign(testbed, 'theirs', { kept: 'x' });
    await testbed.route('a', { patches: { theirs: { ours: 'y' } } });
    await settle(patching(), 'a', 'Patching');
    await testbed.cluster.delete({ apiVersion: 'example.io/v1', kind: 'Route', name: 'a' });
    const [step] = await diff(patching());
    assert.deepEqual(step?.changes.map(inShort), ['patch ConfigMap theirs', 'delete Route a']);
    assert.deepEqual(dataOf(step.changes[0]?.after), { kept: 'x' });
  });

  it('never shows what a Secret holds', async () => {
    const secrets = { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true };
    const secret = (password: string) =>
      routes({
        Only: phase(
          () => ({
            phase: 'Only',
            outputs: { secrets: [{ metadata: { name: 'one' }, stringData: { password, user: 'me' } }] },
          }),
          {
            initial: true,
            outputs: { secrets: { type: secrets } },
          },
        ),
      });
    await testbed.route('a');
    await settle(secret('hunter2'), 'a', 'Only');
    const [step] = await diff(secret('hunter3'));
    const text = JSON.stringify(step);
    for (const value of ['hunter2', 'hunter3']) {
      assert.ok(!text.includes(value));
      assert.ok(!text.includes(Buffer.from(value).toString('base64')));
    }
    const [change] = step?.changes ?? [];
    assert.deepEqual(dataOf(change?.before), { password: '*** (before)', user: '***' });
    assert.deepEqual(dataOf(change?.after), { password: '*** (after)', user: '***' });
  });

  it('may be in a namespace that it would make', async () => {
    const worker = () => ({
      phase: 'Made',
      outputs: {
        namespaces: [{ metadata: { name: 'not-there' } }],
        configMaps: [{ metadata: { name: 'one', namespace: 'not-there' }, data: { k: 'v' } }],
      },
    });
    const outputs = {
      namespaces: { type: namespaces, namespace: 'any' },
      configMaps: { type: configMaps, namespace: 'any' },
    } as const;
    await testbed.route('a');
    const [step] = await diff(routes({ Only: phase(worker, { initial: true, outputs }), Made: final }));
    assert.deepEqual(step?.changes.map(inShort), [
      'change Route a',
      'create Namespace not-there',
      'create ConfigMap one',
    ]);
    assert.match(step.changes[2]?.unchecked ?? '', /does not have the namespace not-there yet/);
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

const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default' };

function inShort({ action, kind, name }: DiffChange): string {
  return `${action} ${kind} ${name}`;
}

function dataOf(object: object | undefined): unknown {
  return object && Reflect.get(object, 'data');
}

function statusOf(object: { readonly status?: Readonly<Record<string, unknown>> } | undefined) {
  return object?.status ?? {};
}
