import assert from 'node:assert/strict';
import { requirementsOf } from '../kube/selector.ts';
import { listedCache } from '../testing/listed-cache.ts';
import { configMaps, object, replaceBy } from '../testing/objects.ts';
import { Cache } from './cache.ts';

describe('cache', () => {
  let cache: Cache;
  let changes: string[];
  const version = (key: string): string | undefined => cache.get(key)?.resourceVersion;

  beforeEach(() => {
    ({ cache, changes } = listedCache());
  });

  it('is synced once a consistent list was seen', () => {
    const fresh = new Cache({ type: configMaps, labelSelector: '', metadataOnly: false }, [], 'operator');
    let told = 0;
    fresh.onAvailability(() => (told += 1));
    assert.equal(fresh.synced, false);
    fresh.replace([], '1');
    fresh.replace([], '2');
    assert.equal(fresh.synced, true);
    assert.equal(told, 1);
  });

  it('is no longer synced while its kind is missing, and is again once that was listed', () => {
    let told = 0;
    cache.onAvailability(() => (told += 1));
    cache.missing();
    cache.missing();
    assert.deepEqual([cache.synced, cache.isKindMissing, told], [false, true, 1]);
    cache.replace([], '20');
    assert.deepEqual([cache.synced, cache.isKindMissing, told], [true, false, 2]);
    assert.equal(version('default/a'), undefined);
  });

  describe('the event of an own write', () => {
    const write = (version: number): void => {
      const release = cache.hold('default/a');
      cache.written(object('a', version), 'writer');
      release();
    };
    const comes = (version: number, uid = 'uid-a'): boolean => cache.echoes.is(String(version), (text) => text === uid);

    it('is known, once, by its version and the uid of the object', () => {
      assert.equal(cache.echoes.some, false);
      write(11);
      assert.equal(cache.echoes.some, true);
      assert.equal(comes(10), false);
      assert.equal(comes(11), true);
      assert.equal(comes(11), false);
      assert.equal(cache.echoes.some, false);
      write(12);
      assert.equal(comes(12, 'uid-b'), false);
    });

    it('is read while another write of the object is under way, and where the object is known by a later version', () => {
      write(11);
      const release = cache.hold('default/a');
      assert.equal(comes(11), false);
      release();
      write(12);
      cache.changed(object('a', 13));
      assert.equal(comes(12), false);
    });

    it('is not waited for where it came before the answer', () => {
      const release = cache.hold('default/a');
      cache.changed(object('a', 11));
      cache.written(object('a', 11), 'writer');
      release();
      assert.equal(cache.echoes.some, false);
    });

    it('is in the list that begins after it', () => {
      write(11);
      cache.listing();
      assert.equal(cache.echoes.some, false);
    });

    it('confirms the write: a later list without the object is believed', () => {
      cache.listing();
      write(11);
      assert.equal(comes(11), true);
      cache.replace([], '10');
      assert.equal(version('default/a'), undefined);
    });
  });

  it('tells what a watch brings', () => {
    cache.changed(object('a', 11));
    cache.changed(object('b', 12));
    cache.deleted(object('a', 13));
    assert.deepEqual(changes, ['default/a -→5', 'default/a 5→11', 'default/b -→12', 'default/a 11→-']);
  });

  it('tells only what a new list changes', () => {
    cache.changed(object('b', 12));
    changes.length = 0;
    cache.listing();
    replaceBy(cache, [object('a', 5), object('c', 14)], '20');
    assert.deepEqual(changes, ['default/c -→14', 'default/b 12→-']);
  });

  it('tells of a relist by what was there and what is: both concern readers', () => {
    const of = (color: string) => ({
      by: 'selector' as const,
      namespace: 'default',
      requirements: requirementsOf({ matchLabels: { color } }),
    });
    for (const color of ['red', 'blue', 'green']) cache.interests.add(color, of(color));
    const woken: string[] = [];
    cache.onChange(({ key, old, current }) => {
      woken.push(...cache.interests.readersOf(key, old?.object, current?.object));
    });
    cache.changed(object('a', 11, { labels: { color: 'red' } }));
    cache.changed(object('b', 12, { labels: { color: 'green' } }));
    woken.length = 0;
    cache.listing();
    replaceBy(cache, [object('a', 15, { labels: { color: 'blue' } })], '20');
    assert.deepEqual(woken, ['red', 'blue', 'green']);
  });
});
