import assert from 'node:assert/strict';
import { jsonPatched, mergePatched, PatchRefused } from './patches.ts';

describe('patches that are applied in memory', () => {
  it('do what a JSON patch says, in order, on a copy', () => {
    const document = { list: ['a', 'b'], map: { 'x/y': 1 } };
    const patched = jsonPatched(document, [
      { op: 'test', path: '/map/x~1y', value: 1 },
      { op: 'replace', path: '/map/x~1y', value: 2 },
      { op: 'remove', path: '/list/0' },
      { op: 'add', path: '/list/-', value: 'c' },
      { op: 'add', path: '/list/0', value: 'first' },
      { op: 'add', path: '/new', value: { k: 'v' } },
    ]);
    assert.deepEqual(patched, { list: ['first', 'b', 'c'], map: { 'x/y': 2 }, new: { k: 'v' } });
    assert.deepEqual(document, { list: ['a', 'b'], map: { 'x/y': 1 } });
  });

  it('find null where there is nothing, and refuse what is otherwise', () => {
    assert.deepEqual(jsonPatched({ a: 1 }, [{ op: 'test', path: '/status', value: null }]), { a: 1 });
    for (const operation of [
      { op: 'test', path: '/a', value: 2 },
      { op: 'test', path: '/a/b', value: null },
      { op: 'replace', path: '/none', value: 1 },
      { op: 'remove', path: '/list/1' },
      { op: 'add', path: '/none/below', value: 1 },
    ] as const)
      assert.throws(() => jsonPatched({ a: 1, list: [1] }, [operation]), PatchRefused, operation.path);
  });

  it('merge as RFC 7396 has it', () => {
    const document = { a: { b: 1, c: [1, 2] }, gone: 1 };
    assert.deepEqual(mergePatched(document, { a: { c: [3], d: null }, gone: null, e: { f: null, g: 1 } }), {
      a: { b: 1, c: [3] },
      e: { g: 1 },
    });
  });
});
