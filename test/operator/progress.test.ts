import assert from 'node:assert/strict';
import type { Progress } from '../../runtime/observe/progress.ts';
import { foreign, patching } from './patching.ts';
import { configMap, final, phase, routes, Testbed } from './testbed.ts';

const ROUTE = { apiVersion: 'example.io/v1', kind: 'Route', name: 'a' };
const MAP = { apiVersion: 'v1', kind: 'ConfigMap' };

/** What was told, in words, and a way to wait for some of it. */
class Told {
  readonly all: string[] = [];
  #check: () => void = () => undefined;

  readonly add = (progress: Progress): void => {
    this.all.push(inWords(progress));
    this.#check();
  };

  until(wanted: string, times = 1): Promise<void> {
    return new Promise((resolve) => {
      this.#check = () => this.all.filter((line) => line === wanted).length >= times && resolve();
      this.#check();
    });
  }
}

function inWords(progress: Progress): string {
  switch (progress.type) {
    case 'ready':
      return `ready: ${progress.resources} ${progress.kind}`;
    case 'resource':
      return `${progress.resource} ${progress.change}`;
    case 'transition':
      return `${progress.resource} ${progress.from} → ${progress.to}`;
    case 'output':
      return `${progress.resource} ${progress.phase}: ${progress.change} ${progress.kind} ${progress.object}`;
    case 'patch':
      return `${progress.resource} ${progress.phase}: ${progress.change} ${progress.kind} ${progress.object}`;
    case 'trouble':
      return `${progress.resource} ${progress.phase}: ${progress.reason}`;
    case 'crd':
      return progress.name;
  }
}

