import assert from 'node:assert/strict';
import type { KubernetesObject } from 'autopilot-runtime';
import { configMap, phase, routes, Testbed, type ConfigMap, type Context } from './testbed.ts';

describe("a worker's client", () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  /** Runs `work` once for the Route `a`, and reports what it returned. */
  const once = async (work: (context: Context) => unknown): Promise<unknown> => {
    let result: unknown;
    await testbed.run(
      routes({
        First: phase(
          async (context) => {
            result = await work(context);
            return { phase: 'Rest' };
          },
          { initial: true },
        ),
        Rest: phase(() => ({ phase: 'Rest' })),
      }),
    );
    await testbed.route('a');
    await testbed.untilReady('a', 'Rest');
    return result;
  };

  it('reads from the caches, what it wrote itself included', async () => {
    const seen = await once(async ({ client }) => {
      const before = client.get('configMaps', 'mine');
      await client.create('configMaps', configMap('mine', { k: 'v' }));
      return [
        before,
        client.get('configMaps', 'mine')?.data,
        client.list('configMaps').some(({ metadata }) => metadata.name === 'mine'),
      ];
    });
    assert.deepEqual(seen, [undefined, { k: 'v' }, true]);
    assert.ok(!testbed.operatorWrites().includes('get configmaps'));
  });

  it('creates, patches, deletes', async () => {
    await once(async ({ client }) => {
      await client.create('configMaps', configMap('gone', {}));
      await client.create('configMaps', configMap('kept', { a: '1' }));
      await client.update('configMaps', 'kept', { data: { b: '2' } });
      await client.delete('configMaps', 'gone');
      await client.delete('configMaps', 'never-there');
    });
    assert.equal(await testbed.getConfigMap('gone'), undefined);
    assert.deepEqual((await testbed.getConfigMap('kept'))?.data, { a: '1', b: '2' });
  });

  it('gives nothing that could be changed in the caches', async () => {
    const [attempts, found] = (await once(async ({ client, inputs }) => {
      const given = [
        await client.create('configMaps', configMap('made', { k: 'v' })),
        await client.ensure('configMaps', configMap('ensured')),
        await client.update('configMaps', 'made', { metadata: { labels: { app: 'x' } } }),
      ];
      const change = ({ metadata }: KubernetesObject): string => {
        try {
          Object.assign(metadata.labels ?? {}, { evil: 'x' });
          return 'changed';
        } catch (error) {
          return error instanceof TypeError ? 'refused' : String(error);
        }
      };
      return [given.map(change), inputs['configMaps']?.list({ selector: { matchLabels: { evil: 'x' } } })];
    })) as [string[], unknown[]];
    assert.deepEqual([attempts, found], [['refused', 'refused', 'refused'], []]);
  });

  it('ensures a state, showing reconcile functions the live object', async () => {
    const lives: unknown[] = [];
    const count = (live: KubernetesObject, desired: ReturnType<typeof configMap>) => {
      const { data } = live as ConfigMap;
      lives.push(data);
      return { ...desired, data: { count: String(Number(data?.['count'] ?? 0) + 1) } };
    };
    await once(async ({ client }) => {
      await client.ensure('configMaps', configMap('counter', { count: '1' }), count);
      await client.ensure('configMaps', configMap('counter'), count);
      await client.ensure('configMaps', configMap('counter'), count);
    });
    assert.deepEqual(lives, [{ count: '1' }, { count: '2' }]);
    const counter = await testbed.getConfigMap('counter');
    assert.deepEqual([counter?.data, counter?.metadata.ownerReferences?.[0]?.kind], [{ count: '3' }, 'Route']);
  });

  it('ensures nothing anew where a reconcile function keeps the annotations of the live object', async () => {
    const keep = (live: KubernetesObject, { metadata, ...desired }: ReturnType<typeof configMap>) => ({
      ...desired,
      metadata: { ...metadata, annotations: { ...live.metadata.annotations, ...metadata.annotations } },
    });
    await once(async ({ client }) => {
      for (let time = 0; time < 3; time += 1) await client.ensure('configMaps', configMap('out', { k: 'v' }), keep);
    });
    const writes = testbed.operatorWrites().filter((write) => write.endsWith(' configmaps'));
    assert.deepEqual(writes, ['get configmaps', 'create configmaps', 'get configmaps', 'get configmaps']);
  });

  it("changes nobody else's objects", async () => {
    await testbed.cluster.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'theirs', namespace: 'default' },
      data: { k: 'theirs' },
    });
    const failures = await once(({ client }) =>
      Promise.all(
        ['theirs', 'nowhere'].map((name) => client.update('configMaps', name, { data: { k: 'ours' } }).catch(String)),
      ),
    );
    const [theirs, nowhere] = failures as readonly unknown[];
    assert.match(String(theirs), /cannot update ConfigMap default\/theirs: it is not this resource's/);
    assert.match(String(nowhere), /404 NotFound/);
    assert.deepEqual((await testbed.getConfigMap('theirs'))?.data, { k: 'theirs' });
    assert.ok(!testbed.operatorWrites().includes('patch configmaps'));
  });

  it("deletes nobody else's objects", async () => {
    await testbed.cluster.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'theirs', namespace: 'default' },
    });
    const failure = await once(async ({ client }) => client.delete('configMaps', 'theirs').catch(String));
    assert.match(String(failure), /cannot delete ConfigMap default\/theirs: it is not this resource's/);
    assert.ok(await testbed.getConfigMap('theirs'));
  });

  it('patches what the phase also returns: the next run puts it right, and drops what was only patched', async () => {
    const operator = await testbed.run(
      routes({
        Only: phase(
          async ({ route, client }) => {
            if (route.spec['patch'])
              await client.update('configMaps', 'out', { data: { a: 'patched', b: 'patched', extra: 'x' } });
            return {
              phase: 'Only',
              outputs: { configMaps: [configMap('out', route.spec['data'] as Record<string, string>)] },
            };
          },
          { initial: true, inputs: {} },
        ),
      }),
    );
    const settled = async (): Promise<ConfigMap | undefined> => {
      await testbed.untilReady('a', 'Only');
      await testbed.untilIdle(operator);
      return testbed.getConfigMap('out');
    };
    await testbed.route('a', { data: { a: '1', b: '1', c: '1' } });
    await settled();
    await testbed.setSpec('a', { data: { a: '2', b: '1', c: '1' } });
    await settled();
    await testbed.setSpec('a', { data: { a: '2', b: '1', c: '1' }, patch: true });
    assert.deepEqual((await settled())?.data, { a: '2', b: '1', c: '1' });
    await testbed.setSpec('a', { data: { b: '3' }, patch: true });
    const out = await settled();
    assert.deepEqual(out?.data, { b: '3' });
    assert.deepEqual(
      out?.metadata.managedFields?.map(({ operation }) => operation),
      ['Apply'],
    );
  });
});
