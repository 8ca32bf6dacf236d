import assert from 'node:assert/strict';
import { Testbed } from './testbed.ts';

const ROUTE = { apiVersion: 'example.io/v1', kind: 'Route' };
const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' };

interface Seen {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec?: object;
  readonly data?: object;
}

/** What a worker sees in the order of members, it sees in production too. */
describe('the members of what a server gives back', () => {
  let testbed: Testbed;
  before(async () => void (testbed = await Testbed.open()));
  after(() => testbed.close());

  const unordered = { z: 1, b: [{ z: 1, a: { y: 1, x: 2 } }], B: 1, a: {} };
  const ordered = '{"B":1,"a":{},"b":[{"a":{"x":2,"y":1},"z":1}],"z":1}';
  const labels = { z: 'z', a: 'a' };

  it('are in order by their names, in custom resources, however they were written', async () => {
    const { metadata } = await testbed.cluster.create({
      ...ROUTE,
      metadata: { name: 'a', namespace: 'default', labels },
      spec: unordered,
    });
    assert.equal(JSON.stringify(metadata.labels), '{"a":"a","z":"z"}');
    await testbed.cluster.apply({ ...ROUTE, metadata: { name: 'b', namespace: 'default' }, spec: unordered });
    for (const name of ['a', 'b']) {
      const { spec } = await testbed.cluster.get<Seen>({ ...ROUTE, name });
      assert.equal(JSON.stringify(spec), ordered);
    }
    await testbed.cluster.patch({ ...ROUTE, name: 'a' }, { spec: { c: 1 } });
    const whole = await testbed.cluster.get<Seen>({ ...ROUTE, name: 'a' });
    assert.equal(JSON.stringify(whole.spec), ordered.replace('}],', '}],"c":1,'));
    assert.deepEqual(Object.keys(whole), ['apiVersion', 'kind', 'metadata', 'spec']);
  });

  it('are in order by their names in maps of built-in kinds', async () => {
    const ref = { ...CONFIG_MAP, name: 'a', namespace: 'default' };
    await testbed.cluster.create({
      ...CONFIG_MAP,
      metadata: { name: 'a', namespace: 'default', labels, annotations: labels },
      data: { z: 'z', b: 'b', B: 'B' },
    });
    await testbed.cluster.patch(ref, { data: { a: 'a' } });
    const { data, metadata } = await testbed.cluster.get<Seen>(ref);
    assert.equal(JSON.stringify(data), '{"B":"B","a":"a","b":"b","z":"z"}');
    assert.equal(JSON.stringify([metadata.labels, metadata.annotations]), '[{"a":"a","z":"z"},{"a":"a","z":"z"}]');
  });
});
