import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import { KubeClient } from '../kube/client.ts';
import { fixedCredentials } from '../kube/credentials.ts';
import type { KubernetesObject } from '../kube/types.ts';
import { silentLogger } from '../observe/logger.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { configMaps, object } from '../testing/objects.ts';
import { Frames, ScriptedServer, type Script } from '../testing/scripted-server.ts';
import type { Known } from '../kube/frames.ts';
import { Reflector, type Sink } from './reflector.ts';

const bookmark = (resourceVersion: number, last = false): object => ({
  type: 'BOOKMARK',
  object: {
    metadata: {
      resourceVersion: String(resourceVersion),
      ...(last && { annotations: { 'k8s.io/initial-events-end': 'true' } }),
    },
  },
});
const expired = { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' } };
const failure = (status: number, reason: string): { status: number; body: object } => ({
  status,
  body: { kind: 'Status', reason, message: reason },
});

/** Keeps what it was told, and lets a test wait for it. */
class Recorder implements Sink {
  readonly told: string[] = [];
  echoes: Known | undefined;
  #waiting: { readonly count: number; readonly resolve: () => void } | undefined;

  listing(): void {}

  keep(object: KubernetesObject): KubernetesObject {
    return object;
  }

  replace(objects: readonly KubernetesObject[], resourceVersion: string): void {
    this.#tell(`list ${resourceVersion}: ${objects.map(({ metadata }) => metadata.name).join(' ')}`);
  }

  changed({ metadata }: KubernetesObject): void {
    this.#tell(`${metadata.name}@${metadata.resourceVersion}`);
  }

  deleted({ metadata }: KubernetesObject): void {
    this.#tell(`-${metadata.name}@${metadata.resourceVersion}`);
  }

  missing(): void {
    this.#tell('missing');
  }

  forbidden(): void {
    this.#tell('forbidden');
  }

  async until(count: number): Promise<readonly string[]> {
    if (this.told.length < count) await new Promise<void>((resolve) => (this.#waiting = { count, resolve }));
    return this.told;
  }

  #tell(what: string): void {
    this.told.push(what);
    if (this.#waiting && this.told.length >= this.#waiting.count) this.#waiting.resolve();
  }
}

describe('reflector', () => {
  let clock: ManualClock;
  let sink: Recorder;
  let stop: AbortController;
  let running: Promise<void>;
  let server: ScriptedServer;
  let reflector: Reflector;
  /** Resolves at each pause between two watches, with its length. */
  let pauses: number[];
  let unreadable = 0;

  /** What the server answers when it is asked for its version beside a watch. */
  let version: string;
  const isAboutVersion = (query: URLSearchParams): boolean => query.get('limit') === '1';

  const start = (script: Script): void => {
    let number = 0;
    server = new ScriptedServer((request, query) => {
      if (isAboutVersion(query)) return { body: { metadata: { resourceVersion: version }, items: [] } };
      return script(request, query, ++number);
    });
    const client = new KubeClient({
      transport: server,
      credentials: fixedCredentials({}),
      fieldManager: 'm',
      userAgent: 'u',
      clock,
    });
    // Pauses of the reflector end at once; what is long (the guard of a watch) waits for the test.
    const impatient = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      after: (milliseconds: number, callback: () => void) => {
        if (milliseconds > 40_000) return clock.after(milliseconds, callback);
        pauses.push(milliseconds);
        setImmediate(callback);
        return { cancel: () => undefined };
      },
    };
    reflector = new Reflector({
      selection: { type: configMaps, namespace: 'default', labelSelector: 'app=x', metadataOnly: false },
      client,
      clock: impatient,
      random: () => 0,
      logger: silentLogger,
      sink,
      unreadable: () => (unreadable += 1),
    });
    running = reflector.run(stop.signal);
  };

  beforeEach(() => {
    clock = new ManualClock();
    sink = new Recorder();
    stop = new AbortController();
    pauses = [];
    version = '999';
  });
  afterEach(async () => {
    stop.abort();
    await running;
  });

  const queries = (): URLSearchParams[] =>
    server.requests
      .map(({ path }) => new URL(path, 'http://server').searchParams)
      .filter((query) => !isAboutVersion(query));

  it('streams a consistent list, then goes on watching on the same connection', async () => {
    start(() =>
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
    assert.deepEqual(await sink.until(3), ['list 7: a', 'c@8', '-a@9']);
    const [query] = queries();
    assert.equal(query?.get('sendInitialEvents'), 'true');
    assert.equal(query?.get('resourceVersion'), null);
    assert.equal(query?.get('labelSelector'), 'app=x');
    assert.equal(queries().length, 1);
  });

  it('does not tell what is known, but of a list all; it resumes behind what it has not told', async () => {
    sink.echoes = { some: true, is: (resourceVersion) => resourceVersion !== '9' };
    const scripts = [
      () =>
        new Frames()
          .push({ type: 'ADDED', object: object('a', 3) }, bookmark(7, true))
          .push({ type: 'MODIFIED', object: object('a', 9) }, { type: 'MODIFIED', object: object('a', 10) })
          .end(),
      () => new Frames().push({ type: 'DELETED', object: object('a', 12) }),
    ];
    start((_request, _query, number) => scripts[number - 1]?.() ?? new Frames());
    assert.deepEqual(await sink.until(3), ['list 7: a', 'a@9', '-a@12']);
    assert.deepEqual(
      queries().map((query) => query.get('resourceVersion')),
      [null, '10'],
    );
  });

  it('resumes where a watch ended or broke off, bookmarks counted', async () => {
    const scripts = [
      () => new Frames().push(bookmark(7, true), { type: 'ADDED', object: object('a', 8) }, bookmark(20)).end(),
      () => new Frames().push({ type: 'MODIFIED', object: object('a', 21) }).fail(new Error('reset')),
      () => new Frames().push({ type: 'MODIFIED', object: object('a', 22) }),
    ];
    start((_request, _query, number) => scripts[number - 1]?.() ?? new Frames());
    assert.deepEqual(await sink.until(4), ['list 7: ', 'a@8', 'a@21', 'a@22']);
    assert.deepEqual(
      queries().map((query) => query.get('resourceVersion')),
      [null, '20', '21'],
    );
  });

  for (const [how, expiry] of [
    ['in the stream', (): Frames => new Frames().push(expired).end()],
    ['as an answer', () => failure(410, 'Expired')],
  ] as const) {
    it(`lists anew when its place in the log has expired, told ${how}`, async () => {
      start((_request, _query, number) => {
        if (number === 1) return new Frames().push(bookmark(7, true)).end();
        return number === 2
          ? expiry()
          : new Frames().push({ type: 'ADDED', object: object('z', 30) }, bookmark(31, true));
      });
      assert.deepEqual(await sink.until(2), ['list 7: ', 'list 31: z']);
      assert.equal(reflector.trouble, undefined);
    });
  }

  it('tells that its kind is missing, and lists anew once it is there again', async () => {
    const scripts = [
      () => failure(404, 'NotFound'),
      () => new Frames().push(bookmark(7, true)).end(),
      () => failure(404, 'NotFound'),
      () => new Frames().push({ type: 'ADDED', object: object('z', 3) }, bookmark(4, true)),
    ];
    start((_request, _query, number) => scripts[number - 1]?.() ?? new Frames());
    assert.deepEqual(await sink.until(4), ['missing', 'list 7: ', 'missing', 'list 4: z']);
  });

  it('asks for a kind that is missing every 5 s at least', async () => {
    start((_request, _query, number) =>
      number <= 9 ? failure(404, 'NotFound') : new Frames().push(bookmark(7, true)),
    );
    await sink.until(10);
    assert.deepEqual(pauses.slice(0, 9), [100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
  });

  for (const streams of [true, false]) {
    it(`lists anew when told so, ${streams ? 'streaming' : 'in pages'}, though its watch stands`, async () => {
      let lists = 0;
      start((_request, query) => {
        if (query.has('sendInitialEvents') && !streams) return failure(422, 'Invalid');
        if (query.has('watch') && query.has('resourceVersion') && !query.has('sendInitialEvents')) return new Frames();
        lists += 1;
        if (!query.has('watch')) return { body: { metadata: { resourceVersion: String(lists) }, items: [] } };
        return new Frames().push(bookmark(lists, true));
      });
      await sink.until(1);
      reflector.listAnew();
      assert.deepEqual(await sink.until(2), ['list 1: ', 'list 2: ']);
    });
  }

  it('lists in pages where the server has no streaming lists', async () => {
    start((_request, query) => {
      if (query.has('sendInitialEvents')) return failure(422, 'Invalid');
      if (query.has('watch')) return new Frames().push({ type: 'ADDED', object: object('c', 12) });
      const second = query.get('continue') === 'more';
      const items = second ? [object('b', 4)] : [object('a', 3)];
      return { body: { metadata: { resourceVersion: '10', ...(!second && { continue: 'more' }) }, items } };
    });
    assert.deepEqual(await sink.until(2), ['list 10: a b', 'c@12']);
    assert.deepEqual(pauses, []);
    const lists = queries().filter((query) => !query.has('watch'));
    assert.deepEqual(
      lists.map((query) => [query.get('limit'), query.get('resourceVersion')]),
      [
        ['500', null],
        ['500', null],
      ],
    );
    assert.equal(queries().at(-1)?.get('resourceVersion'), '10');
  });

  it('leaves an item of a page out that is no object, and keeps the others of its page', async () => {
    start((_request, query) => {
      if (query.has('sendInitialEvents')) return failure(422, 'Invalid');
      if (query.has('watch')) return new Frames().push({ type: 'ADDED', object: object('c', 12) });
      const items = [object('a', 3), null, {}, { metadata: { name: ['b'] } }, object('d', 4)];
      return { body: { metadata: { resourceVersion: '10' }, items } };
    });
    assert.deepEqual(await sink.until(2), ['list 10: a d', 'c@12']);
    assert.equal(unreadable, 3);
  });

  it('tries again with growing pauses while the server fails, and says what is wrong', async () => {
    start((_request, _query, number) =>
      number <= 4 ? failure(500, 'InternalError') : new Frames().push(bookmark(7, true)),
    );
    await sink.until(1);
    assert.equal(queries().length, 5);
    assert.deepEqual(pauses.slice(0, 4), [100, 200, 400, 800]);
    assert.equal(reflector.trouble, undefined);
  });

  it('does not ask without a pause where a server closes each watch after one event', async () => {
    start((_request, _query, number) =>
      number === 1
        ? new Frames().push(bookmark(7, true)).end()
        : new Frames().push({ type: 'MODIFIED', object: object('a', 7 + number) }).end(),
    );
    await sink.until(6);
    assert.deepEqual(pauses.slice(0, 5), [100, 200, 400, 800, 1600]);
  });

  describe('of which nothing is heard', () => {
    const settled = async (): Promise<void> => {
      for (let turn = 0; turn < 20; turn += 1) await immediate();
    };
    const watches = (): readonly (string | null)[] => queries().map((query) => query.get('resourceVersion'));

    it('opens its watch again after 75 s, where it stood, and not before', async () => {
      start((_request, _query, number) =>
        number === 1
          ? new Frames().push(bookmark(7, true))
          : new Frames().push({ type: 'ADDED', object: object('late', 8) }),
      );
      await sink.until(1);
      clock.advance(74_999);
      await settled();
      assert.deepEqual([watches(), reflector.age], [[null], 74_999]);
      clock.advance(1);
      assert.deepEqual(await sink.until(2), ['list 7: ', 'late@8']);
      assert.deepEqual([watches(), reflector.age, reflector.trouble], [[null, '7'], 0, undefined]);
    });

    it('leaves its watch open as long as bookmarks come', async () => {
      const frames = new Frames().push(bookmark(7, true));
      start(() => frames);
      await sink.until(1);
      for (let minute = 1; minute <= 3; minute += 1) {
        clock.advance(61_000);
        frames.push(bookmark(7 + minute));
        await settled();
      }
      assert.deepEqual([watches(), reflector.age], [[null], 0]);
    });

    it('ends its watch, though much comes, where the server does not end it in its time', async () => {
      const frames = new Frames().push(bookmark(7, true));
      start((_request, _query, number) => (number === 1 ? frames : new Frames()));
      await sink.until(1);
      for (let minute = 1; minute <= 5; minute += 1) {
        clock.advance(60_000);
        frames.push(bookmark(7 + minute));
        await settled();
      }
      assert.deepEqual(watches(), [null, '11']);
    });

    it('says so when its watch cannot be opened again, though nobody refuses it', async () => {
      start(({ signal }, _query, number) =>
        number === 1
          ? new Frames().push(bookmark(7, true))
          : new Promise((_resolve, reject) => {
              signal?.addEventListener('abort', () => reject(new Error('aborted')));
            }),
      );
      await sink.until(1);
      clock.advance(75_000);
      await settled();
      assert.equal(reflector.trouble, undefined);
      clock.advance(15_001);
      assert.equal(reflector.trouble, 'nothing has been heard for 90 s');
    });

    it('says so when no bookmarks come any more, though watches are taken', async () => {
      start((_request, _query, number) =>
        number === 1 ? new Frames().push(bookmark(7, true), bookmark(8)) : new Frames(),
      );
      await sink.until(1);
      for (const seconds of [75, 75, 49]) {
        await settled();
        clock.advance(seconds * 1000);
      }
      await settled();
      assert.equal(reflector.trouble, undefined);
      clock.advance(2000);
      assert.equal(reflector.trouble, 'nothing has been heard for 201 s');
    });

    it('takes the answer that there is nothing newer for news', async () => {
      version = '8';
      start((_request, _query, number) =>
        number === 1 ? new Frames().push(bookmark(7, true), bookmark(8)) : new Frames(),
      );
      await sink.until(1);
      for (let times = 0; times < 10; times += 1) {
        await settled();
        clock.advance(75_000);
      }
      await settled();
      assert.deepEqual([reflector.trouble, sink.told], [undefined, ['list 7: ']]);
    });
  });

  it('lists anew when the server is found to have older data than it had, which a watch does not tell', async () => {
    version = '4';
    start((_request, _query, number) => {
      if (number === 1) return new Frames().push({ type: 'ADDED', object: object('a', 5) }, bookmark(7, true)).end();
      // As a real server does with a version of its future.
      if (number === 2) return new Frames();
      return new Frames().push({ type: 'ADDED', object: object('a', 3) }, bookmark(4, true));
    });
    assert.deepEqual(await sink.until(2), ['list 7: a', 'list 4: a']);
    const about = server.requests.filter(({ path }) => isAboutVersion(new URL(path, 'http://server').searchParams));
    assert.deepEqual(
      about.map(({ path }) => path),
      ['/api/v1/namespaces/default/configmaps?limit=1'],
    );
  });

  it('waits as long as the server asks it to, though that is longer than its own pauses', async () => {
    start((_request, _query, number) =>
      number === 1
        ? { ...failure(429, 'TooManyRequests'), headers: { 'retry-after': '40' } }
        : new Frames().push(bookmark(7, true)),
    );
    await sink.until(1);
    assert.deepEqual(pauses, [40_000]);
  });

  it('reads a list at once that expired between two of its pages', async () => {
    let lists = 0;
    start((_request, query) => {
      if (query.has('sendInitialEvents')) return failure(422, 'Invalid');
      if (query.has('watch')) return new Frames();
      if (query.has('continue')) return failure(410, 'Expired');
      lists += 1;
      const all = query.get('limit') === '0';
      return {
        body: { metadata: { resourceVersion: String(lists), ...(!all && { continue: 'x' }) }, items: [object('a', 1)] },
      };
    });
    assert.deepEqual(await sink.until(1), ['list 2: a']);
  });

  it('leaves what was listed alone when a list breaks off in the middle', async () => {
    start((_request, _query, number) =>
      number === 1
        ? new Frames().push({ type: 'ADDED', object: object('a', 3) }).fail(new Error('reset'))
        : new Frames().push({ type: 'ADDED', object: object('b', 4) }, bookmark(7, true)),
    );
    assert.deepEqual(await sink.until(1), ['list 7: b']);
  });
});
