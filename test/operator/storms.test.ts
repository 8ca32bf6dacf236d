import assert from 'node:assert/strict';
import type { OperatorDefinition, RunningOperator } from 'autopilot-runtime';
import { createLogger } from '../../runtime/observe/logger.ts';
import { SteppedClock } from './stepped-clock.ts';
import { configMap, final, phase, routes, sum, Testbed } from './testbed.ts';

const ROUTE = { apiVersion: 'example.io/v1', kind: 'Route', name: 'a' };

describe('A resource that is synced far more often than anything changes', () => {
  let testbed: Testbed;
  let clock: SteppedClock;
  let lines: Record<string, unknown>[];
  beforeEach(async () => {
    testbed = await Testbed.open();
    clock = new SteppedClock();
    lines = [];
  });
  afterEach(() => testbed.close());

  const run = (operator: OperatorDefinition): Promise<RunningOperator> =>
    testbed.runWith(operator, {
      clock,
      logger: createLogger({
        name: 'n',
        version: 'v',
        level: 'Warn',
        write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>),
      }),
    });
  const storms = async (operator: RunningOperator, cause = ''): Promise<number> =>
    sum(await operator.metrics(), 'autopilot_sync_storms_total', cause);

  /** Goes on until there is a storm, and as long again; it was said once, by log, event and metric. */
  const isToldOnce = async (
    operator: RunningOperator,
    cause: string,
    reason: RegExp,
    go: (time: number) => Promise<void>,
  ): Promise<void> => {
    let time = 0;
    for (; (await storms(operator)) === 0; time += 1) {
      assert.ok(time < 2000, 'there was no storm');
      await go(time);
    }
    for (let more = 0; more < 120; more += 1) await go(time + more);
    assert.equal(await storms(operator, `cause="${cause}"`), 1);
    assert.equal(await storms(operator), 1);
    const event = await testbed.untilEvent(({ reason: of }) => of === 'SyncStorm');
    assert.match(event.note ?? '', /^Synced more than 99 times within 60 s, far more often than anything changes: /);
    assert.match(event.note ?? '', reason);
    const told = lines.filter(({ cause: of }) => of !== undefined);
    assert.equal(told.length, 1);
    const [line] = told;
    assert.deepEqual([line?.['resource'], line?.['cause'], line?.['msg']], ['default/a', cause, event.note]);
    assert.match(String(line?.['sync']), /^[0-9a-f]{8}-/);
  };
  const syncsOf = async (operator: RunningOperator): Promise<number> =>
    sum(await operator.metrics(), 'autopilot_phase_syncs_total');
  const untilMoreSyncs = async (operator: RunningOperator, before: number): Promise<void> =>
    testbed.untilMetrics(operator, (text) => sum(text, 'autopilot_phase_syncs_total') > before);

  /** Has somebody else hold this of the output, and nothing more. */
  const take = (data: Readonly<Record<string, string>>): Promise<unknown> =>
    testbed.cluster.apply(
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'out', namespace: 'default' }, data },
      { fieldManager: 'thief', force: true },
    );

  it('since it reads what it writes, and writes something else each time', async () => {
    let count = 0;
    const operator = await run(
      routes({
        Only: phase(
          ({ inputs }) => {
            inputs['configMaps']?.find('out');
            count += 1;
            return { phase: 'Only', outputs: { configMaps: [configMap('out', { count: String(count) })] } };
          },
          { initial: true },
        ),
      }),
    );
    await testbed.route('a');
    await isToldOnce(operator, 'own_write', /phase Only reads ConfigMap default\/out, which it also writes/, async () =>
      untilMoreSyncs(operator, await syncsOf(operator)),
    );
  });

  it('since it reads what changes all the time and makes no difference', async () => {
    const operator = await run(
      routes({
        Only: phase(
          ({ route, inputs }) => {
            if (route.metadata.name === 'a') inputs['configMaps']?.find('heartbeat');
            return { phase: 'Only' };
          },
          { initial: true },
        ),
        Done: final,
      }),
    );
    for (const name of ['a', 'b']) {
      await testbed.route(name);
      await testbed.untilReady(name, 'Only');
    }
    await testbed.untilIdle(operator);
    await isToldOnce(
      operator,
      'input',
      /phase Only reads ConfigMap default\/heartbeat, which changes all the time/,
      async (time) => {
        const before = await syncsOf(operator);
        await testbed.cluster.apply(
          {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name: 'heartbeat', namespace: 'default' },
            data: { time: String(time) },
          },
          { fieldManager: 'heart' },
        );
        await untilMoreSyncs(operator, before);
      },
    );
  });

  for (const [what, more, returned, reason] of [
    ['its worker asks for it', {}, { requeueAfter: '100ms' }, /its worker's requeueAfter/],
    ['its phase does', { interval: '200ms' }, {}, /the phase's interval/],
  ] as const)
    it(`since ${what}`, async () => {
      const operator = await run(
        routes({ Only: phase(() => ({ phase: 'Only', ...returned }), { initial: true, ...more }) }),
      );
      await testbed.route('a');
      await testbed.untilReady('a', 'Only');
      await isToldOnce(operator, 'timer', reason, async () => {
        const before = await syncsOf(operator);
        clock.skip(200);
        await untilMoreSyncs(operator, before);
      });
    });

  it('since others change its annotations all the time', async () => {
    const operator = await run(routes({ Only: phase(() => ({ phase: 'Only' }), { initial: true }) }));
    await testbed.route('a');
    await testbed.untilReady('a', 'Only');
    await isToldOnce(
      operator,
      'resource',
      /somebody else keeps changing its labels, annotations or phase/,
      async (time) => {
        const before = await syncsOf(operator);
        await testbed.cluster.patch(ROUTE, { metadata: { annotations: { seen: String(time) } } });
        await untilMoreSyncs(operator, before);
      },
    );
  });

  it('since others take one field after the other of what is put right with pauses only', async () => {
    const mine = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`k${index}`, 'mine']));
    const operator = await run(
      routes({
        Only: phase(() => ({ phase: 'Only', outputs: { configMaps: [configMap('out', mine)] } }), { initial: true }),
      }),
    );
    await testbed.route('a');
    await testbed.untilReady('a', 'Only');
    await testbed.untilIdle(operator);
    // Until the pause is longer than this test.
    for (const [times, pause] of [0, 0, 0, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000].entries()) {
      clock.skip(pause);
      await testbed.untilConfigMap('out', ({ data }) => data?.['k0'] === 'mine');
      await take({ k0: 'theirs' });
      await testbed.untilMetrics(
        operator,
        (text) => sum(text, 'autopilot_outputs_total', 'action="contested"') === Math.max(0, times - 1),
      );
      await testbed.untilIdle(operator);
    }
    let taken = 0;
    await isToldOnce(operator, 'output_drift', /somebody else keeps changing its outputs/, async () => {
      const before = await syncsOf(operator);
      await take({ [`k${++taken}`]: 'theirs' });
      await untilMoreSyncs(operator, before);
    });
  });

  it('is none where others keep taking what is put right with pauses only', async () => {
    const operator = await run(
      routes({
        Only: phase(() => ({ phase: 'Only', outputs: { configMaps: [configMap('out', { mine: 'x' })] } }), {
          initial: true,
        }),
      }),
    );
    await testbed.route('a');
    await testbed.untilReady('a', 'Only');
    for (let time = 0; time < 300; time += 1) await take({ mine: String(time) });
    await testbed.untilIdle(operator);
    assert.ok((await syncsOf(operator)) < 100);
    assert.equal(await storms(operator), 0);
  });

  it('since others write the revision of its status whenever it is about to', async () => {
    const operator = await run(
      routes({
        Only: phase(
          async () => {
            const { status } = (await testbed.getRoute('a')) ?? {};
            const revision = (status?.revision ?? 0) + 1;
            await testbed.cluster.patch(ROUTE, { status: { revision } }, { subresource: 'status' });
            return { phase: 'Only', status: { seen: revision } };
          },
          { initial: true },
        ),
      }),
    );
    await testbed.route('a');
    await isToldOnce(
      operator,
      'status_conflict',
      /somebody else keeps writing its status.phase or status.revision/,
      async () => untilMoreSyncs(operator, await syncsOf(operator)),
    );
  });

  it('since its phases follow on each other, and one of them waits too little to be slowed down', async () => {
    let waited = false;
    const operator = await run(
      routes({
        One: phase(() => ({ phase: 'Two' }), { initial: true }),
        Two: phase(() => {
          waited = !waited;
          return waited ? { phase: 'Two', requeueAfter: '1ms' } : { phase: 'One' };
        }),
      }),
    );
    await testbed.route('a');
    await isToldOnce(operator, 'itself', /its phases follow on each other without end/, async () =>
      untilMoreSyncs(operator, await syncsOf(operator)),
    );
  });

  it('is none where others change what it has to write anew', async () => {
    const operator = await run(
      routes({
        Only: phase(
          ({ inputs }) => {
            const source = inputs['configMaps']?.find('source');
            return { phase: 'Only', outputs: { configMaps: [configMap('copy', source?.data)] } };
          },
          { initial: true },
        ),
      }),
    );
    await testbed.route('a');
    await testbed.untilReady('a', 'Only');
    for (let time = 0; time < 150; time += 1) {
      await testbed.cluster.apply(
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'source', namespace: 'default' },
          data: { time: String(time) },
        },
        { fieldManager: 'heart' },
      );
      await testbed.untilConfigMap('copy', ({ data }) => data?.['time'] === String(time));
    }
    await testbed.untilIdle(operator);
    assert.equal(await storms(operator), 0);
  });
});
