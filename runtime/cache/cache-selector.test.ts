import assert from 'node:assert/strict';
import { requirementsOf } from '../kube/selector.ts';
import { noting } from '../testing/listed-cache.ts';
import { configMaps, object, replaceBy } from '../testing/objects.ts';
import { Cache } from './cache.ts';

describe('cache with a selector', () => {
  let cache: Cache;
  let changes: string[];
  const version = (key: string): string | undefined => cache.get(key)?.resourceVersion;

  beforeEach(() => {
    cache = new Cache(
      { type: configMaps, labelSelector: 'app', metadataOnly: true },
      requirementsOf({ matchExpressions: [{ key: 'app', operator: 'Exists' }] }),
      'operator',
    );
    cache.replace([], '10');
    changes = [];
    cache.onChange(noting(changes));
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

  describe('of what its own write took out of the selection before anything was told of it', () => {
    const app = { labels: { app: 'x' } };
    beforeEach(() => void cache.written(object('a', 12), 'default/writer'));

    it('takes in no event of before, and what comes back', () => {
      cache.changed(object('a', 11, app));
      assert.deepEqual([version('default/a'), changes], [undefined, []]);
      cache.deleted(object('a', 12, app));
      assert.equal(cache.size, 0);
      cache.changed(object('a', 13, app));
      assert.equal(version('default/a'), '13');
    });

    it('keeps nothing once the watch has told all up to then, which may be nothing of it', () => {
      cache.written(object('b', 14), 'default/writer');
      cache.toldUpTo('11');
      assert.equal(cache.size, 2);
      cache.toldUpTo('13');
      assert.equal(cache.size, 1);
      cache.toldUpTo('14');
      assert.equal(cache.size, 0);
    });

    it('keeps nothing once a list has come', () => {
      cache.listing();
      cache.replace([], '12');
      assert.equal(cache.size, 0);
    });

    it('waits with that for writes under way, whose events wait too', () => {
      const release = cache.hold('default/a');
      cache.changed(object('a', 11, app));
      cache.deleted(object('a', 12, app));
      cache.toldUpTo('12');
      release();
      assert.deepEqual([version('default/a'), changes], [undefined, []]);
      cache.toldUpTo('13');
      assert.equal(cache.size, 0);
    });

    it('does not forget what it deleted meanwhile', () => {
      cache.written(object('a', 13, app), 'default/writer');
      cache.removed('default/a', 'uid-a', 'default/writer');
      cache.toldUpTo('13');
      cache.changed(object('a', 13, app));
      assert.equal(version('default/a'), undefined);
      cache.deleted(object('a', 14, app));
      assert.equal(cache.size, 0);
    });

    it('keeps a bounded number where it is never told how far the watch is', () => {
      for (let number = 0; number < 10_100; number += 1)
        cache.written(object(`n${number}`, 20_000 + number), 'default/writer');
      assert.equal(cache.size, 10_000);
      cache.changed(object('n10099', 19_999, app));
      assert.equal(version('default/n10099'), undefined);
    });
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
