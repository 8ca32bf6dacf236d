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
