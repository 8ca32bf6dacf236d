import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { KubeClient } from '../kube/client.ts';
import { fixedCredentials } from '../kube/credentials.ts';
import type { KubernetesObject } from '../kube/types.ts';
import { silentLogger } from '../observe/logger.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { configMaps, object, replaceBy } from '../testing/objects.ts';
import { Frames, ScriptedServer, type Script } from '../testing/scripted-server.ts';
import { Cache } from './cache.ts';
import { catchUp } from './catch-up.ts';

const added = (one: KubernetesObject): object => ({ type: 'ADDED', object: one });
const end = (resourceVersion: number): object => ({
  type: 'BOOKMARK',
  object: {
    metadata: { resourceVersion: String(resourceVersion), annotations: { 'k8s.io/initial-events-end': 'true' } },
  },
});

describe('catching up', () => {
  let server: ScriptedServer;
  let stop: AbortController;
  let relists: number;
  beforeEach(() => {
    stop = new AbortController();
    relists = 0;
  });
  afterEach(() => stop.abort());

  const cacheOf = (metadataOnly: boolean, ...objects: readonly KubernetesObject[]): Cache => {
    const cache = new Cache({ type: configMaps, labelSelector: 'app', metadataOnly }, [], 'm');
    cache.listing();
    replaceBy(cache, objects, '10');
    return cache;
  };
  const begin = (cache: Cache, script: Script): Promise<void> => {
    server = new ScriptedServer(script);
    const clock = new ManualClock();
    const client = new KubeClient({
      transport: server,
      credentials: fixedCredentials({}),
      fieldManager: 'm',
      userAgent: 'u',
      clock,
    });
    cache.fallBehind();
    const options = { client, clock, random: () => 0, logger: silentLogger, listAnew: () => (relists += 1) };
    return catchUp(cache, options, stop.signal);
  };
  const shown = (cache: Cache): readonly string[] =>
    [...cache.entries()].map(({ key, resourceVersion }) => `${key}@${resourceVersion}`).toSorted();
  const asked = (number: number): URLSearchParams =>
    new URL(server.requests[number]?.path ?? '', 'http://server').searchParams;

  it('is a streaming list as metadata by the own selector, and nothing more where nothing differs', async () => {
    const cache = cacheOf(false, object('a', 3), object('b', 4));
    const frames = new Frames();
    const done = begin(cache, () => frames);
    await setImmediate();
    assert.deepEqual([cache.listed, cache.synced], [true, false]);
    frames.push(added(object('a', 3)), added(object('b', 4)));
    await setImmediate();
    assert.ok(!cache.synced, 'the list was not at its end');
    frames.push(end(20));
    await done;
    assert.ok(cache.synced);
    assert.equal(server.requests.length, 1);
    assert.match(server.requests[0]?.headers['accept'] ?? '', /PartialObjectMetadata/);
    const query = asked(0);
    assert.deepEqual(
      ['watch', 'sendInitialEvents', 'resourceVersionMatch', 'labelSelector', 'resourceVersion'].map((name) =>
        query.get(name),
      ),
      ['true', 'true', 'NotOlderThan', 'app', null],
    );
  });

  it('fetches what differs, by a list of one, and drops what is gone', async () => {
    const cache = cacheOf(false, object('a', 3), object('gone', 4), object('left', 5));
    await begin(cache, (_request, query) => {
      if (query.get('watch') === 'true')
        return new Frames().push(added(object('a', 12)), added(object('new', 13)), added(object('left', 14)), end(20));
      const name = query.get('fieldSelector')?.replace('metadata.name=', '') ?? '';
      const items = name === 'left' ? [] : [object(name, name === 'a' ? 22 : 13, { data: { full: 'yes' } })];
      return { body: { metadata: { resourceVersion: '25' }, items } };
    });
    assert.deepEqual(shown(cache), ['default/a@22', 'default/new@13']);
    assert.ok([...cache.entries()].every(({ object: one }) => JSON.stringify(one).includes('full')));
    assert.ok(cache.synced);
  });

  it('takes the list for what it is where metadata is all that is kept', async () => {
    const cache = cacheOf(true, object('a', 3), object('gone', 4));
    await begin(cache, () => new Frames().push(added(object('a', 12)), added(object('new', 13)), end(20)));
    assert.deepEqual(shown(cache), ['default/a@12', 'default/new@13']);
    assert.equal(server.requests.length, 1);
  });

  it('keeps what the watch brought of later, and takes nothing older from it afterwards', async () => {
    const cache = cacheOf(true, object('a', 3), object('gone', 4));
    const frames = new Frames();
    const done = begin(cache, () => frames);
    await setImmediate();
    cache.changed(object('later', 21));
    frames.push(added(object('a', 12)), end(20));
    await done;
    assert.deepEqual(shown(cache), ['default/a@12', 'default/later@21']);
    // The watch lags: what it tells of until version 20 is known, and would bring back what is gone.
    cache.changed(object('gone', 8));
    cache.deleted(object('a', 9));
    cache.changed(object('a', 11));
    cache.changed(object('came and went', 15));
    assert.deepEqual(shown(cache), ['default/a@12', 'default/later@21']);
    cache.changed(object('a', 22));
    assert.deepEqual(shown(cache), ['default/a@22', 'default/later@21']);
  });

  it('reads a consistent list in pages where the server streams none', async () => {
    const cache = cacheOf(true, object('a', 3));
    await begin(cache, (_request, query) => {
      if (query.get('watch') === 'true') return { status: 422, body: { kind: 'Status', reason: 'Invalid' } };
      return query.get('continue') === null
        ? { body: { metadata: { resourceVersion: '20', continue: 'x' }, items: [object('a', 12)] } }
        : { body: { metadata: { resourceVersion: '20' }, items: [object('b', 13)] } };
    });
    assert.deepEqual(shown(cache), ['default/a@12', 'default/b@13']);
    assert.equal(asked(1).get('resourceVersion'), null);
  });

  it('leaves it to the watch to list anew where too much differs, and is over then', async () => {
    const cache = cacheOf(false);
    const many = Array.from({ length: 51 }, (_, index) => object(`o${index}`, 11 + index));
    await begin(cache, () => new Frames().push(...many.map(added), end(90)));
    assert.deepEqual([relists, cache.synced, server.requests.length], [1, false, 1]);
    cache.listing();
    replaceBy(cache, many, '91');
    assert.ok(cache.synced);
  });

  it('is not needed where the watch lists anew meanwhile, but is where its list had begun before', () => {
    const cache = cacheOf(false);
    cache.listing();
    cache.fallBehind();
    cache.replace([], '11');
    assert.ok(!cache.synced);
    cache.listing();
    cache.replace([], '12');
    assert.ok(cache.synced);
  });
});
