import assert from 'node:assert/strict';
import { killedAtEveryWrite } from './killed-at-every-write.ts';
import { configMap, final, phase, routes, sum, Testbed } from './testbed.ts';

const REF = { apiVersion: 'example.io/v1', kind: 'Route', name: 'a', namespace: 'default' };
const MAP = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default' };

/** One makes `shared` and `own`; Two, once it is told to, has `shared` too. */
const moving = (more: Parameters<typeof routes>[1] = {}, first = 'One', renamedFrom: readonly string[] = []) =>
  routes(
    {
      [first]: phase(
        () => ({ phase: 'Two', outputs: { configMaps: [configMap('shared', { by: 'one' }), configMap('own')] } }),
        { initial: true, inputs: {}, renamedFrom },
      ),
      Two: phase(
        ({ route: { spec } }) => ({
          phase: spec['go'] === undefined ? 'Two' : 'Done',
          outputs: { configMaps: spec['go'] === undefined ? [] : [configMap('shared', { by: 'two' })] },
        }),
        { inputs: {} },
      ),
      Done: final,
    },
    more,
  );

describe('an output that moves from one phase to another', () => {
  let testbed: Testbed;
  before(async () => void (testbed = await Testbed.open()));
  after(() => testbed.close());
  const clean = async (): Promise<void> => {
    if (await testbed.getRoute('a')) await testbed.cluster.delete(REF);
    for (const ref of [REF, { ...MAP, name: 'shared' }, { ...MAP, name: 'own' }]) await testbed.untilGone(ref);
  };
  afterEach(async () => {
    await clean();
    await testbed.stopOperators();
    testbed.cluster.requests.clear();
  });

  const begin = async (): Promise<void> => {
    await testbed.route('a');
    await testbed.untilReady('a', 'Two');
  };
  const go = () => testbed.setSpec('a', { go: true });

  for (const [what, operator] of [
    ['nothing repairs', moving()],
    ['drift is repaired', moving({ onOutputDrift: 'One' })],
  ] as const)
    it(`ends as it would have, whichever of the writes the operator is killed at, where ${what}`, async () => {
      const writes = await killedAtEveryWrite(testbed, {
        operator,
        before: begin,
        act: go,
        done: () => testbed.untilReady('a', 'Done'),
        after: clean,
      });
      // The mark that it is being taken, the take-over of what the create wrote, the apply, the transition.
      assert.equal(writes, 4);
      assert.equal(await testbed.getRoute('a'), undefined);
    });

  it('belongs to the last; the first notices it no more, but does of what is left to it', async () => {
    const running = await testbed.run(moving());
    await begin();
    await go();
    await testbed.untilReady('a', 'Done');
    const marks = async (name: string) =>
      (await testbed.getConfigMap(name))?.metadata.annotations?.['example.io/phase'];
    assert.deepEqual([await marks('shared'), await marks('own')], ['Two', 'One']);
    await testbed.untilIdle(running);
    await testbed.stopOperators();
    testbed.cluster.requests.clear();
    await testbed.untilIdle(await testbed.run(moving()));
    assert.deepEqual(testbed.operatorWrites(), []);
    await testbed.stopOperators();
    await testbed.cluster.delete({ ...MAP, name: 'own' });
    await testbed.run(moving());
    const told = await testbed.untilRoute('a', (route) =>
      (route.status?.conditions ?? []).some(({ reason }) => reason === 'OutputDrifted'),
    );
    assert.match(JSON.stringify(told.status?.conditions), /phase One made/);
  });

  it('is looked at again where somebody else wrote the status just before it is taken', async () => {
    const running = await testbed.run(moving());
    await begin();
    await testbed.untilIdle(running);
    const held = testbed.cluster.faults.holdEvents({ userAgent: 'route-operator', resource: 'routes' });
    await testbed.cluster.patch(REF, { status: { revision: 40 } }, { subresource: 'status' });
    held.release();
    await go();
    const done = await testbed.untilReady('a', 'Done');
    assert.ok((done.status?.revision ?? 0) > 40);
    assert.deepEqual((await testbed.getConfigMap('shared'))?.data, { by: 'two' });
  });

  it('is deleted in one run together with what another phase made, though both are asked for at once', async () => {
    let runs = 0;
    const running = await testbed.run(
      routes({
        One: phase(() => ({ phase: 'Two', outputs: { configMaps: [configMap('shared')] } }), {
          initial: true,
          inputs: {},
        }),
        Two: phase(() => ({ phase: 'Three', outputs: { configMaps: [configMap('own'), configMap('more')] } }), {
          inputs: {},
        }),
        Three: phase(
          async ({ client }) => {
            runs += 1;
            await Promise.all(['shared', 'own', 'more'].map((name) => client.delete('configMaps', name)));
            return { phase: 'Three' };
          },
          { inputs: {} },
        ),
      }),
    );
    await testbed.route('a');
    await testbed.untilReady('a', 'Three');
    await testbed.untilIdle(running);
    assert.equal(runs, 1);
    assert.equal(sum(await running.metrics(), 'autopilot_status_conflicts_total'), 0);
    const ends = testbed.operatorRequests().slice(-6);
    assert.deepEqual(
      ends.map(({ verb, resource, code }) => `${verb} ${resource} ${code}`).toSorted(),
      [...Array<string>(3).fill('delete configmaps 200'), ...Array<string>(3).fill('patch routes 200')].toSorted(),
    );
    for (const name of ['shared', 'own', 'more']) assert.equal(await testbed.getConfigMap(name), undefined);
  });

  it('ends as it would have where the phase that made it has another name since, and kills come in between', async () => {
    await killedAtEveryWrite(testbed, {
      operator: moving(),
      successor: moving({}, 'First', ['One']),
      before: begin,
      act: go,
      done: () => testbed.untilReady('a', 'Done'),
      after: clean,
    });
  });
});
