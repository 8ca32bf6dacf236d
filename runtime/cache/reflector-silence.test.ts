import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import { object } from '../testing/objects.ts';
import { Frames } from '../testing/scripted-server.ts';
import { bookmark, ReflectorBed } from './reflector-bed.fixture.test.ts';

describe('reflector of which nothing is heard', () => {
  let bed: ReflectorBed;
  beforeEach(() => void (bed = new ReflectorBed()));
  afterEach(() => bed.stop());

  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await immediate();
  };
  const watches = (): readonly (string | null)[] => bed.queries().map((query) => query.get('resourceVersion'));

  it('opens its watch again after 75 s, where it stood, and not before', async () => {
    bed.start((_request, _query, number) =>
      number === 1
        ? new Frames().push(bookmark(7, true))
        : new Frames().push({ type: 'ADDED', object: object('late', 8) }),
    );
    await bed.sink.until(1);
    bed.clock.advance(74_999);
    await settled();
    assert.deepEqual([watches(), bed.reflector.age], [[null], 74_999]);
    bed.clock.advance(1);
    assert.deepEqual(await bed.sink.until(2), ['list 7: ', 'late@8']);
    assert.deepEqual([watches(), bed.reflector.age, bed.reflector.trouble], [[null, '7'], 0, undefined]);
  });

  it('leaves its watch open as long as bookmarks come', async () => {
    const frames = new Frames().push(bookmark(7, true));
    bed.start(() => frames);
    await bed.sink.until(1);
    for (let minute = 1; minute <= 3; minute += 1) {
      bed.clock.advance(61_000);
      frames.push(bookmark(7 + minute));
      await settled();
    }
    assert.deepEqual([watches(), bed.reflector.age], [[null], 0]);
  });

  it('ends its watch, though much comes, where the server does not end it in its time', async () => {
    const frames = new Frames().push(bookmark(7, true));
    bed.start((_request, _query, number) => (number === 1 ? frames : new Frames()));
    await bed.sink.until(1);
    for (let minute = 1; minute <= 5; minute += 1) {
      bed.clock.advance(60_000);
      frames.push(bookmark(7 + minute));
      await settled();
    }
    assert.deepEqual(watches(), [null, '11']);
  });

  it('says so when its watch cannot be opened again, though nobody refuses it', async () => {
    bed.start(({ signal }, _query, number) =>
      number === 1
        ? new Frames().push(bookmark(7, true))
        : new Promise((_resolve, reject) => {
            signal?.addEventListener('abort', () => reject(new Error('aborted')));
          }),
    );
    await bed.sink.until(1);
    bed.clock.advance(75_000);
    await settled();
    assert.equal(bed.reflector.trouble, undefined);
    bed.clock.advance(15_001);
    assert.equal(bed.reflector.trouble, 'nothing has been heard for 90 s');
  });

  it('says so when no bookmarks come any more, though watches are taken', async () => {
    bed.start((_request, _query, number) =>
      number === 1 ? new Frames().push(bookmark(7, true), bookmark(8)) : new Frames(),
    );
    await bed.sink.until(1);
    for (const seconds of [75, 75, 49]) {
      await settled();
      bed.clock.advance(seconds * 1000);
    }
    await settled();
    assert.equal(bed.reflector.trouble, undefined);
    bed.clock.advance(2000);
    assert.equal(bed.reflector.trouble, 'nothing has been heard for 201 s');
  });

  it('takes the answer that there is nothing newer for news', async () => {
    bed.version = '8';
    bed.start((_request, _query, number) =>
      number === 1 ? new Frames().push(bookmark(7, true), bookmark(8)) : new Frames(),
    );
    await bed.sink.until(1);
    for (let times = 0; times < 10; times += 1) {
      await settled();
      bed.clock.advance(75_000);
    }
    await settled();
    assert.deepEqual([bed.reflector.trouble, bed.sink.told], [undefined, ['list 7: ']]);
  });
});
