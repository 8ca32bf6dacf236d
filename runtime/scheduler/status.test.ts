import assert from 'node:assert/strict';
import { statusPatch } from './status.ts';

const resource = (status?: object | null) => ({
  metadata: { name: 'r', uid: 'u1' },
  ...(status !== undefined && { status }),
});
const conditions = [{ type: 'Ready', status: 'True' as const, reason: 'Final', message: '', lastTransitionTime: 't' }];
const unchanged = { observedOutputs: undefined, transitions: undefined, user: undefined };
const change = { phase: 'Done', observedGeneration: 2, conditions, ...unchanged };
const uid = { op: 'test', path: '/metadata/uid', value: 'u1' };

describe('status patch', () => {
  it('makes a whole status where there is none, and fails where another writer was first', () => {
    assert.deepEqual(statusPatch(resource(), { ...change, user: { seen: ['a'] } }), [
      uid,
      { op: 'test', path: '/status', value: null },
      {
        op: 'add',
        path: '/status',
        value: { phase: 'Done', observedGeneration: 2, conditions, seen: ['a'], revision: 1 },
      },
    ]);
    assert.deepEqual(statusPatch(resource(null), change)?.[1], { op: 'test', path: '/status', value: null });
  });

  it('takes over a status of 2019, which has no revision, member by member', () => {
    assert.deepEqual(statusPatch(resource({ phase: 'Syncing', observedGeneration: 2, old: 1 }), change), [
      uid,
      { op: 'test', path: '/status/revision', value: null },
      { op: 'test', path: '/status/phase', value: 'Syncing' },
      { op: 'add', path: '/status/revision', value: 1 },
      { op: 'add', path: '/status/phase', value: 'Done' },
      { op: 'add', path: '/status/conditions', value: conditions },
    ]);
  });

  it('is fenced by the revision, raises it, and sends only what changed', () => {
    assert.deepEqual(
      statusPatch(resource({ phase: 'Syncing', revision: 7, observedGeneration: 2, conditions }), change),
      [
        uid,
        { op: 'test', path: '/status/revision', value: 7 },
        { op: 'test', path: '/status/phase', value: 'Syncing' },
        { op: 'add', path: '/status/revision', value: 8 },
        { op: 'add', path: '/status/phase', value: 'Done' },
      ],
    );
  });

  it('is nothing where nothing changed', () => {
    assert.equal(
      statusPatch(resource({ phase: 'Done', revision: 7, observedGeneration: 2, conditions, seen: ['a'] }), change),
      undefined,
    );
    const same = { ...change, user: { seen: ['a'] } };
    assert.equal(
      statusPatch(resource({ phase: 'Done', revision: 7, observedGeneration: 2, conditions, seen: ['a'] }), same),
      undefined,
    );
  });

  it('is nothing where only nulls are not there, which the server dropped', () => {
    const stored = { phase: 'Done', revision: 7, observedGeneration: 2, conditions, list: [{ a: 1 }] };
    const user = { gone: null, list: [{ a: 1, b: null }] };
    assert.equal(statusPatch(resource(stored), { ...change, user }), undefined);
    assert.deepEqual(statusPatch(resource({ ...stored, gone: 5 }), { ...change, user: { gone: null } })?.slice(3), [
      { op: 'add', path: '/status/gone', value: null },
      { op: 'remove', path: '/status/list' },
    ]);
  });

  it("replaces the user's part as a whole", () => {
    const patch = statusPatch(
      resource({ phase: 'Done', revision: 7, observedGeneration: 2, conditions, 'a/b': 1, c: 1 }),
      { ...change, user: { c: 2 } },
    );
    assert.deepEqual(patch?.slice(3), [
      { op: 'add', path: '/status/c', value: 2 },
      { op: 'remove', path: '/status/a~1b' },
    ]);
  });
});
