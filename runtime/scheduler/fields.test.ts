import assert from 'node:assert/strict';
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

  it('of an entry can be listed without a body', () => {
    assert.deepEqual(leavesOf({ 'f:data': { '.': {}, 'f:a': {} }, 'f:metadata': { 'f:labels': { '.': {} } } }), [
      ['f:data', 'f:a'],
      ['f:metadata', 'f:labels'],
    ]);
  });
});
