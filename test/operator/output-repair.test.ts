import assert from 'node:assert/strict';
import type { ObjectLike } from 'autopilot-devcluster';
import { mirror } from './mirror.ts';
import { condition, phase, routes, services, sum, Testbed } from './testbed.ts';

describe('outputs that somebody else changed', () => {
  let testbed: Testbed;
  beforeEach(async () => void (testbed = await Testbed.open()));
  afterEach(() => testbed.close());

  const setSpec = (spec: Readonly<Record<string, unknown>>) => testbed.setSpec('a', spec);
  const settled = () => testbed.untilReady('a', 'Only');

  for (const [what, patch] of [
    ['a value that was changed', { data: { k: 'other' } }],
    ['a field that was removed', { data: { k: null } }],
    ['our annotation', { metadata: { annotations: { 'example.io/phase': 'Other' } } }],
    ['our owner label', { metadata: { labels: { 'example.io/owner': null } } }],
    ['our owner reference', { metadata: { ownerReferences: null } }],
  ] as const) {
    it(`are repaired: ${what}`, async () => {
      await testbed.run(mirror);
      const route = await testbed.route('a', { outputs: { out: { k: 'v' } } });
      await testbed.untilConfigMap('out', () => true);
      await settled();
      await testbed.cluster.patch({ apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'default' }, patch);
      await testbed.untilConfigMap(
        'out',
        ({ data, metadata }) =>
          data?.['k'] === 'v' &&
          metadata.annotations?.['example.io/phase'] === 'Only' &&
          metadata.labels?.['example.io/owner'] === route.metadata.uid &&
          metadata.ownerReferences?.[0]?.uid === route.metadata.uid,
      );
    });
  }

  it('are repaired: a value whose name holds the uid of the resource', async () => {
    await testbed.run(mirror);
    const { metadata } = await testbed.route('a');
    const name = `${metadata.uid}.json`;
    await setSpec({ outputs: { out: { [name]: 'v' } } });
    await testbed.untilConfigMap('out', ({ data }) => data?.[name] === 'v');
    await settled();
    await testbed.cluster.patch(
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'default' },
      { data: { [name]: 'other' } },
    );
    await testbed.untilConfigMap('out', ({ data }) => data?.[name] === 'v');
  });

  it('are repaired: a list item that leaves to the default what makes it another one than the item before it', async () => {
    const ref = { apiVersion: 'v1', kind: 'Service', name: 'out', namespace: 'default' };
    const ports = [
      { name: 'sctp', port: 53, protocol: 'SCTP' },
      { name: 'tcp', port: 53 },
    ];
    await testbed.run(
      routes({
        Only: phase(
          () => ({ phase: 'Only', outputs: { services: [{ metadata: { name: 'out' }, spec: { ports } }] } }),
          {
            initial: true,
            outputs: { services: { type: services } },
          },
        ),
      }),
    );
    await testbed.route('a');
    await settled();
    await testbed.cluster.patch(ref, [{ op: 'remove', path: '/spec/ports/1' }], { type: 'json' });
    await testbed.until<ObjectLike & { readonly spec?: { readonly ports?: readonly object[] } }>(
      ref,
      ({ spec }) => spec?.ports?.length === 2,
    );
  });

  it('are repaired after a restart, when the change was made while the operator was down', async () => {
    const first = await testbed.run(mirror);
    await testbed.route('a', { outputs: { out: { k: 'v' } } });
    await testbed.untilConfigMap('out', () => true);
    await settled();
    await testbed.untilIdle(first);
    await testbed.stopOperators();
    await testbed.cluster.patch(
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'default' },
      { data: { k: 'other' } },
    );
    await testbed.run(mirror);
    await testbed.untilConfigMap('out', ({ data }) => data?.['k'] === 'v');
  });

  it('that are Secrets written as text are repaired when a value is changed or removed', async () => {
    const secrets = { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true };
    const ref = { apiVersion: 'v1', kind: 'Secret', name: 'out' };
    await testbed.run(
      routes({
        Only: phase(
          ({ route }) => ({
            phase: 'Only',
            outputs: { secrets: [{ metadata: { name: 'out' }, stringData: { password: route.spec['password'] } }] },
          }),
          { initial: true, outputs: { secrets: { type: secrets } } },
        ),
      }),
    );
    await testbed.route('a', { password: 'one' });
    const has = (password: string) =>
      testbed.until<ObjectLike & { readonly data?: Readonly<Record<string, string>> }>(
        ref,
        ({ data }) => data?.['password'] === Buffer.from(password).toString('base64'),
      );
    await has('one');
    await testbed.cluster.patch(ref, { stringData: { password: 'other' } });
    await has('one');
    // Managed fields of an apply are other ones than those of a create.
    await setSpec({ password: 'two' });
    await has('two');
    await testbed.cluster.patch(ref, { data: { password: null } });
    await has('two');
  });

  it('are made again when somebody deletes them', async () => {
    await testbed.run(mirror);
    await testbed.route('a', { outputs: { out: { k: 'v' } } });
    const { metadata } = await testbed.untilConfigMap('out', () => true);
    await settled();
    await testbed.cluster.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'default' });
    await testbed.untilConfigMap('out', (out) => out.metadata.uid !== metadata.uid);
  });

  it('wake nobody when others change what is theirs', async () => {
    const operator = await testbed.run(mirror);
    await testbed.route('a', { outputs: { out: { k: 'v' } } });
    await testbed.untilConfigMap('out', () => true);
    await settled();
    await testbed.untilIdle(operator);
    const before = sum(await operator.metrics(), 'controller_runtime_reconcile_total');
    for (const value of ['1', '2', '3']) {
      await testbed.cluster.patch(
        { apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'default' },
        { data: { theirs: value } },
      );
    }
    await testbed.route('barrier');
    await testbed.untilReady('barrier', 'Only');
    await testbed.untilIdle(operator);
    assert.equal(sum(await operator.metrics(), 'controller_runtime_reconcile_total') - before, 1);
  });

  it('that are being deleted are waited for, and then made again', async () => {
    const operator = await testbed.run(mirror);
    await testbed.route('a', { outputs: { out: { k: 'v' } } });
    const before = await testbed.untilConfigMap('out', () => true);
    await settled();
    const out = { apiVersion: 'v1', kind: 'ConfigMap', name: 'out', namespace: 'default' };
    await testbed.cluster.patch(out, { metadata: { finalizers: ['example.io/slow'] } });
    await testbed.cluster.delete(out);
    // Each touch runs the phase; one of them after the operator's watch has told of the deletion.
    for (let touch = 0, reason = ''; reason !== 'OutputBusy'; touch += 1) {
      assert.ok(touch < 20, `it is ${reason}`);
      const before = sum(await operator.metrics(), 'autopilot_phase_syncs_total');
      await testbed.cluster.patch(
        { apiVersion: 'example.io/v1', kind: 'Route', name: 'a' },
        { metadata: { labels: { touched: String(touch) } } },
      );
      await testbed.untilMetrics(operator, (metrics) => sum(metrics, 'autopilot_phase_syncs_total') > before);
      reason = condition((await testbed.getRoute('a')) ?? assert.fail(), 'Ready').reason;
    }
    await testbed.cluster.patch(out, { metadata: { finalizers: null } });
    await testbed.untilConfigMap('out', ({ metadata }) => metadata.uid !== before.metadata.uid);
    await settled();
  });
});
