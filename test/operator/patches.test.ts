import assert from 'node:assert/strict';
import { foreign, managerOf, managers, patching, wantedPatches } from './patching.ts';
import { condition, configMap, configMaps, final, OPERATOR, phase, routes, sum, Testbed } from './testbed.ts';

const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default' };

describe('patches', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  const data = async (name: string) => {
    const live = await testbed.getConfigMap(name);
    return live && (live.data ?? {});
  };
  const untilData = (name: string, wanted: Readonly<Record<string, string>>) =>
    testbed.untilConfigMap(name, (live) => isSame(live.data ?? {}, wanted));
  const untilReason = (name: string, reason: string) =>
    testbed.untilRoute(name, (route) => route.status?.conditions?.some((each) => each.reason === reason) ?? false);

  it('set the given fields under a manager of their own, mark the object, and neither own nor label it', async () => {
    await foreign(testbed, 'theirs', { kept: 'x' });
    const operator = await testbed.run(patching());
    await testbed.route('a', { patches: { theirs: { ours: 'y' } } });
    const route = await testbed.untilReady('a', 'Patching');
    const live = (await testbed.getConfigMap('theirs')) ?? assert.fail();
    assert.deepEqual(live.data, { kept: 'x', ours: 'y' });
    assert.deepEqual([live.metadata.ownerReferences, live.metadata.labels], [undefined, undefined]);
    const marks = Object.entries(live.metadata.annotations ?? {}).map((mark) => mark.join(' '));
    assert.match(marks.join('\n'), /^applied\.example\.io\/[0-9a-f]{40} [0-9a-f]{32}$/);
    assert.ok(managers(live).includes(managerOf(route)));
    // The finalizer that they bring comes first.
    assert.deepEqual(route.metadata.finalizers, ['example.io/route-operator']);
    await testbed.untilIdle(operator);
    assert.deepEqual(testbed.operatorWrites(), ['apply routes', 'apply configmaps', 'patch routes/status']);
  });

  it('bring no finalizer to a resource that patches nothing', async () => {
    await testbed.run(patching());
    await testbed.route('a', { patches: {} });
    const route = await testbed.untilReady('a', 'Patching');
    assert.equal(route.metadata.finalizers, undefined);
  });

  it('cost nothing where nothing changed, after a restart too', async () => {
    await foreign(testbed, 'theirs');
    const first = await testbed.run(patching());
    await testbed.route('a', { patches: { theirs: { ours: 'y' } } });
    await testbed.untilReady('a', 'Patching');
    await testbed.untilIdle(first);
    testbed.cluster.requests.clear();
    await testbed.cluster.patch(
      { apiVersion: 'example.io/v1', kind: 'Route', name: 'a' },
      { metadata: { labels: { x: 'y' } } },
    );
    await testbed.untilMetrics(first, (text) => sum(text, 'autopilot_patches_total', 'action="unchanged"') === 1);
    await testbed.untilIdle(first);
    assert.deepEqual(testbed.operatorWrites(), []);
    await testbed.stopOperators();
    const second = await testbed.run(patching());
    await testbed.untilMetrics(second, (text) => sum(text, 'autopilot_patches_total', 'action="unchanged"') === 1);
    await testbed.untilIdle(second);
    assert.deepEqual(testbed.operatorRequests(), []);
  });

  it('cost nothing where a worker keeps the annotations of what it patches, its own mark and those of others', async () => {
    await foreign(testbed, 'theirs');
    const operator = await testbed.run(
      routes({
        Only: phase(
          ({ route, inputs }) => {
            const { annotations } = inputs['configMaps']?.find('theirs')?.metadata ?? {};
            const patch = { metadata: { name: 'theirs', annotations }, data: { [route.metadata.name]: '1' } };
            const marks = Object.keys(annotations ?? {}).length;
            return { phase: 'Only', patches: { configMaps: [patch] }, status: { marks } };
          },
          { initial: true, outputs: {}, patches: { configMaps: { type: configMaps } } },
        ),
      }),
    );
    for (const name of ['a', 'b']) await testbed.route(name);
    for (const name of ['a', 'b']) await testbed.untilRoute(name, ({ status }) => status?.['marks'] === 2);
    await testbed.untilIdle(operator);
    assert.deepEqual(
      testbed.operatorWrites().filter((write) => write.endsWith(' configmaps')),
      ['apply configmaps', 'apply configmaps'],
    );
  });

  it('can change in an output of another resource, whose worker keeps the annotations of what is there', async () => {
    const operator = await testbed.run(
      routes({
        Only: phase(
          ({ route, inputs }) => {
            if (route.metadata.name === 'b') return { phase: 'Only', ...wantedPatches(route) };
            const annotations = { ...inputs['configMaps']?.find('out')?.metadata.annotations };
            return {
              phase: 'Only',
              outputs: {
                configMaps: [{ metadata: { name: 'out', annotations }, data: { n: String(route.spec['n']) } }],
              },
              status: { marks: Object.keys(annotations).length },
            };
          },
          { initial: true, patches: { configMaps: { type: configMaps } } },
        ),
      }),
    );
    await testbed.route('a', { n: 1 });
    await testbed.untilReady('a', 'Only');
    await testbed.route('b', { patches: { out: { k: 'x' } } });
    await testbed.untilRoute('a', ({ status }) => status?.['marks'] === 3);
    await testbed.setSpec('a', { n: 2 });
    await untilData('out', { n: '2', k: 'x' });
    await testbed.untilIdle(operator);
    await testbed.setSpec('b', { patches: { out: { k: 'y' } } });
    await untilData('out', { n: '2', k: 'y' });
    await testbed.untilReady('b', 'Only');
  });

  it("leave an object somebody else's, though a worker gives it the labels of an output", async () => {
    await foreign(testbed, 'theirs');
    await testbed.run(
      routes({
        Only: phase(
          ({ route, inputs }) => {
            const { labels } = inputs['configMaps']?.find('out')?.metadata ?? {};
            const out = { metadata: { name: 'out', labels: { app: 'x' } } };
            const patch = { metadata: { name: 'theirs', labels }, data: { n: String(route.spec['n']) } };
            return { phase: 'Only', outputs: { configMaps: [out] }, patches: { configMaps: [patch] } };
          },
          { initial: true, patches: { configMaps: { type: configMaps } } },
        ),
      }),
    );
    await testbed.route('a', { n: 1 });
    const { metadata } = await testbed.untilConfigMap('theirs', (found) => found.metadata.labels?.['app'] === 'x');
    assert.deepEqual(metadata.labels, { app: 'x' });
    await testbed.setSpec('a', { n: 2 });
    await untilData('theirs', { n: '2' });
    await testbed.untilReady('a', 'Only');
  });

  it("of several resources in one object are each resource's own", async () => {
    await foreign(testbed, 'theirs', { kept: 'x' });
    await testbed.run(patching());
    for (const name of ['a', 'b', 'c']) await testbed.route(name, { patches: { theirs: { [name]: '1' } } });
    await untilData('theirs', { kept: 'x', a: '1', b: '1', c: '1' });
    const live = await testbed.getConfigMap('theirs');
    assert.equal(Object.keys(live?.metadata.annotations ?? {}).length, 3);
    await testbed.setSpec('b', { patches: { theirs: { other: '2' } } });
    await untilData('theirs', { kept: 'x', a: '1', other: '2', c: '1' });
    await testbed.setSpec('a', { patches: {} });
    await untilData('theirs', { kept: 'x', other: '2', c: '1' });
  });

  it('that would take fields of another manager are refused, with manager and field, and hold up no other', async () => {
    await foreign(testbed, 'theirs', { k: 'x' });
    await foreign(testbed, 'free');
    await testbed.cluster.apply(
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'theirs', namespace: 'default' },
        data: { k: 'x', l: 'x' },
      },
      { fieldManager: 'kubectl-edit' },
    );
    await testbed.run(patching());
    await testbed.route('a', { patches: { theirs: { k: 'y', l: 'y' }, free: { k: 'y' } } });
    const refused = await untilReason('a', 'PatchRefused');
    const { status, message } = condition(refused, 'Ready');
    assert.equal(status, 'False');
    assert.match(message, /ConfigMap default\/theirs: .*kubectl-edit holds \.data\.k, \.data\.l/);
    assert.doesNotMatch(message, /free/);
    await testbed.untilEvent(({ reason, note }) => reason === 'PatchRefused' && (note ?? '').includes('kubectl-edit'));
    assert.deepEqual(await data('theirs'), { k: 'x', l: 'x' });
    assert.deepEqual(await data('free'), { k: 'y' });
    // Once the others have given their fields up, it goes through.
    await testbed.cluster.patch({ ...CONFIG_MAP, name: 'theirs' }, { data: null });
    await untilData('theirs', { k: 'y', l: 'y' });
    await testbed.untilReady('a', 'Patching');
  });

  it('take fields of other managers where they are declared with `force`', async () => {
    await foreign(testbed, 'theirs', { k: 'x' });
    await testbed.run(patching({ force: true }));
    await testbed.route('a', { patches: { theirs: { k: 'y' } } });
    await untilData('theirs', { k: 'y' });
    await testbed.untilReady('a', 'Patching');
  });

  it('of two resources that want different values are refused to the second, which is told of the first', async () => {
    await foreign(testbed, 'theirs');
    await testbed.run(patching());
    await testbed.route('a', { patches: { theirs: { k: 'a' } } });
    await testbed.untilReady('a', 'Patching');
    await testbed.route('b', { patches: { theirs: { k: 'b' } } });
    const refused = await untilReason('b', 'PatchRefused');
    assert.match(condition(refused, 'Ready').message, /Route default\/a holds \.data\.k/);
    assert.deepEqual(await data('theirs'), { k: 'a' });
    // Of one mind, they share the field, and it stays until both have given it up.
    await testbed.setSpec('b', { patches: { theirs: { k: 'a' } } });
    await testbed.untilReady('b', 'Patching');
    await testbed.setSpec('a', { patches: {} });
    await testbed.untilReady('a', 'Patching');
    assert.deepEqual(await data('theirs'), { k: 'a' });
    await testbed.setSpec('b', { patches: {} });
    await untilData('theirs', {});
  });

  it('of the same object twice in one key are an error before anything is sent', async () => {
    await foreign(testbed, 'theirs');
    const twice = { metadata: { name: 'theirs' }, data: { k: 'y' } };
    const operator = patching({
      worker: () => ({ phase: 'Patching', patches: { configMaps: [twice, { ...twice, data: { l: 'y' } }] } }),
    });
    await testbed.run(operator);
    await testbed.route('a');
    const failed = await untilReason('a', 'WorkerFailed');
    assert.match(condition(failed, 'Ready').message, /configMaps\[1\]: default\/theirs is there twice/);
    assert.deepEqual(await data('theirs'), {});
    assert.ok(testbed.operatorWrites().every((write) => !write.endsWith('configmaps')));
  });

  it('wait for an object that is not there, never make it, do the rest meanwhile, and wake when it comes', async () => {
    await foreign(testbed, 'there');
    const operator = await testbed.run(patching());
    await testbed.route('a', { patches: { late: { k: 'y' }, there: { k: 'y' } }, to: 'Done' });
    const waiting = await untilReason('a', 'PatchTargetMissing');
    assert.equal(
      condition(waiting, 'Ready').message,
      'Phase Patching waits for what it patches: ConfigMap default/late.',
    );
    assert.deepEqual([waiting.status?.phase, await data('there')], ['Patching', { k: 'y' }]);
    await testbed.untilIdle(operator);
    assert.equal(await testbed.getConfigMap('late'), undefined);
    testbed.cluster.requests.clear();
    await foreign(testbed, 'late', { kept: 'x' });
    await testbed.untilReady('a', 'Done');
    assert.deepEqual(await data('late'), { kept: 'x', k: 'y' });
    assert.deepEqual(testbed.operatorWrites(), ['apply configmaps', 'patch routes/status']);
  });

  for (const then of ['gone', 'another']) {
    it(`go to the very object that was seen: not where it is ${then} at that moment`, async () => {
      await foreign(testbed, 'theirs');
      const operator = await testbed.run(patching());
      await testbed.route('a', { patches: {} });
      await testbed.untilReady('a', 'Patching');
      const held = testbed.cluster.faults.holdEvents({ userAgent: OPERATOR, resource: 'configmaps' });
      await testbed.cluster.delete({ ...CONFIG_MAP, name: 'theirs' });
      if (then === 'another') await foreign(testbed, 'theirs', { k: 'x' });
      await testbed.setSpec('a', { patches: { theirs: { l: 'y' } } });
      await untilReason('a', 'PatchTargetMissing');
      assert.deepEqual(await data('theirs'), then === 'another' ? { k: 'x' } : undefined);
      const refused = testbed.operatorRequests().find(({ resource }) => resource === 'configmaps');
      assert.equal(refused?.code, then === 'another' ? 422 : 409);
      held.release();
      if (then === 'another') await untilData('theirs', { k: 'x', l: 'y' });
      await testbed.untilIdle(operator);
      if (then === 'gone') assert.equal(await testbed.getConfigMap('theirs'), undefined);
    });
  }

  it('reach an object that is made anew while the patch of the former one is on its way, though the patch is refused', async () => {
    await foreign(testbed, 'theirs');
    const operator = await testbed.run(patching());
    await testbed.route('a', { patches: {}, to: 'Patching' });
    await testbed.untilReady('a', 'Patching');
    await testbed.untilIdle(operator);
    // The server looks at the patch, which names the former object's uid, when the watch has told of the new one.
    testbed.cluster.faults.delay(300, { userAgent: OPERATOR, verb: 'apply', resource: 'configmaps' });
    const anew = new Promise<void>((resolve, reject) => {
      const stop = testbed.cluster.requests.subscribe(({ userAgent, verb, resource }) => {
        if (!userAgent.startsWith(OPERATOR) || verb !== 'apply' || resource !== 'configmaps') return;
        stop();
        testbed.cluster
          .delete({ ...CONFIG_MAP, name: 'theirs' })
          .then(() => foreign(testbed, 'theirs', { k: 'x' }))
          .then(() => resolve(), reject);
      });
    });
    await testbed.setSpec('a', { patches: { theirs: { l: 'y' } } });
    await anew;
    await untilData('theirs', { k: 'x', l: 'y' });
    await testbed.untilReady('a', 'Patching');
    const sent = testbed
      .operatorRequests()
      .filter(({ resource, verb }) => resource === 'configmaps' && verb === 'apply');
    assert.deepEqual([sent.length, sent.at(-1)?.code], [2, 200]);
    assert.ok([404, 409, 422].includes(sent[0]?.code ?? 0), `${sent[0]?.code}`);
  });

  it('of an output of the same resource are refused', async () => {
    const operator = routes({
      Making: phase(() => ({ phase: 'Patching', outputs: { configMaps: [configMap('own', { k: 'x' })] } }), {
        initial: true,
      }),
      Patching: phase(({ route }) => ({ phase: 'Patching', ...wantedPatches(route) }), {
        outputs: {},
        patches: { configMaps: { type: configMaps } },
      }),
      Both: phase(
        () => ({
          phase: 'Both',
          outputs: { configMaps: [configMap('own')] },
          patches: { configMaps: [{ metadata: { name: 'own' } }] },
        }),
        { patches: { configMaps: { type: configMaps } } },
      ),
    });
    await testbed.run(operator);
    await testbed.route('a', { patches: { own: { k: 'y' } } });
    const refused = await untilReason('a', 'PatchRefused');
    assert.match(condition(refused, 'Ready').message, /ConfigMap default\/own: it is an output of this resource/);
    assert.deepEqual(await data('own'), { k: 'x' });
    await testbed.cluster.patch(
      { apiVersion: 'example.io/v1', kind: 'Route', name: 'a' },
      { status: { phase: 'Both' } },
      { subresource: 'status' },
    );
    const failed = await untilReason('a', 'WorkerFailed');
    assert.match(condition(failed, 'Ready').message, /default\/own is one of the run's own outputs/);
  });

  it('are sent after outputs and before what is pruned', async () => {
    await foreign(testbed, 'theirs');
    await foreign(testbed, 'left');
    await testbed.run(
      routes({
        Only: phase(
          ({ route }) => ({
            phase: 'Only',
            outputs: { configMaps: [configMap(String(route.spec['output']))] },
            ...wantedPatches(route),
          }),
          { initial: true, inputs: {}, patches: { configMaps: { type: configMaps } } },
        ),
        Done: final,
      }),
    );
    await testbed.route('a', { output: 'one', patches: { left: { uses: 'one' } } });
    await testbed.untilReady('a', 'Only');
    testbed.cluster.requests.clear();
    await testbed.setSpec('a', { output: 'two', patches: { theirs: { uses: 'two' } } });
    await testbed.untilReady('a', 'Only');
    const sent = testbed.operatorRequests().map(({ verb, name }) => `${verb} ${name}`);
    assert.deepEqual(sent, ['create ', 'apply theirs', 'delete one', 'apply left', 'patch a']);
  });
});

function isSame(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}
