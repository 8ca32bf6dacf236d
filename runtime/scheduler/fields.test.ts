import assert from 'node:assert/strict';
import { OWNER } from '../cache/store.ts';
import type { FieldsV1 } from '../kube/types.ts';
import { compareLeaves, holdsAll, leavesOf, pathsOf, treeOf, type FieldPath } from './fields.ts';

/** What kube-apiserver 1.37 answered to a create of {@link service} (an Update entry), and to an apply of it. */
const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default', labels: { app: 'web' } },
  spec: {
    selector: { app: 'web' },
    ports: [
      { name: 'http', port: 80 },
      { name: 'admin', port: 81, protocol: 'UDP' },
    ],
    publishNotReadyAddresses: false,
  },
};
const port = (number: number, protocol: string, extra: object = {}): FieldsV1 => ({
  [`k:{"port":${number},"protocol":"${protocol}"}`]: { '.': {}, 'f:name': {}, 'f:port': {}, ...extra },
});
const created: FieldsV1 = {
  'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
  'f:spec': {
    'f:internalTrafficPolicy': {},
    'f:ports': {
      '.': {},
      ...port(80, 'TCP', { 'f:protocol': {}, 'f:targetPort': {} }),
      ...port(81, 'UDP', { 'f:protocol': {}, 'f:targetPort': {} }),
    },
    'f:selector': {},
    'f:sessionAffinity': {},
    'f:type': {},
  },
};

const without = (fields: FieldsV1, ...path: readonly string[]): FieldsV1 => {
  const [step = '', ...rest] = path;
  const { [step]: child = {}, ...others } = fields;
  return rest.length === 0 ? others : { ...others, [step]: without(child, ...rest) };
};

const compare = (body: object, entries: readonly FieldsV1[]): Record<'held' | 'missing', readonly FieldPath[]> => {
  const { held, missing } = compareLeaves(body, treeOf(entries));
  return { held: pathsOf(held), missing: pathsOf(missing) };
};

