import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { KubeClient } from '../kube/client.ts';
import { fixedCredentials } from '../kube/credentials.ts';
import type { KubernetesObject } from '../kube/types.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { object } from '../testing/objects.ts';
import { ScriptedServer, type ScriptedAnswer } from '../testing/scripted-server.ts';
import { EventRecorder } from './events.ts';
import { silentLogger } from './logger.ts';

interface Sent {
  readonly metadata?: { readonly name: string; readonly namespace: string };
  readonly note?: string;
  readonly eventTime?: string;
  readonly series?: { readonly count: number; readonly lastObservedTime: string };
}

describe('events', () => {
  let clock: ManualClock;
  let server: ScriptedServer;
  let events: EventRecorder;
  let warnings: string[];

  const start = (answer: ScriptedAnswer | (() => Promise<ScriptedAnswer>) = { body: object('event', 1) }): void => {
    clock = new ManualClock();
    server = new ScriptedServer(() => (typeof answer === 'function' ? answer() : answer));
    warnings = [];
    events = new EventRecorder({
      client: new KubeClient({
        transport: server,
        credentials: fixedCredentials({}),
        fieldManager: 'm',
        userAgent: 'u',
        clock,
      }),
      type: { group: 'example.io', version: 'v1', kind: 'Route', plural: 'routes', namespaced: true },
      controller: 'route-operator',
      instance: 'one',
      clock,
      logger: {
        ...silentLogger,
        warn: (_fields: object | string, message?: string) => void warnings.push(message ?? ''),
      },
    });
  };
  const tell = async (note = 'it failed', resource: KubernetesObject = object('a', 5)): Promise<void> => {
    events.warn({ resource, reason: 'WorkerFailed', action: 'Sync', note });
    await events.flush();
  };
  const sent = (): readonly Sent[] => server.requests.map(({ body }) => JSON.parse(body ?? '{}') as Sent);
  const methods = (): string => server.requests.map(({ method }) => method).join(' ');

  it('say what happened to which resource, who saw it and when', async () => {
    start();
    await tell();
    assert.equal(
      server.requests[0]?.path,
      '/apis/events.k8s.io/v1/namespaces/default/events?fieldManager=m&fieldValidation=Strict',
    );
    const { metadata, ...event } = sent()[0] ?? assert.fail();
    assert.match(metadata?.name ?? '', /^a\.[0-9a-f]{16}$/);
    assert.deepEqual(event, {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingController: 'route-operator',
      reportingInstance: 'one',
      action: 'Sync',
      reason: 'WorkerFailed',
      regarding: {
        apiVersion: 'example.io/v1',
        kind: 'Route',
        name: 'a',
        namespace: 'default',
        uid: 'uid-a',
        resourceVersion: '5',
      },
      note: 'it failed',
      type: 'Warning',
    });
  });

  it('are counted as a series, written when the count has doubled', async () => {
    start();
    for (let time = 0; time < 9; time += 1) await tell();
    assert.equal(methods(), 'POST PATCH PATCH PATCH');
    assert.deepEqual(
      sent().flatMap(({ series }) => series?.count ?? []),
      [2, 4, 8],
    );
    assert.match(server.requests[1]?.path ?? '', /\/events\/a\.[0-9a-f]{16}\?/);
  });

  it('are news again after six minutes without, and for another note or resource', async () => {
    start();
    await tell();
    clock.advance(5 * 60_000);
    await tell();
    clock.advance(6 * 60_000 + 1);
    await tell();
    await tell('something else');
    await tell('it failed', object('b', 1));
    assert.equal(methods(), 'POST PATCH POST POST POST');
  });

  it('fit into what the server takes', async () => {
    start();
    await tell('x'.repeat(2000), object('n'.repeat(253), 1));
    const [event] = sent();
    assert.equal(event?.note, `${'x'.repeat(1021)}…`);
    assert.ok((event.metadata?.name.length ?? 0) <= 253);
  });

  it('are cut by bytes and between characters, and named as names must be', async () => {
    start();
    await tell('ü€🚂'.repeat(300), object(`${'n'.repeat(198)}-.n`, 1));
    const [event] = sent();
    assert.equal(Buffer.byteLength(event?.note ?? ''), 1022);
    assert.match(event?.note ?? '', /^(?:ü€🚂)+ü…$/u);
    assert.match(event?.metadata?.name ?? '', /^n{198}\.[0-9a-f]{16}$/);
  });

  it('of which the server has none become no series: the next time is news', async () => {
    start({ status: 422, body: { kind: 'Status', reason: 'Invalid', message: 'no' } });
    for (let time = 0; time < 4; time += 1) await tell();
    assert.equal(methods(), 'POST POST POST POST');
    start();
    for (let time = 0; time < 2; time += 1) {
      events.warn({ resource: object('a', 5), reason: 'R', action: 'A', note: '' });
      events.warn({ resource: object('a', 5), reason: 'R', action: 'A', note: '' });
      await events.flush();
    }
    assert.equal(methods(), 'POST PATCH PATCH');
  });

  it('about a resource of cluster scope are in the namespace default', async () => {
    start();
    await tell('it failed', { metadata: { name: 'a', uid: 'u' } });
    assert.equal(sent()[0]?.metadata?.namespace, 'default');
  });

  it('that cannot be written are logged, unless their namespace goes', async () => {
    start({ status: 403, body: { kind: 'Status', reason: 'Forbidden', message: 'no rights' } });
    await tell();
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /event not written: .*no rights/);
    const causes = [{ reason: 'NamespaceTerminating' }];
    start({ status: 403, body: { kind: 'Status', reason: 'Forbidden', details: { causes } } });
    await tell();
    assert.deepEqual(warnings, []);
  });

  it('of however many resources are told once each, though they fail in turns', async () => {
    start();
    for (let round = 0; round < 3; round += 1) {
      for (let index = 0; index < 2000; index += 1)
        events.warn({ resource: object(`r${index}`, 1), reason: 'R', action: 'A', note: '' });
      await events.flush();
    }
    const count = (wanted: string): number => server.requests.filter(({ method }) => method === wanted).length;
    assert.deepEqual([count('POST'), count('PATCH')], [2000, 2000]);
  });

  it('that the server puts off are given up by a flush, and those that wait for them sent once', async () => {
    let isPutOff = true;
    const later = { status: 429, headers: { 'retry-after': '10' }, body: { kind: 'Status', message: 'later' } };
    start(() => Promise.resolve(isPutOff ? later : { body: object('event', 1) }));
    for (let index = 0; index < 12; index += 1)
      events.warn({ resource: object(`r${index}`, 1), reason: 'R', action: 'A', note: '' });
    await events.flush();
    assert.deepEqual([server.requests.length, warnings.length], [12, 12]);
    // The next ones are waited for again.
    events.warn({ resource: object('r0', 1), reason: 'R', action: 'A', note: '' });
    while (server.requests.length < 13) await setImmediate();
    isPutOff = false;
    await setImmediate();
    clock.advance(10_000);
    await setImmediate();
    await events.flush();
    assert.deepEqual([server.requests.length, warnings.length], [14, 12]);
  });

  it('that the server does not answer are waited for so long by a flush, and the others not sent', async () => {
    start(
      () =>
        new Promise((_resolve, reject) => {
          const { signal } = server.requests.at(-1) ?? assert.fail();
          signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
        }),
    );
    for (let index = 0; index < 12; index += 1)
      events.warn({ resource: object(`r${index}`, 1), reason: 'R', action: 'A', note: '' });
    let isDone = false;
    const flushing = events.flush().then(() => (isDone = true));
    while (server.requests.length < 4) await setImmediate();
    clock.advance(1999);
    await setImmediate();
    assert.equal(isDone, false);
    clock.advance(1);
    await flushing;
    assert.deepEqual([server.requests.length, warnings.length], [4, 12]);
    assert.match(warnings[0] ?? '', /event not written: no answer within the 2000 ms/);
  });

  it('are sent a few at a time, however many resources fail together', async () => {
    let [underWay, most] = [0, 0];
    start(async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await setImmediate();
      underWay -= 1;
      return { body: object('event', 1) };
    });
    for (let index = 0; index < 100; index += 1)
      events.warn({ resource: object(`r${index}`, 1), reason: 'R', action: 'A', note: '' });
    await events.flush();
    assert.deepEqual([server.requests.length, most], [100, 4]);
  });

  it('about one resource that differ every time are 25, then one more each five minutes', async () => {
    start();
    const burst = async (): Promise<number> => {
      const before = server.requests.length;
      for (let time = 0; time < 40; time += 1) await tell(`failed with ${before} ${time}`);
      return server.requests.length - before;
    };
    assert.equal(await burst(), 25);
    assert.equal(await burst(), 0);
    clock.advance(5 * 60_000);
    assert.equal(await burst(), 1);
    clock.advance(10 * 60_000);
    assert.equal(await burst(), 2);
    await tell('of another', object('b', 1));
    assert.equal(server.requests.length, 29);
    clock.advance(24 * 60 * 60_000);
    assert.equal(await burst(), 25);
  });
});
