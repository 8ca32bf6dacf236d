import assert from 'node:assert/strict';
import { object } from '../testing/objects.ts';
import { Frames } from '../testing/scripted-server.ts';
import { bookmark, expired, failure, ReflectorBed } from './reflector-bed.fixture.test.ts';

describe('reflector', () => {
  let bed: ReflectorBed;
  beforeEach(() => void (bed = new ReflectorBed()));
  afterEach(() => bed.stop());

  it('streams a consistent list, then goes on watching on the same connection', async () => {
    bed.start(() =>
      new Frames().push(
        { type: 'ADDED', object: object('a', 3) },
        { type: 'ADDED', object: object('b', 4) },
        { type: 'MODIFIED', object: object('a', 5) },
        { type: 'DELETED', object: object('b', 6) },
        bookmark(7, true),
        { type: 'ADDED', object: object('c', 8) },
        { type: 'DELETED', object: object('a', 9) },
      ),
    );
    assert.deepEqual(await bed.sink.until(3), ['list 7: a', 'c@8', '-a@9']);
    const [query] = bed.queries();
    assert.equal(query?.get('sendInitialEvents'), 'true');
    assert.equal(query?.get('resourceVersion'), null);
    assert.equal(query?.get('labelSelector'), 'app=x');
    assert.equal(bed.queries().length, 1);
  });

  it('does not tell what is known, but of a list all; it resumes behind what it has not told', async () => {
    bed.sink.echoes = { some: true, is: (resourceVersion) => resourceVersion !== '9' };
    const scripts = [
      () =>
        new Frames()
          .push({ type: 'ADDED', object: object('a', 3) }, bookmark(7, true))
          .push({ type: 'MODIFIED', object: object('a', 9) }, { type: 'MODIFIED', object: object('a', 10) })
          .end(),
      () => new Frames().push({ type: 'DELETED', object: object('a', 12) }),
    ];
    bed.start((_request, _query, number) => scripts[number - 1]?.() ?? new Frames());
    assert.deepEqual(await bed.sink.until(3), ['list 7: a', 'a@9', '-a@12']);
    assert.deepEqual(
      bed.queries().map((query) => query.get('resourceVersion')),
      [null, '10'],
    );
  });

  it('resumes where a watch ended or broke off, bookmarks counted', async () => {
    const scripts = [
      () => new Frames().push(bookmark(7, true), { type: 'ADDED', object: object('a', 8) }, bookmark(20)).end(),
      () => new Frames().push({ type: 'MODIFIED', object: object('a', 21) }).fail(new Error('reset')),
      () => new Frames().push({ type: 'MODIFIED', object: object('a', 22) }),
    ];
    bed.start((_request, _query, number) => scripts[number - 1]?.() ?? new Frames());
    assert.deepEqual(await bed.sink.until(4), ['list 7: ', 'a@8', 'a@21', 'a@22']);
    assert.deepEqual(
      bed.queries().map((query) => query.get('resourceVersion')),
      [null, '20', '21'],
    );
  });

  it('tells how far the watch is after each event, known ones and bookmarks counted', async () => {
    bed.sink.echoes = { some: true, is: (resourceVersion) => resourceVersion === '9' };
    bed.start(() =>
      new Frames()
        .push({ type: 'ADDED', object: object('a', 3) }, bookmark(7, true))
        .push({ type: 'MODIFIED', object: object('a', 8) }, { type: 'MODIFIED', object: object('a', 9) }, bookmark(20))
        .push({ type: 'DELETED', object: object('a', 21) }, { type: 'ADDED', object: object('b', 22) }),
    );
    await bed.sink.until(4);
    assert.deepEqual(bed.sink.upTo.slice(0, 4), [
      ['8', 2],
      ['9', 2],
      ['20', 2],
      ['21', 3],
    ]);
  });

  for (const [how, expiry] of [
    ['in the stream', (): Frames => new Frames().push(expired).end()],
    ['as an answer', () => failure(410, 'Expired')],
  ] as const) {
    it(`lists anew when its place in the log has expired, told ${how}`, async () => {
      bed.start((_request, _query, number) => {
        if (number === 1) return new Frames().push(bookmark(7, true)).end();
        return number === 2
          ? expiry()
          : new Frames().push({ type: 'ADDED', object: object('z', 30) }, bookmark(31, true));
      });
      assert.deepEqual(await bed.sink.until(2), ['list 7: ', 'list 31: z']);
      assert.equal(bed.reflector.trouble, undefined);
    });
  }

  it('tells that its kind is missing, and lists anew once it is there again', async () => {
    const scripts = [
      () => failure(404, 'NotFound'),
      () => new Frames().push(bookmark(7, true)).end(),
      () => failure(404, 'NotFound'),
      () => new Frames().push({ type: 'ADDED', object: object('z', 3) }, bookmark(4, true)),
    ];
    bed.start((_request, _query, number) => scripts[number - 1]?.() ?? new Frames());
    assert.deepEqual(await bed.sink.until(4), ['missing', 'list 7: ', 'missing', 'list 4: z']);
  });

  it('asks for a kind that is missing every 5 s at least', async () => {
    bed.start((_request, _query, number) =>
      number <= 9 ? failure(404, 'NotFound') : new Frames().push(bookmark(7, true)),
    );
    await bed.sink.until(10);
    assert.deepEqual(bed.pauses.slice(0, 9), [100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
  });

  for (const streams of [true, false]) {
    it(`lists anew when told so, ${streams ? 'streaming' : 'in pages'}, though its watch stands`, async () => {
      let lists = 0;
      bed.start((_request, query) => {
        if (query.has('sendInitialEvents') && !streams) return failure(422, 'Invalid');
        if (query.has('watch') && query.has('resourceVersion') && !query.has('sendInitialEvents')) return new Frames();
        lists += 1;
        if (!query.has('watch')) return { body: { metadata: { resourceVersion: String(lists) }, items: [] } };
        return new Frames().push(bookmark(lists, true));
      });
      await bed.sink.until(1);
      bed.reflector.listAnew();
      assert.deepEqual(await bed.sink.until(2), ['list 1: ', 'list 2: ']);
    });
  }

  it('lists in pages where the server has no streaming lists', async () => {
    bed.start((_request, query) => {
      if (query.has('sendInitialEvents')) return failure(422, 'Invalid');
      if (query.has('watch')) return new Frames().push({ type: 'ADDED', object: object('c', 12) });
      const second = query.get('continue') === 'more';
      const items = second ? [object('b', 4)] : [object('a', 3)];
      return { body: { metadata: { resourceVersion: '10', ...(!second && { continue: 'more' }) }, items } };
    });
    assert.deepEqual(await bed.sink.until(2), ['list 10: a b', 'c@12']);
    assert.deepEqual(bed.pauses, []);
    const lists = bed.queries().filter((query) => !query.has('watch'));
    assert.deepEqual(
      lists.map((query) => [query.get('limit'), query.get('resourceVersion')]),
      [
        ['500', null],
        ['500', null],
      ],
    );
    assert.equal(bed.queries().at(-1)?.get('resourceVersion'), '10');
  });

  it('leaves an item of a page out that is no object, and keeps the others of its page', async () => {
    bed.start((_request, query) => {
      if (query.has('sendInitialEvents')) return failure(422, 'Invalid');
      if (query.has('watch')) return new Frames().push({ type: 'ADDED', object: object('c', 12) });
      const items = [object('a', 3), null, {}, { metadata: { name: ['b'] } }, object('d', 4)];
      return { body: { metadata: { resourceVersion: '10' }, items } };
    });
    assert.deepEqual(await bed.sink.until(2), ['list 10: a d', 'c@12']);
    assert.equal(bed.unreadable, 3);
  });

  it('tries again with growing pauses while the server fails, and says what is wrong', async () => {
    bed.start((_request, _query, number) =>
      number <= 4 ? failure(500, 'InternalError') : new Frames().push(bookmark(7, true)),
    );
    await bed.sink.until(1);
    assert.equal(bed.queries().length, 5);
    assert.deepEqual(bed.pauses.slice(0, 4), [100, 200, 400, 800]);
    assert.equal(bed.reflector.trouble, undefined);
  });

  it('does not ask without a pause where a server closes each watch after one event', async () => {
    bed.start((_request, _query, number) =>
      number === 1
        ? new Frames().push(bookmark(7, true)).end()
        : new Frames().push({ type: 'MODIFIED', object: object('a', 7 + number) }).end(),
    );
    await bed.sink.until(6);
    assert.deepEqual(bed.pauses.slice(0, 5), [100, 200, 400, 800, 1600]);
  });

  it('lists anew when the server is found to have older data than it had, which a watch does not tell', async () => {
    bed.version = '4';
    bed.start((_request, _query, number) => {
      if (number === 1) return new Frames().push({ type: 'ADDED', object: object('a', 5) }, bookmark(7, true)).end();
      // As a real server does with a version of its future.
      if (number === 2) return new Frames();
      return new Frames().push({ type: 'ADDED', object: object('a', 3) }, bookmark(4, true));
    });
    assert.deepEqual(await bed.sink.until(2), ['list 7: a', 'list 4: a']);
    assert.deepEqual(bed.askedForVersion(), ['/api/v1/namespaces/default/configmaps?limit=1']);
  });

  it('waits as long as the server asks it to, though that is longer than its own pauses', async () => {
    bed.start((_request, _query, number) =>
      number === 1
        ? { ...failure(429, 'TooManyRequests'), headers: { 'retry-after': '40' } }
        : new Frames().push(bookmark(7, true)),
    );
    await bed.sink.until(1);
    assert.deepEqual(bed.pauses, [40_000]);
  });

  it('reads a list at once that expired between two of its pages', async () => {
    let lists = 0;
    bed.start((_request, query) => {
      if (query.has('sendInitialEvents')) return failure(422, 'Invalid');
      if (query.has('watch')) return new Frames();
      if (query.has('continue')) return failure(410, 'Expired');
      lists += 1;
      const all = query.get('limit') === '0';
      return {
        body: { metadata: { resourceVersion: String(lists), ...(!all && { continue: 'x' }) }, items: [object('a', 1)] },
      };
    });
    assert.deepEqual(await bed.sink.until(1), ['list 2: a']);
  });

  it('leaves what was listed alone when a list breaks off in the middle', async () => {
    bed.start((_request, _query, number) =>
      number === 1
        ? new Frames().push({ type: 'ADDED', object: object('a', 3) }).fail(new Error('reset'))
        : new Frames().push({ type: 'ADDED', object: object('b', 4) }, bookmark(7, true)),
    );
    assert.deepEqual(await bed.sink.until(1), ['list 7: b']);
  });
});
