import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { StatusError } from 'autopilot-devcluster';
import { AutopilotError, type CollectQuery, type KubernetesObject, type PhaseDefinition } from 'autopilot-runtime';
import { killedAtEveryWrite } from './killed-at-every-write.ts';
import {
  configMap,
  configMaps,
  final,
  OPERATOR,
  phase,
  routes,
  sum,
  Testbed,
  type ConfigMap,
  type Context,
} from './testbed.ts';

const REF = { apiVersion: 'example.io/v1', kind: 'Route', name: 'a', namespace: 'default' };
const MAP = { apiVersion: 'v1', kind: 'ConfigMap' };

describe('a worker’s own collection', () => {
  let testbed: Testbed;
  before(async () => {
    testbed = await Testbed.open();
    await testbed.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } });
  });
  after(() => testbed.close());
  afterEach(async () => {
    testbed.cluster.faults.clear();
    for (const { metadata } of await testbed.cluster.list({ apiVersion: 'example.io/v1', kind: 'Route' })) {
      const ref = { ...REF, name: metadata.name };
      await testbed.cluster.delete(ref);
      await testbed.untilGone(ref);
    }
    await testbed.stopOperators();
    for (const { metadata } of await testbed.cluster.list(MAP))
      if (!metadata.name.startsWith('kube-'))
        await testbed.cluster.delete({ ...MAP, name: metadata.name, namespace: metadata.namespace }).catch(isGone);
    testbed.cluster.requests.clear();
  });

  const outputs = { configMaps: { type: configMaps, namespace: 'any' as const } };
  const labelled = (name: string, colour: string, namespace = 'default') => ({
    metadata: { name, namespace, labels: { colour } },
    data: { k: 'v' },
  });
  /** Two phases that make things, one that does as it is told when `spec.go` is set, and one to rest in. */
  const operator = (work: (context: Context) => unknown, more: Partial<PhaseDefinition> = {}) =>
    routes({
      One: phase(
        ({ route: { metadata } }) => ({
          phase: 'Two',
          outputs: { configMaps: [labelled(`${metadata.name}-red`, 'red'), labelled(`${metadata.name}-blue`, 'blue')] },
        }),
        { initial: true, inputs: {}, outputs },
      ),
      Two: phase(
        ({ route: { metadata } }) => ({
          phase: 'Wait',
          outputs: {
            configMaps: [labelled(`${metadata.name}-two`, 'red'), labelled(`${metadata.name}-far`, 'red', 'other')],
          },
        }),
        { inputs: {}, outputs, renamedFrom: ['Second'] },
      ),
      Wait: phase(({ route }) => ({ phase: route.spec['go'] === undefined ? 'Wait' : 'Work' }), {
        inputs: {},
        outputs: {},
      }),
      Work: phase(
        async (context) => {
          if (context.route.metadata.name !== 'a') return { phase: 'Done' };
          const returned = await work(context);
          return { phase: 'Done', ...(typeof returned === 'object' && returned) };
        },
        { outputs, ...more },
      ),
      Done: final,
    });
  const names = async (): Promise<readonly string[]> => {
    const all = await testbed.cluster.list<ConfigMap>(MAP);
    return all.map(({ metadata }) => metadata.name).filter((name) => !name.startsWith('kube-'));
  };
  const ready = async (...routeNames: readonly string[]): Promise<void> => {
    for (const name of routeNames) await testbed.untilReady(name, 'Wait');
  };
  const go = async (): Promise<unknown> => {
    testbed.cluster.requests.clear();
    return testbed.setSpec('a', { go: true });
  };
  /** Runs `work` once for the Route `a`, beside which there is `b`, and returns what it returned. */
  const once = async (work: (context: Context) => unknown, more: Partial<PhaseDefinition> = {}): Promise<unknown> => {
    let result: unknown;
    await testbed.run(
      operator(async (context) => {
        result = await work(context);
      }, more),
    );
    for (const name of ['a', 'b']) await testbed.route(name);
    await ready('a', 'b');
    await go();
    await testbed.untilRoute('a', ({ status }) => status?.phase === 'Done');
    return result;
  };
  const OF_B = ['b-blue', 'b-red', 'b-two', 'b-far'];

  for (const [what, query, removed] of [
    ['of one kind', undefined, ['a-blue', 'a-red', 'a-two', 'a-far']],
    ['by phase', { phase: 'One' }, ['a-blue', 'a-red']],
    ['by some phases', { phase: ['One', 'Work'] }, ['a-blue', 'a-red']],
    ['by a former name of the phase', { phase: 'Second' }, ['a-two', 'a-far']],
    ['by selector', { selector: { matchLabels: { colour: 'red' } } }, ['a-red', 'a-two', 'a-far']],
    ['by a selector that fits all', { selector: {} }, ['a-blue', 'a-red', 'a-two', 'a-far']],
    ['by phase and selector', { phase: 'One', selector: { matchLabels: { colour: 'red' } } }, ['a-red']],
    ['by namespace', { namespace: 'other' }, ['a-far']],
    ['by a selector that is unset: nothing', { selector: undefined }, []],
    ['by the null selector: nothing', { selector: null }, []],
  ] as const) {
    it(`removes what the resource’s phases made, ${what}, and nothing else`, async () => {
      const count = await once(({ client }) => client.collect('configMaps', query));
      const all = ['a-blue', 'a-red', 'a-two', 'a-far', ...OF_B];
      const wanted = all.filter((name) => !removed.some((each) => each === name));
      assert.deepEqual((await names()).toSorted(), wanted.toSorted());
      assert.equal(count, removed.length);
      const deletes = testbed.operatorWrites().filter((write) => write === 'delete configmaps');
      assert.equal(deletes.length, removed.length);
    });
  }

  it('leaves alone what others made, though it bears all our marks', async () => {
    await once(async ({ client, route, inputs }) => {
      const mine = await testbed.cluster.get<ConfigMap>({ ...MAP, name: 'a-red', namespace: 'default' });
      const { labels, annotations, ownerReferences } = mine.metadata;
      const copy = { name: 'copy', namespace: 'default', labels, annotations, ownerReferences };
      await testbed.cluster.create<KubernetesObject>({ ...MAP, metadata: copy });
      const theirs = { name: 'theirs', namespace: 'default', labels: { colour: 'red' } };
      await testbed.cluster.create<KubernetesObject>({ ...MAP, metadata: theirs });
      while (!inputs['configMaps']?.find('copy')) await setImmediate();
      assert.equal(labels?.['example.io/owner'], route.metadata.uid);
      await client.collect('configMaps');
    });
    assert.deepEqual((await names()).toSorted(), ['copy', 'theirs', ...OF_B].toSorted());
  });

  it('removes what phases made that there are no longer', async () => {
    await testbed.run(operator(() => undefined));
    await testbed.route('a');
    await ready('a');
    await testbed.stopOperators();
    const { phases } = operator(({ client }) => client.collect('configMaps'));
    const { One, ...rest } = phases;
    assert.ok(One);
    const Begin = phase(() => ({ phase: 'Two' }), { initial: true, inputs: {}, outputs: {} });
    await testbed.run(routes({ Begin, ...rest }));
    await go();
    await testbed.untilReady('a', 'Done');
    assert.deepEqual(await names(), []);
  });

  for (const [what, call, message] of [
    [
      'an undeclared kind',
      ['secrets'],
      /ERR_AP_UNDECLARED.*does not declare the output secrets \(declared: configMaps\)/,
    ],
    [
      'a phase that there is none of',
      ['configMaps', { phase: 'Nowhere' }],
      /ERR_AP_BAD_COLLECT.*no phase "Nowhere"\. There are: One, Two/,
    ],
    ['a phase that is unset', ['configMaps', { phase: undefined }], /ERR_AP_BAD_COLLECT.*no phase undefined/],
    ['a misspelt member', ['configMaps', { phases: ['One'] }], /ERR_AP_BAD_COLLECT.*no "phases"/],
    [
      'a bad selector',
      ['configMaps', { selector: { matchExpressions: [{ key: 'a', operator: 'Like' }] } }],
      /ERR_AP_BAD_COLLECT/,
    ],
    ['a selector of no known shape', ['configMaps', { selector: { colour: 'red' } }], /ERR_AP_BAD_COLLECT/],
    ['a namespace that is none', ['configMaps', { namespace: '' }], /ERR_AP_BAD_COLLECT/],
    ['a text', ['configMaps', 'One'], /ERR_AP_BAD_COLLECT.*it takes/],
  ] as const) {
    it(`is refused before anything is sent where it is asked for ${what}`, async () => {
      const failure = await once(async ({ client }) => {
        // As of code that no compiler has seen.
        const [key, query] = call;
        return client.collect(key, query as CollectQuery | undefined).catch((error: unknown) => {
          assert.ok(error instanceof AutopilotError);
          return `${error.code} ${error.message}`;
        });
      });
      assert.match(String(failure), message);
      assert.deepEqual(
        testbed.operatorWrites().filter((write) => write !== 'patch routes/status'),
        [],
      );
    });
  }

  it('is known to all reads at once, though no event comes', async () => {
    const held: { release(): void }[] = [];
    const seen = await once(
      async ({ client, inputs }) => {
        held.push(testbed.cluster.faults.holdEvents({ userAgent: OPERATOR, resource: 'configmaps' }));
        const first = await client.collect('configMaps', { phase: 'One' });
        const left = inputs['configMaps']?.list({ selector: { matchLabels: { colour: 'red' } } }) ?? [];
        return [first, left.map(({ metadata }) => metadata.name), await client.collect('configMaps', { phase: 'One' })];
      },
      { inputs: { configMaps: { type: configMaps, namespace: 'any' } } },
    );
    for (const each of held) each.release();
    assert.deepEqual(seen, [2, ['a-two', 'b-red', 'b-two', 'a-far', 'b-far'], 0]);
    assert.equal(testbed.operatorWrites().filter((write) => write === 'delete configmaps').length, 2);
  });

  it('takes no other object that came in the place of one, and does not count it', async () => {
    const at = { ...MAP, name: 'a-red', namespace: 'default' };
    const count = await once(async ({ client }) => {
      const held = testbed.cluster.faults.holdEvents({ userAgent: OPERATOR, resource: 'configmaps' });
      await testbed.cluster.delete(at);
      await testbed.cluster.create<KubernetesObject>({ ...MAP, metadata: { name: 'a-red', namespace: 'default' } });
      const collected = await client.collect('configMaps', { phase: 'One' });
      held.release();
      return collected;
    });
    assert.equal(count, 1);
    assert.ok(await testbed.cluster.find(at));
  });

  it('ends when the run does: nothing more is sent then', async () => {
    testbed.cluster.faults.delay(200, { userAgent: OPERATOR, resource: 'configmaps', verb: 'delete' });
    let failure: Promise<string> | undefined;
    await testbed.run(
      operator(({ client }) => {
        failure = client.collect('configMaps', { phase: 'One' }).then(String, String);
        return failure;
      }),
    );
    await testbed.route('a');
    await ready('a');
    await go();
    await new Promise<void>((resolve) => {
      const stop = testbed.cluster.requests.subscribe(({ resource, verb }) => {
        if (resource !== 'configmaps' || verb !== 'delete') return;
        stop();
        resolve();
      });
    });
    await testbed.cluster.delete(REF);
    await testbed.untilGone(REF);
    assert.match((await failure) ?? '', /client\.collect\("configMaps"\): this run has ended/);
    const deletes = testbed.cluster.requests.filter({ userAgent: OPERATOR, resource: 'configmaps', verb: 'delete' });
    // The finalizer deletes what is in another namespace.
    assert.deepEqual(
      deletes.map(({ name }) => name),
      ['a-blue', 'a-far'],
    );
  });

  it('is counted, and is no drift, after a restart either; what the run also returns is made anew', async () => {
    const running = await testbed.run(
      operator(async ({ client }) => {
        await client.collect('configMaps');
        return { outputs: { configMaps: [configMap('a-red', { k: 'anew' })] } };
      }),
    );
    await testbed.route('a');
    await ready('a');
    await go();
    await testbed.untilReady('a', 'Done');
    assert.deepEqual(await names(), ['a-red']);
    await testbed.untilIdle(running);
    const metrics = await running.metrics();
    assert.equal(sum(metrics, 'autopilot_outputs_total', 'action="collected"'), 4);
    assert.equal(sum(metrics, 'autopilot_output_drift_total'), 0);
    await testbed.stopOperators();
    testbed.cluster.requests.clear();
    await testbed.untilIdle(await testbed.run(operator(() => undefined)));
    assert.deepEqual(testbed.operatorWrites(), []);
  });

  it('that failed half-way ends as it would have, by the next run', async () => {
    let deletes = 0;
    testbed.cluster.faults.answer(
      403,
      (request) => request.verb === 'delete' && request.resource === 'configmaps' && (deletes += 1) === 2,
      { count: 1000 },
    );
    const running = await testbed.run(operator(({ client }) => client.collect('configMaps')));
    await testbed.route('a');
    await ready('a');
    await go();
    await testbed.untilReady('a', 'Done');
    assert.deepEqual(await names(), []);
    await testbed.untilIdle(running);
    await testbed.stopOperators();
    testbed.cluster.requests.clear();
    await testbed.untilIdle(await testbed.run(operator(() => undefined)));
    assert.deepEqual(testbed.operatorWrites(), []);
  });

  it('ends as it would have, whichever of the writes the operator is killed at', async () => {
    const writes = await killedAtEveryWrite(testbed, {
      operator: operator(({ client }) =>
        client.collect('configMaps', { selector: { matchLabels: { colour: 'red' } } }),
      ),
      before: async () => {
        await testbed.route('a');
        await ready('a');
      },
      act: go,
      done: () => testbed.untilReady('a', 'Done'),
      after: async () => {
        await testbed.cluster.delete(REF);
        await testbed.untilGone(REF);
        for (const name of await names()) await testbed.untilGone({ ...MAP, name, namespace: 'default' });
      },
    });
    // Two transitions, three deletions, and for each of the two phases the mark that something of theirs is being taken.
    assert.equal(writes, 7);
  });
});

/** Its owner may have taken it along. */
function isGone(error: unknown): void {
  if (!(error instanceof StatusError && error.code === 404)) throw error;
}
