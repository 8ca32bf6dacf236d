import assert from 'node:assert/strict';
import type { KubernetesObject, OperatorDefinition } from 'autopilot-runtime';
import { shownObjects } from '../../runtime/diff/shown-object.ts';
import { foreign, patching } from './patching.ts';
import { dataOf, inShort, making, playing, statusOf } from './playing.ts';
import {
  configMap,
  configMaps,
  final,
  namespaces,
  phase,
  routes,
  services,
  Testbed,
  type ConfigMap,
  type Context,
} from './testbed.ts';

describe('what an operator would write', () => {
  let testbed: Testbed;
  before(async () => void (testbed = await Testbed.open()));
  afterEach(() => clean());
  after(() => testbed.close());
  const { diff, follow, settle, clean } = playing(() => testbed);

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

  it('of what stands there as it was created is refused for nothing that the change takes away', async () => {
    const operator = routes({
      Only: phase(
        ({ route }) => {
          const ports = [{ name: 'http', port: route.spec['port'] }];
          return { phase: 'Only', outputs: { services: [{ metadata: { name: 'out' }, spec: { ports } }] } };
        },
        { initial: true, inputs: {}, outputs: { services: { type: services } } },
      ),
    });
    const OUT = { apiVersion: 'v1', kind: 'Service', name: 'out', namespace: 'default' };
    await testbed.route('a', { port: 80 });
    await settle(operator, 'a', 'Only');
    await testbed.setSpec('a', { port: 81 });
    const [step] = await diff(operator);
    assert.deepEqual([step?.outcome, step?.changes.map(inShort)], ['rests', ['change Service out', 'change Route a']]);
    const wanted = step?.changes[0]?.after;
    await settle(operator, 'a', 'Only');
    const made = await testbed.cluster.get<KubernetesObject & { readonly spec: object }>(OUT);
    assert.deepEqual(Reflect.get(wanted ?? {}, 'spec'), made.spec);
    await testbed.setSpec('a', { port: 0 });
    const [refused] = await diff(operator);
    assert.equal(refused?.outcome, 'failed');
    await testbed.cluster.delete(OUT);
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
});

const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default' };
