import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { impatientClock } from './impatient-clock.ts';
import { configMaps, OPERATOR, phase, routes, Testbed, type Context } from './testbed.ts';

const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' };
const X = { matchLabels: { app: 'x' } };

describe('what a worker has read', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  const put = (name: string, n: string, labels: Readonly<Record<string, string>> = {}): Promise<unknown> =>
    testbed.cluster.apply({ ...CONFIG_MAP, metadata: { name, namespace: 'default', labels }, data: { n } });
  const remove = (name: string): Promise<unknown> => testbed.cluster.delete({ ...CONFIG_MAP, name });
  const untilRead = (expected: string): Promise<unknown> =>
    testbed.untilRoute('a', ({ status }) => status?.['read'] === expected);

  const byName = ({ inputs }: Context): string => inputs['configMaps']?.find('wanted')?.data?.['n'] ?? 'none';
  const bySelector = ({ inputs }: Context): string =>
    (inputs['configMaps']?.list({ selector: X }) ?? [])
      .map(({ metadata, data }) => `${metadata.name} ${data?.['n']}`)
      .toSorted()
      .join();

  const CHANGES = {
    'an object by name that changes': { read: byName, change: () => put('wanted', '2'), from: '1', to: '2' },
    'an object by name that goes': { read: byName, change: () => remove('wanted'), from: '1', to: 'none' },
    'objects by selector, to which one comes': {
      read: bySelector,
      change: () => put('other', '3', { app: 'x' }),
      from: 'wanted 1',
      to: 'other 3,wanted 1',
    },
    'objects by selector, of which one leaves': {
      read: bySelector,
      change: () => put('wanted', '1', { app: 'y' }),
      from: 'wanted 1',
      to: '',
    },
  };
  for (const [what, { read, change, from, to }] of Object.entries(CHANGES))
    it(`and changes while it still works makes it run again: ${what}`, async () => {
      await put('wanted', '1', { app: 'x' });
      const runs: string[] = [];
      const operator = await testbed.run(
        routes({
          Only: phase(
            async (context) => {
              const seen = read(context);
              runs.push(seen);
              if (runs.length === 1) {
                await change();
                // Its watch has told of the change before the worker has ended.
                while (read(context) !== to) await setImmediate();
              }
              return { phase: 'Only', status: { read: seen } };
            },
            { initial: true, outputs: {} },
          ),
        }),
      );
      await testbed.route('a');
      await untilRead(to);
      await testbed.untilIdle(operator);
      assert.deepEqual(runs, [from, to]);
    });

  for (const [how, declared] of [
    ['is asked for by the worker', {}],
    ['is declared for the input', { selector: X }],
  ] as const)
    it(`and left its selector while its watch was down makes it run again, by the list that follows: the selector ${how}`, async () => {
      await put('wanted', '1', { app: 'x' });
      const runs: string[] = [];
      const operator = await testbed.runWith(
        routes({
          Only: phase(
            (context) => {
              const read = bySelector(context);
              runs.push(read);
              return { phase: 'Only', status: { read } };
            },
            { initial: true, inputs: { configMaps: { type: configMaps, ...declared } }, outputs: {} },
          ),
        }),
        { clock: impatientClock, random: () => 0 },
      );
      await testbed.route('a');
      await untilRead('wanted 1');
      await testbed.untilIdle(operator);
      const watch = { userAgent: OPERATOR, resource: 'configmaps' };
      const down = testbed.cluster.faults.answer(500, watch, { count: 100_000 });
      testbed.cluster.faults.cutWatches(watch);
      // It has asked in vain once: its watch is down.
      await testbed.cluster.requests.until({ ...watch, verb: 'watch', code: 500 });
      await put('wanted', '1', { app: 'y' });
      await testbed.cluster.compact();
      down.remove();
      await untilRead('');
      await testbed.untilIdle(operator);
      assert.deepEqual(runs, ['wanted 1', '']);
      // What it missed was told by a list.
      const expired = testbed.cluster.requests.count({ ...watch, verb: 'watch', code: 410 });
      const listed = testbed.cluster.requests.filter({ ...watch, verb: 'watch', code: 200 });
      assert.ok(expired > 0 || listed.filter(({ query }) => query['sendInitialEvents'] === 'true').length === 2);
    });

  it('is of the version of the API that it was declared in, though another phase reads the kind in another', async () => {
    const group = 'things.io';
    const version = (name: string, storage: boolean): object => ({
      name,
      served: true,
      storage,
      schema: {
        openAPIV3Schema: {
          type: 'object',
          properties: { spec: { type: 'object', properties: { n: { type: 'string' } } } },
        },
      },
    });
    await testbed.cluster.installCrd({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `things.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { kind: 'Thing', listKind: 'ThingList', plural: 'things', singular: 'thing' },
        versions: [version('v1', true), version('v2', false)],
      },
    });
    const thing = (n: string): Promise<unknown> =>
      testbed.cluster.apply({
        apiVersion: `${group}/v1`,
        kind: 'Thing',
        metadata: { name: 'it', namespace: 'default' },
        spec: { n },
      });
    const inVersion = (of: string) => ({
      things: { type: { group, version: of, kind: 'Thing', plural: 'things', namespaced: true } },
    });
    const worker = ({ route, inputs }: Context): object => {
      const found = inputs['things']?.find('it') as { apiVersion?: string; spec?: { n?: string } } | undefined;
      return { phase: route.spec['in'], status: { read: `${found?.apiVersion} ${found?.spec?.n}` } };
    };
    await thing('1');
    const operator = await testbed.run(
      routes({
        First: phase(({ route }) => ({ phase: route.spec['in'] }), { initial: true, inputs: {}, outputs: {} }),
        Older: phase(worker, { inputs: inVersion('v1'), outputs: {} }),
        Newer: phase(worker, { inputs: inVersion('v2'), outputs: {} }),
      }),
    );
    await testbed.route('a', { in: 'Older' });
    await testbed.route('b', { in: 'Newer' });
    const both = async (n: string): Promise<void> => {
      for (const [name, version] of [
        ['a', 'v1'],
        ['b', 'v2'],
      ] as const)
        await testbed.untilRoute(name, ({ status }) => status?.['read'] === `${group}/${version} ${n}`);
    };
    await both('1');
    await thing('2');
    await both('2');
    await testbed.untilIdle(operator);
    const watches = testbed.cluster.requests.filter({ userAgent: OPERATOR, verb: 'watch', resource: 'things' });
    assert.deepEqual(watches.map(({ version }) => version).toSorted(), ['v1', 'v2']);
  });
});