describe('what is told of an operator at work', () => {
  let testbed: Testbed;
  let told: Told;
  beforeEach(async () => {
    testbed = await Testbed.open();
    told = new Told();
  });
  afterEach(() => testbed.close());

  it('is told once, by whatever configuration it works', async () => {
    const operator = await testbed.runWith(
      routes({ Only: phase(() => ({ phase: 'Done' }), { initial: true }), Done: final }),
      {
        progress: told.add,
      },
    );
    await testbed.route('a');
    await told.until('default/a  → Done');
    assert.deepEqual(await operator.reload({ config: { greeting: 'hello' } }), ['config']);
    assert.deepEqual(await operator.reload({ config: { greeting: 'hi' } }), ['config']);
    told.all.length = 0;
    const removed = testbed.cluster.faults.removeApi(ROUTE);
    await testbed.untilMetrics(operator, () => operator.unready()?.includes('not installed') === true);
    removed.remove();
    await told.until('ready: 1 routes');
    await testbed.route('b');
    await told.until('default/b  → Done');
    assert.deepEqual(told.all, ['ready: 1 routes', 'default/b created', 'default/b  → Done']);
  });

  it('is what became of resources and outputs, in the order in which it was done', async () => {
    await testbed.route('earlier');
    const making = phase(({ route: { spec } }) => ({
      phase: 'Done',
      outputs: { configMaps: (spec['maps'] as string[] | undefined)?.map((name) => configMap(name)) ?? [] },
    }));
    await testbed.runWith(routes({ Making: { ...making, initial: true }, Done: final }, { onSpecChange: 'Making' }), {
      progress: told.add,
    });
    await told.until('default/earlier  → Done');
    assert.deepEqual(told.all, ['ready: 1 routes', 'default/earlier  → Done']);
    told.all.length = 0;

    await testbed.route('a', { maps: ['x', 'y'] });
    await told.until('default/a  → Done');
    await testbed.cluster.patch(ROUTE, { spec: { maps: ['y'] } });
    await told.until('default/a Making → Done');
    await testbed.cluster.delete(ROUTE);
    await told.until('default/a deleted');
    assert.deepEqual(told.all, [
      'default/a created',
      'default/a Making: created ConfigMap default/x',
      'default/a Making: created ConfigMap default/y',
      'default/a  → Done',
      'default/a Done → Making',
      'default/a Making: pruned ConfigMap default/x',
      'default/a Making → Done',
      'default/a deleted',
    ]);
  });

  it('is an apply once, though two requests bring it, and what others do to an output', async () => {
    const keeping = phase(({ route: { spec } }) => ({
      phase: 'Keeping',
      outputs: { configMaps: [configMap('x', { text: String(spec['text']) })] },
    }));
    await testbed.runWith(routes({ Keeping: { ...keeping, initial: true } }), { progress: told.add });
    await testbed.route('a', { text: 'one' });
    await told.until('default/a  → Keeping');
    await testbed.cluster.patch(ROUTE, { spec: { text: 'two' } });
    await told.until('default/a Keeping: applied ConfigMap default/x');
    await testbed.cluster.patch({ ...MAP, name: 'x' }, { data: { text: 'theirs' } });
    await told.until('default/a Keeping: changed ConfigMap default/x');
    await told.until('default/a Keeping: applied ConfigMap default/x', 2);
    await testbed.cluster.delete({ ...MAP, name: 'x' });
    await told.until('default/a Keeping: deleted ConfigMap default/x');
    await told.until('default/a Keeping: created ConfigMap default/x', 2);
    assert.deepEqual(
      told.all.filter((line) => line.includes('ConfigMap')),
      [
        'default/a Keeping: created ConfigMap default/x',
        'default/a Keeping: applied ConfigMap default/x',
        'default/a Keeping: changed ConfigMap default/x',
        'default/a Keeping: applied ConfigMap default/x',
        'default/a Keeping: deleted ConfigMap default/x',
        'default/a Keeping: created ConfigMap default/x',
      ],
    );
  });

  it("is what became of fields in somebody else's objects", async () => {
    for (const name of ['one', 'two']) await foreign(testbed, name);
    await testbed.runWith(patching({ force: true }), { progress: told.add });
    await testbed.route('a', { patches: { one: { k: '1' }, two: { k: '1' } } });
    await told.until('default/a  → Patching');
    await testbed.setSpec('a', { patches: { one: { k: '2' } } });
    await told.until('default/a Patching: let go ConfigMap default/two');
    await testbed.cluster.patch({ ...MAP, name: 'one' }, { data: { other: 'is no news' } });
    await testbed.cluster.patch({ ...MAP, name: 'one' }, { data: { k: 'theirs' } });
    await told.until('default/a Patching: patched ConfigMap default/one', 3);
    // Of another resource, by the same operator.
    await testbed.route('b', { patches: { two: { k: 'b' } } });
    await told.until('default/b  → Patching');
    await testbed.cluster.delete({ ...MAP, name: 'two' });
    await told.until('default/b Patching: deleted ConfigMap default/two');
    await testbed.cluster.delete(ROUTE);
    await told.until('default/a deleted');
    assert.deepEqual(
      told.all.filter((line) => line.includes('ConfigMap')),
      [
        'default/a Patching: patched ConfigMap default/one',
        'default/a Patching: patched ConfigMap default/two',
        'default/a Patching: patched ConfigMap default/one',
        'default/a Patching: let go ConfigMap default/two',
        'default/a Patching: changed ConfigMap default/one',
        'default/a Patching: patched ConfigMap default/one',
        'default/b Patching: patched ConfigMap default/two',
        'default/b Patching: deleted ConfigMap default/two',
        'default/a Patching: let go ConfigMap default/one',
      ],
    );
  });

  it('is what stops a resource, where no line of the log tells', async () => {
    const failing = phase(() => {
      throw new Error('is logged');
    });
    await testbed.runWith(routes({ Failing: { ...failing, initial: true } }), { progress: told.add });
    await testbed.route('a');
    await testbed.until(ROUTE, (route) => JSON.stringify(route).includes('WorkerFailed'));
    await testbed.cluster.patch(ROUTE, { status: { phase: 'Nowhere' } }, { subresource: 'status' });
    await told.until('default/a Nowhere: UnknownPhase');
    assert.ok(!told.all.some((line) => line.includes('WorkerFailed')), told.all.join('\n'));
  });
});
