import assert from 'node:assert/strict';
import { listedCache } from '../testing/listed-cache.ts';
import { object, replaceBy } from '../testing/objects.ts';
import type { Cache } from './cache.ts';

describe('cache with own writes', () => {
  let cache: Cache;
  let changes: string[];
  const version = (key: string): string | undefined => cache.get(key)?.resourceVersion;

  beforeEach(() => {
    ({ cache, changes } = listedCache());
  });

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

  it('waits for no event of what an own deletion did not find, once the watch has told of it', () => {
    cache.deleted(object('a', 11));
    const before = cache.size;
    cache.gone('default/a', 'uid-a', 'default/writer');
    assert.equal(cache.size, before);
    cache.changed(object('b', 12));
    cache.gone('default/b', 'uid-b', 'default/writer');
    assert.equal(version('default/b'), undefined);
    cache.changed(object('b', 12));
    assert.equal(version('default/b'), undefined);
    cache.deleted(object('b', 13));
    assert.equal(cache.size, before);
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
