import assert from 'node:assert/strict';
import { requirementsOf } from '../kube/selector.ts';
import { object } from '../testing/objects.ts';
import { entryOf, Store } from './store.ts';

describe('store', () => {
  const names = (store: Store, namespace: string | undefined, matchLabels: Record<string, string>): string[] =>
    store.select(namespace, requirementsOf({ matchLabels })).map(({ key }) => key);

  it('selects by namespace and labels, sorted by key, and follows changes of both', () => {
    const store = new Store();
    for (const [name, color] of [
      ['b', 'red'],
      ['a', 'red'],
      ['c', 'blue'],
    ] as const)
      store.put(entryOf(object(name, 1, { labels: { color } }), 'm'));
    store.put(entryOf(object('a', 1, { namespace: 'other', labels: { color: 'red' } }), 'm'));
    assert.deepEqual(names(store, 'default', { color: 'red' }), ['default/a', 'default/b']);
    assert.deepEqual(names(store, undefined, { color: 'red' }), ['default/a', 'default/b', 'other/a']);
    store.put(entryOf(object('a', 2, { labels: { color: 'blue' } }), 'm'));
    store.delete('default/b');
    assert.deepEqual(names(store, 'default', { color: 'red' }), []);
    assert.deepEqual(names(store, 'default', { color: 'blue' }), ['default/a', 'default/c']);
    assert.deepEqual(names(store, 'other', {}), ['other/a']);
    assert.deepEqual(names(store, 'nowhere', {}), []);
  });

  it('looks at what is selected and not at all that shares a label or the namespace with it', () => {
    let looked = 0;
    const store = new Store();
    for (let n = 0; n < 10_000; n += 1) {
      const entry = entryOf(object(`o${n}`, 1, { labels: { app: 'shop', input: `i${n}` } }), 'm');
      const { labels = {} } = entry.object.metadata;
      const metadata = Object.defineProperty({ ...entry.object.metadata }, 'labels', {
        get: () => {
          looked += 1;
          return labels;
        },
      });
      store.put({ ...entry, object: { ...entry.object, metadata } });
    }
    for (const namespace of ['default', undefined]) {
      assert.deepEqual(names(store, namespace, { app: 'shop', input: 'i7' }), ['default/o7']);
      looked = 0;
      assert.deepEqual(names(store, namespace, { app: 'shop', input: 'i8' }), ['default/o8']);
      assert.equal(looked, 1);
    }
  });

  it('keeps once what objects of one owner have in common, and versions of one object, and changes nothing of it', () => {
    const store = new Store();
    const madeBy = (name: string, version: number, uid: string, labels?: Record<string, string>) => {
      const ownerReferences = [{ apiVersion: 'v1', kind: 'Flow', name: 'a', uid, controller: true }];
      const made = object(name, version, labels && { labels });
      return { ...made, metadata: { ...made.metadata, ownerReferences } };
    };
    const put = (sent: ReturnType<typeof madeBy>) => {
      const before = structuredClone(sent);
      const entry = entryOf(sent, 'm');
      store.put(entry);
      assert.deepEqual(entry.object, before);
      return entry.object.metadata;
    };
    for (let n = 0; n < 20; n += 1) store.put(entryOf(object(`o${n}`, 1), 'm'));
    // From now on there is an index.
    store.select(undefined, requirementsOf({ matchLabels: { owner: 'x' } }));
    const first = put(madeBy('first', 1, 'x', { owner: 'x' }));
    const second = put(madeBy('second', 2, 'x', { owner: 'x' }));
    const stranger = put(madeBy('third', 3, 'y', { owner: 'x', color: 'red' }));
    const bare = put(madeBy('bare', 4, 'x'));
    assert.equal(second.labels, first.labels);
    assert.equal(second.ownerReferences, first.ownerReferences);
    assert.notEqual(stranger.labels, first.labels);
    assert.notEqual(stranger.ownerReferences, first.ownerReferences);
    assert.ok(!('labels' in bare));
    assert.equal(put(madeBy('bare', 5, 'x')).ownerReferences, bare.ownerReferences);
    // What somebody was given stays as it is.
    const given = madeBy('second', 6, 'x', { owner: 'x' });
    Object.freeze(given.metadata);
    assert.notEqual(put(given).labels, first.labels);
  });

  it('finds few and many objects of a label, as they come and go', () => {
    const store = new Store();
    const expected = new Set<string>();
    const check = (): void => assert.deepEqual(names(store, undefined, { app: 'shop' }), [...expected].sort());
    check();
    for (let n = 0; n < 40; n += 1) {
      store.put(entryOf(object(`o${n}`, n + 1, { labels: { app: 'shop' } }), 'm'));
      expected.add(`default/o${n}`);
      check();
    }
    for (const key of expected) {
      store.delete(key);
      expected.delete(key);
      check();
    }
  });

  it('selects each object once though a value is given twice', () => {
    const store = new Store();
    for (let n = 0; n < 20; n += 1) store.put(entryOf(object(`o${n}`, 1, { labels: { app: 'a' } }), 'm'));
    const selector = { matchExpressions: [{ key: 'app', operator: 'In', values: ['a', 'a', 'b'] }] };
    assert.equal(store.select('default', requirementsOf(selector)).length, 20);
  });

  it('keeps of managedFields our own entries, with their places', () => {
    const managedFields = [
      { manager: 'other', operation: 'Update' as const, fieldsV1: {} },
      { manager: 'operator', operation: 'Apply' as const, fieldsV1: { 'f:data': {} } },
    ];
    const full = object('a', 1);
    const entry = entryOf({ ...full, metadata: { ...full.metadata, managedFields } }, 'operator');
    assert.equal(entry.object.metadata.managedFields, undefined);
    assert.deepEqual(entry.ours, [{ index: 1, entry: managedFields[1] }]);
  });

  it('tells a map whose members others took from an atomic value', () => {
    const full = object('a', 1);
    const ours = { 'f:data': {}, 'f:spec': { 'f:selector': {}, 'f:type': {} } };
    const managedFields = [
      { manager: 'operator', operation: 'Update' as const, fieldsV1: ours },
      {
        manager: 'other',
        operation: 'Update' as const,
        fieldsV1: { 'f:data': { 'f:k': {} }, 'f:spec': { 'f:ports': {} } },
      },
    ];
    const entry = entryOf({ ...full, metadata: { ...full.metadata, managedFields } }, 'operator');
    assert.deepEqual(entry.ours[0]?.entry.fieldsV1, { ...ours, 'f:data': { '.': {} } });
  });
});
