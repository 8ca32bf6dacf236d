import assert from 'node:assert/strict';
import { systemClock, type Clock } from '../../runtime/clock.ts';
import { configMap, configMaps, phase, routes, sum, Testbed, type Context } from './testbed.ts';

describe('tracked inputs', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  const put = (
    name: string,
    labels: Readonly<Record<string, string>> = {},
    namespace = 'default',
    data: Readonly<Record<string, string>> = {},
  ) => testbed.cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels }, data });

  /** Reports what it read, and rests. */
  const reporting = (read: (context: Context) => unknown) =>
    routes({ Only: phase((context) => ({ phase: 'Only', status: { read: read(context) } }), { initial: true }) });
  const untilRead = (name: string, expected: unknown) =>
    testbed.untilRoute(name, ({ status }) => JSON.stringify(status?.['read']) === JSON.stringify(expected));

  it('run the worker again when an object that was looked for by name appears, changes or goes', async () => {
    await testbed.run(reporting(({ inputs }) => inputs['configMaps']?.find('wanted')?.data?.['a'] ?? 'none'));
    await testbed.route('a');
    await untilRead('a', 'none');
    await put('wanted', {}, 'default', { a: '1' });
    await untilRead('a', '1');
    await put('wanted', {}, 'default', { a: '2' });
    await untilRead('a', '2');
    await testbed.cluster.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'wanted', namespace: 'default' });
    await untilRead('a', 'none');
  });

  it('run the worker again when objects join or leave what a selector matches', async () => {
    await testbed.run(
      reporting(({ inputs }) =>
        inputs['configMaps']?.list({ selector: { matchLabels: { app: 'x' } } }).map(({ metadata }) => metadata.name),
      ),
    );
    await testbed.route('a');
    await untilRead('a', []);
    await put('one', { app: 'x' });
    await untilRead('a', ['one']);
    await put('two', { app: 'y' });
    await put('two', { app: 'x' });
    await untilRead('a', ['one', 'two']);
    await put('one', { app: 'y' });
    await untilRead('a', ['two']);
  });

  it('answer a null or unset selector with nothing, and an empty one with everything', async () => {
    await put('one');
    await testbed.run(
      reporting(({ inputs }) => {
        const count = (query: object): number | undefined =>
          inputs['configMaps']?.list(query).filter(({ metadata }) => metadata.name === 'one').length;
        return [count({ selector: null }), count({ selector: undefined }), count({ selector: {} }), count({})];
      }),
    );
    await testbed.route('a');
    await untilRead('a', [0, 0, 1, 1]);
  });

  it("are of the resource's own namespace unless declared for any", async () => {
    await testbed.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } });
    await put('here');
    await put('there', { app: 'x' }, 'other');
    const own = reporting(({ inputs }) => [
      inputs['configMaps']?.find('there')?.metadata.name ?? 'none',
      inputs['configMaps']?.list({ selector: { matchLabels: { app: 'x' } } }).length,
    ]);
    const first = await testbed.run(own);
    await testbed.route('a');
    await untilRead('a', ['none', 0]);
    await first.stop();
    const any = routes({
      Only: phase(
        ({ inputs }) => ({
          phase: 'Only',
          status: {
            read: [
              inputs['configMaps']?.find('there', 'other')?.metadata.name,
              inputs['configMaps']?.list({ selector: { matchLabels: { app: 'x' } } }).length,
            ],
          },
        }),
        {
          initial: true,
          inputs: { configMaps: { type: configMaps, namespace: 'any' } },
        },
      ),
    });
    await testbed.run(any);
    await untilRead('a', ['there', 1]);
  });

  it('are bounded by the selector of the declaration, by name too', async () => {
    await put('in', { app: 'x' });
    await put('out', { app: 'y' });
    const bounded = routes({
      Only: phase(
        ({ inputs }) => ({
          phase: 'Only',
          status: {
            read: [
              inputs['configMaps']?.list().map(({ metadata }) => metadata.name),
              inputs['configMaps']?.find('out')?.metadata.name ?? 'none',
            ],
          },
        }),
        {
          initial: true,
          inputs: { configMaps: { type: configMaps, selector: { matchLabels: { app: 'x' } } } },
          outputs: {},
        },
      ),
    });
    await testbed.run(bounded);
    await testbed.route('a');
    await untilRead('a', [['in'], 'none']);
    const watch = testbed.cluster.requests.all.find(
      ({ verb, resource }) => verb === 'watch' && resource === 'configmaps',
    );
    assert.equal(watch?.query['labelSelector'], 'app=x');
  });

  it('are metadata only where declared so', async () => {
    await put('secretive', { app: 'x' }, 'default', { secret: 'y' });
    const shallow = routes({
      Only: phase(
        ({ inputs }) => ({
          phase: 'Only',
          status: {
            read: inputs['configMaps']
              ?.list({ selector: { matchLabels: { app: 'x' } } })
              .map((found) => [found.kind, found.metadata.name, 'data' in found]),
          },
        }),
        {
          initial: true,
          inputs: { configMaps: { type: configMaps, metadataOnly: true } },
          outputs: {},
        },
      ),
    });
    await testbed.run(shallow);
    await testbed.route('a');
    await untilRead('a', [['ConfigMap', 'secretive', false]]);
  });

  it('wake one of a thousand resources when what it read changes, and nobody else', async () => {
    const operator = await testbed.run(
      reporting(({ route, inputs }) => inputs['configMaps']?.find(`in-${route.metadata.name}`)?.data?.['a'] ?? 'none'),
    );
    const names = Array.from({ length: 1000 }, (_, index) => `r${index}`);
    await Promise.all(names.map((name) => testbed.route(name)));
    for (const name of names) await untilRead(name, 'none');
    await testbed.untilIdle(operator);
    const before = sum(await operator.metrics(), 'controller_runtime_reconcile_total');
    testbed.cluster.requests.clear();
    await put('in-r500', {}, 'default', { a: '1' });
    await untilRead('r500', '1');
    await testbed.untilIdle(operator);
    assert.equal(sum(await operator.metrics(), 'controller_runtime_reconcile_total') - before, 1);
    assert.deepEqual(
      testbed.operatorRequests().map(({ verb, name, subresource }) => `${verb} ${name}/${subresource}`),
      ['patch r500/status'],
    );
  }).timeout(60_000);

  it('of a run that failed count too: what it waits for ends its backoff', async () => {
    // Nothing that is to happen later ever does: only changes make anything run.
    const clock: Clock = { ...systemClock, after: () => ({ cancel: () => undefined }) };
    const needing = routes({
      Only: phase(
        ({ inputs }) => {
          const wanted = inputs['configMaps']?.find('wanted');
          if (!wanted) throw new Error('it is not there yet');
          return { phase: 'Only', status: { read: wanted.metadata.name } };
        },
        { initial: true },
      ),
    });
    await testbed.runWith(needing, { clock });
    await testbed.route('a');
    await testbed.untilRoute('a', ({ status }) => status !== undefined);
    await put('wanted');
    await untilRead('a', 'wanted');
  });

  it('run a worker once more that read what it then wrote', async () => {
    let runs = 0;
    const operator = await testbed.run(
      routes({
        Only: phase(
          ({ inputs }) => {
            runs += 1;
            return {
              phase: 'Only',
              outputs: { configMaps: [configMap('mine')] },
              status: { read: inputs['configMaps']?.find('mine') ? 'there' : 'missing' },
            };
          },
          { initial: true },
        ),
      }),
    );
    await testbed.route('a');
    await untilRead('a', 'there');
    await testbed.untilIdle(operator);
    assert.equal(runs, 2);
  });

  it("wake a reader of another resource's output", async () => {
    await testbed.run(
      routes({
        Only: phase(
          ({ route, inputs }) =>
            route.metadata.name === 'writer'
              ? {
                  phase: 'Only',
                  outputs: { configMaps: [configMap('shared', { value: String(route.spec['value']) })] },
                }
              : { phase: 'Only', status: { read: inputs['configMaps']?.find('shared')?.data?.['value'] ?? 'none' } },
          { initial: true },
        ),
      }),
    );
    await testbed.route('reader');
    await untilRead('reader', 'none');
    await testbed.route('writer', { value: 1 });
    await untilRead('reader', '1');
    await testbed.setSpec('writer', { value: 2 });
    await untilRead('reader', '2');
  });

  it('forget what only an earlier run read', async () => {
    let runs = 0;
    const operator = await testbed.run(
      routes({
        Only: phase(
          ({ route, inputs }) => {
            runs += 1;
            const wanted = String(route.spec['input']);
            return { phase: 'Only', status: { read: inputs['configMaps']?.find(wanted)?.metadata.name ?? wanted } };
          },
          { initial: true },
        ),
      }),
    );
    await testbed.route('a', { input: 'first' });
    await untilRead('a', 'first');
    await testbed.setSpec('a', { input: 'second' });
    await untilRead('a', 'second');
    await testbed.untilIdle(operator);
    const before = runs;
    await put('first');
    await put('second');
    await testbed.untilConfigMap('second', () => true);
    await testbed.untilIdle(operator);
    await testbed.route('barrier', { input: 'x' });
    await untilRead('barrier', 'x');
    await testbed.untilIdle(operator);
    assert.equal(runs - before, 2);
  });
});