describe('leaves of a body in managed fields', () => {
  it('are held where the entry has them, list items matched by the keys that the body gives', () => {
    const { held, missing } = compare(service, [created]);
    assert.deepEqual(missing, []);
    assert.deepEqual(
      held.map((path) => path.join(' ')),
      [
        'f:metadata f:labels f:app',
        'f:spec f:selector',
        'f:spec f:ports k:{"port":80,"protocol":"TCP"} f:name',
        'f:spec f:ports k:{"port":80,"protocol":"TCP"} f:port',
        'f:spec f:ports k:{"port":81,"protocol":"UDP"} f:name',
        'f:spec f:ports k:{"port":81,"protocol":"UDP"} f:port',
        'f:spec f:ports k:{"port":81,"protocol":"UDP"} f:protocol',
      ],
    );
  });

  it('are missing where another writer took them', () => {
    const taken = without(created, 'f:spec', 'f:selector');
    assert.deepEqual(compare(service, [taken]).missing, [['f:spec', 'f:selector', 'f:app']]);
    const { held } = compare(service, [created]);
    assert.ok(holdsAll(held, [created]));
    assert.ok(!holdsAll(held, [taken]));
  });

  it('are missing where the last member of a map was taken, though the map itself is still held', () => {
    const taken: FieldsV1 = { 'f:data': { '.': {} } };
    assert.deepEqual(compare({ data: { a: '1' } }, [taken]), { held: [], missing: [['f:data', 'f:a']] });
  });

  it('are missing where a list item is gone', () => {
    const item = 'k:{"port":81,"protocol":"UDP"}';
    const gone = without(created, 'f:spec', 'f:ports', item);
    assert.equal(compare(service, [gone]).missing.length, 1);
    assert.ok(!holdsAll(compare(service, [created]).held, [gone]));
  });

  it('are never missing where a create does not show them: false, 0, empty ones, identity, status', () => {
    const body = {
      apiVersion: 'v1',
      kind: 'X',
      metadata: { name: 'a', namespace: 'b', uid: 'c' },
      spec: { off: false, zero: 0, none: null, text: '', list: [], map: {}, nested: { off: false, list: [{}] } },
      status: { phase: 'x' },
    };
    assert.deepEqual(compare(body, [{}]), { held: [], missing: [] });
  });

  it('are held by whichever of our entries has them', () => {
    const split: FieldsV1[] = [{ 'f:data': { 'f:a': {} } }, { 'f:data': { 'f:b': {} } }];
    assert.deepEqual(compare({ data: { a: '1', b: '2', c: '3' } }, split), {
      held: [
        ['f:data', 'f:a'],
        ['f:data', 'f:b'],
      ],
      missing: [['f:data', 'f:c']],
    });
  });

  it('of sets are their values', () => {
    const fields = { 'f:finalizers': { '.': {}, 'v:"a"': {}, 'v:"\\u003ce\\u0026f\\u003e"': {} } };
    assert.deepEqual(compare({ finalizers: ['a', 'b', '<e&f>'] }, [fields]), {
      held: [
        ['f:finalizers', 'v:"a"'],
        ['f:finalizers', 'v:"\\u003ce\\u0026f\\u003e"'],
      ],
      missing: [['f:finalizers', 'v:"b"']],
    });
  });

  it('are matched one to one: an item that leaves a key out is not one that another gives with all keys', () => {
    const ports = [
      { name: 'any', port: 53 },
      { name: 'sctp', port: 53, protocol: 'SCTP' },
    ];
    const [any, sctp] = [port(53, 'TCP'), port(53, 'SCTP', { 'f:protocol': {} })];
    const items = (given: readonly object[], ...held: readonly FieldsV1[]) =>
      compare({ ports: given }, [{ 'f:ports': Object.assign({}, ...held) as FieldsV1 }]);
    for (const given of [ports, ports.toReversed()]) {
      for (const held of [
        [any, sctp],
        [sctp, any],
      ]) {
        const both = items(given, ...held);
        assert.deepEqual([both.held.length, both.missing], [5, []]);
        assert.ok(!holdsAll(both.held, [{ 'f:ports': sctp }]));
      }
      const { held, missing } = items(given, sctp);
      assert.deepEqual([held.length, missing], [3, [['f:ports', 'v:{"name":"any","port":53}']]]);
    }
  });

  it('are found by names and keys in which the uid of the owner is, in entries in which something stands for that', () => {
    const uid = '0c2bd0d2-8a4c-4c6a-9a3c-5d0b2d1a7b11';
    const entry = (name: string): FieldsV1 => ({
      'f:data': { [`f:${name}.json`]: {} },
      'f:finalizers': { [`v:"x/${name}"`]: {} },
      'f:volumes': { [`k:{"name":"vol-${name}"}`]: { 'f:name': {} } },
    });
    const body = {
      data: { [`${uid}.json`]: 'v' },
      finalizers: [`x/${uid}`],
      volumes: [{ name: `vol-${uid}` }],
    };
    const { held, missing } = compareLeaves(body, treeOf([entry(OWNER)]), uid);
    assert.equal(missing, '');
    assert.deepEqual(pathsOf(held.replaceAll(OWNER, uid)), [
      ['f:data', `f:${uid}.json`],
      ['f:finalizers', `v:"x/${uid}"`],
      ['f:volumes', `k:{"name":"vol-${uid}"}`, 'f:name'],
    ]);
    assert.equal(compareLeaves(body, treeOf([entry('other')]), uid).held, '');
  });

  it('of an entry can be listed without a body', () => {
    assert.deepEqual(leavesOf({ 'f:data': { '.': {}, 'f:a': {} }, 'f:metadata': { 'f:labels': { '.': {} } } }), [
      ['f:data', 'f:a'],
      ['f:metadata', 'f:labels'],
    ]);
  });
});
