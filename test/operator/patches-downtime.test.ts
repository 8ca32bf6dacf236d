import assert from 'node:assert/strict';
import type { OperatorDefinition } from 'autopilot-runtime';
import { foreign, patching, wantedPatches } from './patching.ts';
import { condition, configMaps, final, phase, sum, Testbed } from './testbed.ts';

const ROUTE = { apiVersion: 'example.io/v1', kind: 'Route', name: 'a', namespace: 'default' };
const THEIRS = { apiVersion: 'v1', kind: 'ConfigMap', name: 'theirs', namespace: 'default' };

describe('patched fields of an earlier phase that others change while no operator runs', () => {
  let testbed: Testbed;
  before(async () => void (testbed = await Testbed.open()));
  after(() => testbed.close());
  afterEach(async () => {
    if (await testbed.getRoute('a')) {
      if (testbed.running.length === 0) await testbed.run(patching());
      await testbed.cluster.delete(ROUTE);
      await testbed.untilGone(ROUTE);
    }
    await testbed.stopOperators();
    for (const name of ['theirs', 'other'])
      if (await testbed.getConfigMap(name)) await testbed.cluster.delete({ ...THEIRS, name });
    testbed.cluster.requests.clear();
  });

  /** Patches, then rests in `Done`. */
  const patched = async (operator: OperatorDefinition): Promise<void> => {
    await foreign(testbed, 'theirs', { kept: 'x' });
    await foreign(testbed, 'other');
    await testbed.run(operator);
    await testbed.route('a', { patches: { theirs: { k: 'y', l: 'y' }, other: { k: 'y' } }, to: 'Done' });
    await testbed.untilReady('a', 'Done');
    await testbed.stopOperators();
    testbed.cluster.requests.clear();
  };
  const LOSSES = [
    ['a value was changed', () => testbed.cluster.patch(THEIRS, { data: { k: 'edited' } })],
    ['a field was removed', () => testbed.cluster.patch(THEIRS, { data: { k: null } })],
  ] as const;

  for (const [what, change] of LOSSES) {
    it(`are told where nothing repairs them: ${what}; and are no news after another restart`, async () => {
      await patched(patching());
      await change();
      await testbed.run(patching());
      const told = await testbed.untilRoute('a', (route) => condition(route, 'Ready').reason === 'OutputDrifted');
      assert.match(
        condition(told, 'Ready').message,
        /^patched configMaps were changed or deleted while the operator was down, which phase Patching made/,
      );
      await testbed.stopOperators();
      testbed.cluster.requests.clear();
      const again = await testbed.run(patching());
      await testbed.untilIdle(again);
      assert.deepEqual(testbed.operatorWrites(), []);
    });

    it(`lead to \`onOutputDrift\`: ${what}`, async () => {
      const repairing = patching({ force: true }, { Done: final }, { onOutputDrift: 'Patching' });
      await patched(repairing);
      await change();
      await testbed.run(repairing);
      await testbed.untilConfigMap('theirs', ({ data }) => data?.['k'] === 'y');
      await testbed.untilReady('a', 'Done');
      await testbed.stopOperators();
      testbed.cluster.requests.clear();
      await testbed.untilIdle(await testbed.run(repairing));
      assert.deepEqual(testbed.operatorWrites(), []);
    });
  }

  it('are no drift where nobody changed them, where others changed what is theirs, or deleted an object of theirs', async () => {
    await patched(patching());
    await testbed.cluster.patch(THEIRS, { data: { kept: 'z', more: 'z' } });
    await testbed.cluster.delete({ ...THEIRS, name: 'other' });
    const running = await testbed.run(patching());
    await testbed.untilIdle(running);
    assert.deepEqual(testbed.operatorWrites(), []);
    assert.equal(sum(await running.metrics(), 'autopilot_output_drift_total'), 0);
  });

  it('are no drift where a later phase set others under the same key', async () => {
    const patches = { configMaps: { type: configMaps } };
    const later = phase(
      () => ({ phase: 'Rest', patches: { configMaps: [{ metadata: { name: 'other' }, data: { k: 'z' } }] } }),
      {
        inputs: {},
        outputs: {},
        patches,
      },
    );
    const rest = phase(() => ({ phase: 'Rest' }), { inputs: {}, outputs: {} });
    const operator = patching({}, { Later: later, Rest: rest, Done: final });
    await foreign(testbed, 'theirs');
    await foreign(testbed, 'other');
    await testbed.run(operator);
    const route = await testbed.route('a', { patches: { theirs: { k: 'y' } }, to: 'Later' });
    assert.ok('patches' in wantedPatches(await testbed.untilReady('a', 'Rest')), route.metadata.name);
    await testbed.stopOperators();
    testbed.cluster.requests.clear();
    const running = await testbed.run(operator);
    await testbed.untilIdle(running);
    assert.deepEqual(testbed.operatorWrites(), []);
    assert.deepEqual((await testbed.getConfigMap('theirs'))?.data ?? {}, {});
  });
});
