import assert from 'node:assert/strict';
import { requirementsOf } from '../kube/selector.ts';
import { configMaps, object, replaceBy } from '../testing/objects.ts';
import { Cache, type Change } from './cache.ts';

describe('cache', () => {
  let cache: Cache;
  let changes: string[];
  const tell = ({ key, old, current, own }: Change): void =>
    void changes.push(`${own ? 'own ' : ''}${key} ${old?.resourceVersion ?? '-'}→${current?.resourceVersion ?? '-'}`);
  const version = (key: string): string | undefined => cache.get(key)?.resourceVersion;

  beforeEach(() => {
    cache = new Cache({ type: configMaps, labelSelector: '', metadataOnly: false }, [], 'operator');
    changes = [];
    cache.onChange(tell);
    cache.listing();
    replaceBy(cache, [object('a', 5)], '10');
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

  describe('with own writes', () => {
    it('is never older than the last of them', () => {
      cache.written(object('a', 11), 'default/writer');
      assert.equal(version('default/a'), '11');
      cache.changed(object('a', 8));
      assert.equal(version('default/a'), '11');
    });

    it('takes the event of an own write for known', () => {
      cache.written(object('a', 11), 'default/writer');
      cache.changed(object('a', 11));
      assert.deepEqual(changes.slice(1), ['own default/a 5→11']);
    });

    it('tells a change by somebody else that comes after it', () => {
      cache.written(object('a', 11), 'default/writer');
      cache.changed(object('a', 12));
      assert.deepEqual(changes.slice(1), ['own default/a 5→11', 'default/a 11→12']);
    });

    it('holds events back while a write is under way, and drops those that the answer covers', () => {
      const release = cache.hold('default/a');
      cache.changed(object('a', 11));
      cache.changed(object('a', 12));
      assert.equal(version('default/a'), '5');
      cache.written(object('a', 11), 'default/writer');
      release();
      assert.deepEqual(changes.slice(1), ['own default/a 5→11', 'default/a 11→12']);
    });

    it('delivers what was held when the write failed', () => {
      const release = cache.hold('default/a');
      cache.deleted(object('a', 11));
      release();
      assert.equal(version('default/a'), undefined);
    });

    it('waits for the last of several writes to one object', () => {
      const first = cache.hold('default/a');
      const second = cache.hold('default/a');
      cache.changed(object('a', 11));
      first();
      assert.equal(version('default/a'), '5');
      second();
      assert.equal(version('default/a'), '11');
    });

    it('forgets what it deleted at once, and late events do not bring it back', () => {
      cache.removed('default/a', 'uid-a', 'default/writer');
      cache.changed(object('a', 9));
      assert.equal(version('default/a'), undefined);
      cache.deleted(object('a', 12));
      cache.changed(object('a', 13, { uid: 'another' }));
      assert.equal(cache.get('default/a')?.uid, 'another');
    });

    it('knows an object of the same name that was made after a deletion, whatever the order of the events', () => {
      cache.removed('default/a', 'uid-a', 'default/writer');
      cache.written(object('a', 14, { uid: 'second' }), 'default/writer');
      cache.deleted(object('a', 12));
      assert.equal(cache.get('default/a')?.uid, 'second');
      cache.changed(object('a', 14, { uid: 'second' }));
      assert.equal(cache.get('default/a')?.uid, 'second');
    });

    it('keeps a write that was answered while a list was under way', () => {
      cache.listing();
      cache.written(object('a', 30), 'default/writer');
      cache.written(object('new', 31), 'default/writer');
      replaceBy(cache, [object('a', 5)], '20');
      assert.deepEqual([version('default/a'), version('default/new')], ['30', '31']);
    });

    it('believes a consistent list that is older than its own writes: the server was restored', () => {
      cache.written(object('a', 30), 'default/writer');
      cache.written(object('new', 31), 'default/writer');
      cache.listing();
      replaceBy(cache, [object('a', 5)], '20');
      assert.deepEqual([version('default/a'), version('default/new')], ['5', undefined]);
      cache.changed(object('a', 21));
      assert.equal(version('default/a'), '21');
    });

    it('does not take a list for news about an object with a write under way', () => {
      const release = cache.hold('default/a');
      cache.listing();
      cache.replace([], '20');
      assert.equal(version('default/a'), '5');
      cache.written(object('a', 25), 'default/writer');
      release();
      assert.equal(version('default/a'), '25');
    });

    it('takes no answer that is older than what it knows', () => {
      cache.changed(object('a', 12));
      cache.written(object('a', 11), 'default/writer');
      assert.equal(version('default/a'), '12');
    });

    it('tells nothing where a write left all as it was', () => {
      cache.written(object('a', 5), 'default/writer');
      assert.equal(changes.length, 1);
    });

    it('tells whose sync wrote, and of a read of one object that it was nobody', () => {
      const writers: unknown[] = [];
      cache.onChange(({ own, writer }) => writers.push([own, writer]));
      cache.written(object('a', 11), 'default/writer');
      cache.written(object('a', 12), undefined);
      cache.removed('default/a', 'uid-a', 'default/other');
      assert.deepEqual(writers, [
        [true, 'default/writer'],
        [false, undefined],
        [true, 'default/other'],
      ]);
    });

    it('knows what was made and deleted again before the answer came', () => {
      const release = cache.hold('default/new');
      cache.changed(object('new', 11));
      cache.deleted(object('new', 12));
      cache.written(object('new', 11), 'default/writer');
      release();
      assert.equal(version('default/new'), undefined);
      assert.deepEqual(changes, ['default/a -→5', 'own default/new -→11', 'default/new 11→-']);
    });

    it('takes no answer for news that is older than its own deletion', () => {
      const first = cache.hold('default/a');
      const second = cache.hold('default/a');
      cache.removed('default/a', 'uid-a', 'default/writer');
      second();
      cache.written(object('a', 11), 'default/writer');
      first();
      assert.equal(version('default/a'), undefined);
    });

    it('is not misled by events of an earlier object of a name that it made and deleted again', () => {
      cache.removed('default/a', 'uid-a', 'default/writer');
      cache.written(object('a', 14, { uid: 'second' }), 'default/writer');
      cache.removed('default/a', 'second', 'default/writer');
      cache.changed(object('a', 9));
      assert.equal(version('default/a'), undefined);
      cache.deleted(object('a', 12));
      cache.changed(object('a', 14, { uid: 'second' }));
      assert.equal(version('default/a'), undefined);
      cache.deleted(object('a', 15, { uid: 'second' }));
      assert.equal(cache.size, 0);
    });

    it('does not let a list that began before its deletion bring an object back', () => {
      cache.listing();
      cache.removed('default/a', 'uid-a', 'default/writer');
      replaceBy(cache, [object('a', 5)], '10');
      assert.equal(version('default/a'), undefined);
      cache.deleted(object('a', 11));
      assert.equal(cache.size, 0);
    });

    it('believes a list that began after its deletion and has the object: the server was restored', () => {
      cache.removed('default/a', 'uid-a', 'default/writer');
      cache.listing();
      replaceBy(cache, [object('a', 5)], '8');
      assert.equal(version('default/a'), '5');
      cache.changed(object('a', 9));
      assert.equal(version('default/a'), '9');
    });

    it('keeps its deletion where a list that began before never saw the object', () => {
      cache.listing();
      cache.written(object('new', 12), 'default/writer');
      cache.removed('default/new', 'uid-new', 'default/writer');
      replaceBy(cache, [object('a', 5)], '11');
      cache.changed(object('new', 12));
      assert.equal(version('default/new'), undefined);
      cache.deleted(object('new', 13));
      assert.equal(cache.size, 1);
    });

    it('finds by a list what has another content in the same version: the server was restored', () => {
      cache.listing();
      replaceBy(cache, [object('a', 5, { data: { other: 'x' } })], '30');
      assert.deepEqual(cache.get('default/a')?.object, object('a', 5, { data: { other: 'x' } }));
    });

    it('tells by an answer that is older than what was known that the server was restored', () => {
      const release = cache.hold('default/a');
      cache.changed(object('a', 12));
      assert.equal(cache.written(object('a', 4), 'default/writer'), false);
      release();
      const first = cache.hold('default/a');
      const second = cache.hold('default/a');
      assert.equal(cache.written(object('a', 14), 'default/writer'), true);
      second();
      assert.equal(cache.written(object('a', 13), 'default/writer'), true, 'two answers may come in any order');
      first();
      assert.equal(version('default/a'), '14');
    });

    it('counts once more through versions that a restored server had before, though it deletes meanwhile', () => {
      cache.listing();
      replaceBy(cache, [object('a', 13)], '13');
      const release = cache.hold('default/a');
      cache.listing();
      replaceBy(cache, [object('a', 11)], '11');
      cache.removed('default/a', 'uid-a', 'default/writer');
      release();
      cache.deleted(object('a', 12));
      cache.changed(object('a', 13, { uid: 'second' }));
      assert.equal(version('default/a'), '13');
    });

    it('knows what a write under way made and a list, of a later time, no longer has', () => {
      const release = cache.hold('default/new');
      cache.listing();
      replaceBy(cache, [object('a', 5)], '12');
      cache.written(object('new', 11), 'default/writer');
      release();
      assert.equal(version('default/new'), undefined);
    });

    it('keeps its own write where a list beside the watch has it, and a list that began before has not', () => {
      cache.listing();
      cache.written(object('a', 11), 'default/writer');
      const run = cache.beginCatchUp();
      run.compare([object('a', 12)], '12');
      run.fetched(object('a', 12));
      replaceBy(cache, [object('a', 5)], '10');
      assert.equal(version('default/a'), '12');
    });

    it('does not go back to a list that began before a list beside the watch, and ends after it', () => {
      cache.listing();
      cache.fallBehind();
      const run = cache.beginCatchUp();
      assert.equal(run.compare([object('a', 5), object('b', 15)], '20').length, 1);
      run.fetched(object('b', 15));
      run.end('20');
      replaceBy(cache, [object('a', 5), object('gone', 9)], '10');
      cache.changed(object('gone', 11));
      cache.changed(object('b', 15));
      assert.deepEqual([version('default/b'), version('default/gone'), cache.synced], ['15', undefined, true]);
      cache.changed(object('b', 21));
      assert.equal(version('default/b'), '21');
    });

    it('does not let older events bring back what a list beside the watch did not have', () => {
      const run = cache.beginCatchUp();
      run.compare([], '20');
      cache.changed(object('a', 12));
      assert.equal(version('default/a'), undefined);
      cache.deleted(object('a', 13));
      assert.equal(cache.size, 0);
    });

    it('forgets deletions that a list confirms', () => {
      cache.removed('default/a', 'uid-a', 'default/writer');
      cache.listing();
      cache.replace([], '20');
      cache.changed(object('a', 21));
      assert.equal(version('default/a'), '21');
    });
  });

  describe('with a selector', () => {
    beforeEach(() => {
      cache = new Cache(
        { type: configMaps, labelSelector: 'app', metadataOnly: true },
        requirementsOf({ matchExpressions: [{ key: 'app', operator: 'Exists' }] }),
        'operator',
      );
      cache.replace([], '10');
      cache.onChange(tell);
      changes = [];
    });

    it('takes in own writes that match, as metadata only, and lets go those that no longer do', () => {
      cache.written(object('a', 11, { labels: { app: 'x' }, data: { secret: 'y' } }), 'default/writer');
      assert.deepEqual(cache.get('default/a')?.object, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'a', namespace: 'default', uid: 'uid-a', resourceVersion: '11', labels: { app: 'x' } },
      });
      cache.written(object('a', 12), 'default/writer');
      cache.written(object('b', 13), 'default/writer');
      assert.deepEqual(changes, ['own default/a -→11', 'own default/a 11→-']);
    });

    it('takes back in what left the selection by its own write and comes again, by event and by list', () => {
      const app = { labels: { app: 'x' } };
      for (const back of [
        () => cache.changed(object('a', 14, app)),
        () => {
          cache.listing();
          replaceBy(cache, [object('a', 14, app)], '20');
        },
      ]) {
        cache.listing();
        replaceBy(cache, [object('a', 11, app)], '11');
        cache.written(object('a', 13), 'default/writer');
        cache.changed(object('a', 12, app));
        assert.equal(version('default/a'), undefined, 'an event from before');
        back();
        assert.equal(version('default/a'), '14');
        cache.changed(object('a', 16, app));
        assert.equal(version('default/a'), '16');
      }
    });

    it('waits for the event of its own write, and for none of an earlier time at which the object left', () => {
      const app = { labels: { app: 'x' } };
      cache.written(object('a', 13, app), 'default/writer');
      cache.removed('default/a', 'uid-a', 'default/writer');
      cache.deleted(object('a', 11));
      cache.changed(object('a', 12, app));
      assert.equal(version('default/a'), undefined);
      cache.deleted(object('a', 14, app));
      assert.equal(cache.size, 0);
    });

    it('is not shown for a moment what its own write took out of the selection before its event came', () => {
      const release = cache.hold('default/a');
      cache.changed(object('a', 11, { labels: { app: 'x' } }));
      cache.written(object('a', 12), 'default/writer');
      release();
      assert.deepEqual([version('default/a'), changes], [undefined, []]);
    });

    it('takes the event of its own deletion for none of its own old versions', () => {
      cache.written(object('a', 13, { labels: { app: 'x' } }), 'default/writer');
      const release = cache.hold('default/a');
      cache.removed('default/a', 'uid-a', 'default/writer');
      cache.listing();
      cache.replace([], '14');
      release();
      assert.equal(cache.size, 0);
    });

    it('does not let go what a late answer says of an earlier version', () => {
      cache.changed(object('a', 12, { labels: { app: 'x' } }));
      cache.written(object('a', 11), 'default/writer');
      assert.equal(version('default/a'), '12');
    });

    it('keeps nothing of deletions outside its selection', () => {
      cache.written(object('mine', 11, { labels: { app: 'x' } }), 'default/writer');
      for (const name of ['a', 'b']) cache.removed(`default/${name}`, `uid-${name}`, 'default/writer');
      assert.equal(cache.size, 1);
      cache.removed('default/mine', 'uid-mine', 'default/writer');
      cache.changed(object('mine', 10, { labels: { app: 'x' } }));
      assert.equal(cache.get('default/mine'), undefined);
      cache.deleted(object('mine', 12, { labels: { app: 'x' } }));
      assert.equal(cache.size, 0);
    });

    it('takes in no own writes of other namespaces', () => {
      const narrow = new Cache(
        { type: configMaps, namespace: 'one', labelSelector: '', metadataOnly: false },
        [],
        'operator',
      );
      narrow.written(object('a', 11, { namespace: 'two' }), 'default/writer');
      narrow.removed('two/b', 'uid-b', 'default/writer');
      assert.equal(narrow.size, 0);
    });
  });
});
