import assert from 'node:assert/strict';
import { statusOf, statusPatch } from './status.ts';

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

  it("knows the user's members by any name, those of Object.prototype too", () => {
    const stored = { phase: 'Done', revision: 7, observedGeneration: 2, conditions };
    const steps = (status: object, user: Readonly<Record<string, unknown>>) =>
      statusPatch(resource({ ...stored, ...status }), { ...change, user })?.slice(3);
    assert.deepEqual(steps({ constructor: 'x', valueOf: 1 }, { other: 2 }), [
      { op: 'add', path: '/status/other', value: 2 },
      { op: 'remove', path: '/status/constructor' },
      { op: 'remove', path: '/status/valueOf' },
    ]);
    assert.equal(steps({}, { constructor: null }), undefined);
    assert.equal(steps({ constructor: 'x' }, { constructor: 'x' }), undefined);
  });

  it('begins to count where the revision is none, and is fenced by what is there', () => {
    for (const revision of ['r', 1.5, 2 ** 53, {}]) {
      const status = { phase: 'Done', revision, observedGeneration: 1, conditions };
      assert.deepEqual(statusPatch(resource(status), change)?.slice(1), [
        { op: 'test', path: '/status/revision', value: revision },
        { op: 'add', path: '/status/revision', value: 1 },
        { op: 'add', path: '/status/observedGeneration', value: 2 },
      ]);
    }
  });

  it('is read without what has another shape than it is written in', () => {
    const sound = { phase: 'Done', other: [] };
    for (const spoiled of [
      { revision: 'r' },
      { observedOutputs: 'x' },
      { observedOutputs: ['x'] },
      { observedOutputs: { One: null } },
      { observedOutputs: { One: ['x'] } },
      { observedOutputs: { One: { configMaps: 5 } } },
      { observedOutputs: { One: { configMaps: 'digest' }, Two: { configMaps: null } } },
      { conditions: [{}] },
      { transitions: {} },
    ])
      assert.equal(JSON.stringify(statusOf(resource({ ...sound, ...spoiled }))), JSON.stringify(sound));
    const whole = { ...sound, revision: 3, observedOutputs: { One: { configMaps: 'digest' }, Two: {} }, conditions };
    assert.equal(statusOf(resource(whole)), whole, 'it is no copy');
  });
});
