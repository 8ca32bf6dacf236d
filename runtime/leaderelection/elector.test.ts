import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { KubeClient, type PatchOperation } from '../kube/client.ts';
import { fixedCredentials } from '../kube/credentials.ts';
import { microTime } from '../kube/micro-time.ts';
import { createLogger } from '../observe/logger.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { Frames, ScriptedServer, type ScriptedAnswer } from '../testing/scripted-server.ts';
import { Elector } from './elector.ts';
import type { Lease, LeaseSpec } from './lease.ts';
import type { Term } from './term.ts';
import { LEASE_TIMES } from './times.ts';

/** Until all that is under way has got as far as it can. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await setImmediate();
};
const refused = (status: number, headers: ScriptedAnswer['headers'] = {}): ScriptedAnswer => ({
  status,
  headers,
  body: { kind: 'Status', message: 'no' },
});

/** A server with one lease, whose watches can fall silent. */
class LeaseServer {
  lease: Lease | undefined;
  /** Whether watches are told of changes. */
  tells = true;
  /** Whether watches are told of a write before it is answered. */
  tellsFirst = false;
  /** What writes are answered with, where not by what they ask. */
  trouble: number | undefined;
  /** Seconds for which they are put off then. */
  retryAfter: number | undefined;
  /** Called while a write is under way. */
  meanwhile: () => void = () => undefined;
  readonly writes: string[] = [];
  readonly lists: number[] = [];
  readonly transport: ScriptedServer;
  #version = 100;
  #watches: Frames[] = [];

  constructor() {
    this.transport = new ScriptedServer((request, query) => {
      if (request.method === 'GET') return this.#watch(query);
      this.writes.push(request.method);
      this.meanwhile();
      if (this.trouble !== undefined)
        return refused(this.trouble, { ...(this.retryAfter && { 'retry-after': String(this.retryAfter) }) });
      const body: unknown = JSON.parse(request.body ?? '');
      const answer =
        request.method === 'POST' ? this.#create(body as Lease) : this.#patch(body as readonly PatchOperation[]);
      return this.tellsFirst ? settle().then(() => answer) : answer;
    });
  }

  /** Somebody else writes it. */
  set(spec: LeaseSpec): void {
    this.#store({ metadata: { name: 'op', namespace: 'ns', uid: 'u' }, spec: { ...this.lease?.spec, ...spec } });
  }

  delete(): void {
    const gone = this.lease;
    this.#version += 1;
    this.lease = undefined;
    if (gone)
      this.#tell('DELETED', { ...gone, metadata: { ...gone.metadata, resourceVersion: String(this.#version) } });
  }

  #watch(query: URLSearchParams): Frames {
    assert.equal(query.get('fieldSelector'), 'metadata.name=op');
    this.lists.push(this.#version);
    const frames = new Frames();
    if (this.lease) frames.push({ type: 'ADDED', object: this.lease });
    const annotations = { 'k8s.io/initial-events-end': 'true' };
    frames.push({ type: 'BOOKMARK', object: { metadata: { resourceVersion: String(this.#version), annotations } } });
    this.#watches.push(frames);
    return frames;
  }

  #create(lease: Lease): ScriptedAnswer {
    if (this.lease) return refused(409);
    return { status: 201, body: this.#store(lease) };
  }

  #patch(operations: readonly PatchOperation[]): ScriptedAnswer {
    if (!this.lease) return refused(404);
    const { metadata } = this.lease;
    const spec = new Map<string, unknown>(Object.entries(this.lease.spec ?? {}));
    for (const { op, path, ...rest } of operations) {
      const value = 'value' in rest ? rest.value : undefined;
      const name = path.slice(path.lastIndexOf('/') + 1);
      if (op !== 'test') spec.set(name, value);
      else if ((name === 'resourceVersion' ? metadata.resourceVersion : spec.get(name)) !== value) return refused(422);
    }
    return { body: this.#store({ metadata, spec: Object.fromEntries(spec) }) };
  }

  #store(lease: Lease): Lease {
    const type = this.lease ? 'MODIFIED' : 'ADDED';
    this.#version += 1;
    this.lease = { ...lease, metadata: { ...lease.metadata, resourceVersion: String(this.#version) } };
    this.#tell(type, this.lease);
    return this.lease;
  }

  #tell(type: string, object: Lease): void {
    if (this.tells) for (const frames of this.#watches) frames.push({ type, object });
  }
}

describe('an elector', () => {
  let clock: ManualClock;
  let server: LeaseServer;
  let stopping: AbortController;
  let running: Promise<void>;
  let terms: Term[];
  let lines: string[];

  beforeEach(() => {
    clock = new ManualClock();
    server = new LeaseServer();
    stopping = new AbortController();
    terms = [];
    lines = [];
    running = Promise.resolve();
  });
  afterEach(async () => {
    stopping.abort();
    await running;
  });

  const start = async (): Promise<void> => {
    const elector = new Elector({
      client: new KubeClient({
        transport: server.transport,
        credentials: fixedCredentials({}),
        fieldManager: 'm',
        userAgent: 'u',
        clock,
      }),
      name: 'op',
      namespace: 'ns',
      identity: 'me',
      times: LEASE_TIMES,
      clock,
      random: () => 0,
      logger: createLogger({ name: 'op', version: '', level: 'Info', write: (line) => lines.push(line) }),
      lead: (term, stop) =>
        new Promise((resolve) => {
          terms.push(term);
          for (const signal of [term.signal, stop]) signal.addEventListener('abort', () => resolve(), { once: true });
        }),
    });
    running = elector.run(stopping.signal);
    await settle();
  };
  const pass = async (milliseconds: number): Promise<void> => {
    for (let left = milliseconds; left > 0; left -= 500) {
      clock.advance(Math.min(500, left));
      await settle();
    }
  };
  const leads = (): boolean => terms.some(({ signal }) => !signal.aborted);
  const holder = (): string | undefined => server.lease?.spec?.holderIdentity;

  it('makes the lease where there is none, and renews it by the retry period', async () => {
    await start();
    assert.ok(leads());
    const { leaseDurationSeconds, leaseTransitions, acquireTime } = server.lease?.spec ?? {};
    assert.deepEqual(
      [holder(), leaseDurationSeconds, leaseTransitions, acquireTime],
      ['me', 15, 0, microTime(clock.now())],
    );
    await pass(20_000);
    assert.ok(leads());
    assert.deepEqual(server.writes, ['POST', ...Array.from({ length: 10 }, () => 'PATCH')]);
    assert.equal(server.lists.length, 1);
  });

  it('waits until the record did not change for its duration by the own clock, whatever times it tells', async () => {
    // A holder whose clock is an hour ahead, and who renews.
    const renew = (): void =>
      server.set({ holderIdentity: 'other', leaseDurationSeconds: 20, renewTime: microTime(clock.now() + 3_600_000) });
    renew();
    await start();
    await pass(15_000);
    renew();
    await settle();
    await pass(19_500);
    assert.deepEqual([leads(), server.writes], [false, []]);
    await pass(500);
    assert.ok(leads());
    assert.equal(server.lease?.spec?.leaseTransitions, 1);
  });

  it('takes the lease at once when it is released', async () => {
    server.set({ holderIdentity: 'other', leaseDurationSeconds: 15 });
    await start();
    await pass(3000);
    server.set({ holderIdentity: '' });
    await settle();
    assert.ok(leads());
  });

  it('is refused where its view is old, and looks anew', async () => {
    server.set({ holderIdentity: 'other', leaseDurationSeconds: 15 });
    await start();
    server.tells = false;
    server.set({ renewTime: microTime(clock.now()) });
    await pass(15_000);
    assert.deepEqual([leads(), holder(), server.writes], [false, 'other', ['PATCH']]);
    await pass(2500);
    assert.equal(server.lists.length, 2);
    await pass(14_000);
    assert.deepEqual([leads(), server.writes.length], [false, 1]);
  });

  it('lets a lease that was deleted count for its time', async () => {
    server.set({ holderIdentity: 'other', leaseDurationSeconds: 15 });
    await start();
    await pass(5000);
    server.delete();
    await pass(9500);
    assert.deepEqual([leads(), server.writes], [false, []]);
    await pass(500);
    assert.ok(leads());
  });

  it('makes its own lease again where somebody deleted it, and goes on', async () => {
    await start();
    server.delete();
    await pass(2000);
    assert.deepEqual([holder(), terms.length, leads()], ['me', 1, true]);
  });

  it('ends its term at the deadline where it cannot renew, and looks whose the lease is before it asks again', async () => {
    await start();
    server.trouble = 500;
    await pass(9500);
    assert.ok(leads());
    await pass(500);
    assert.ok(!leads());
    server.trouble = undefined;
    const writes = server.writes.length;
    assert.equal(server.lists.length, 1);
    await pass(1000);
    assert.equal(server.lists.length, 2);
    // It is still its own.
    assert.deepEqual([leads(), terms.length, server.writes.length], [true, 2, writes + 1]);
    assert.equal(server.lease?.spec?.leaseTransitions, 0);
  });

  it('counts its term from before the renewal was sent, however late that is answered', async () => {
    await start();
    // Sent after 2 s, answered after 5 s.
    server.meanwhile = () => clock.advance(3000);
    await pass(2000);
    server.meanwhile = () => undefined;
    server.trouble = 500;
    await pass(6500);
    assert.ok(leads());
    await pass(500);
    assert.ok(!leads());
  });

  it('ends its term at once where another took the lease, told by the watch or by a renewal', async () => {
    await start();
    server.set({ holderIdentity: 'other' });
    await settle();
    assert.ok(!leads());
    server.set({ holderIdentity: '' });
    await pass(2000);
    assert.ok(leads());
    server.tells = false;
    server.set({ holderIdentity: 'other' });
    await settle();
    assert.ok(leads());
    await pass(2000);
    assert.ok(!leads());
  });

  it('releases the lease when it is told to stop, and not another’s', async () => {
    await start();
    stopping.abort();
    await running;
    assert.equal(holder(), '');
  });

  it('says that it released the lease, and nothing else, where the watch tells so before the answer', async () => {
    await start();
    server.tellsFirst = true;
    lines = [];
    stopping.abort();
    await running;
    assert.equal(holder(), '');
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { readonly msg: string }).msg),
      ['released lease op'],
    );
  });

  it('releases the lease after the last request of its term was answered', async () => {
    await start();
    let answer: () => void = () => undefined;
    const underWay = terms[0]?.pass(() => new Promise<void>((resolve) => (answer = resolve)));
    stopping.abort();
    await settle();
    assert.equal(holder(), 'me');
    answer();
    await underWay;
    await running;
    assert.equal(holder(), '');
  });

  it('releases the lease though a renewal was put off, and waits for nothing', async () => {
    await start();
    [server.trouble, server.retryAfter] = [429, 4];
    await pass(2000);
    server.trouble = undefined;
    stopping.abort();
    await running;
    assert.deepEqual([holder(), server.writes], ['', ['POST', 'PATCH', 'PATCH']]);
  });

  it('gives a release up that is put off for longer than its term', async () => {
    await start();
    await pass(1500);
    [server.trouble, server.retryAfter] = [429, 10];
    stopping.abort();
    await settle();
    await pass(8000);
    assert.ok(leads());
    await pass(500);
    await running;
    assert.deepEqual([holder(), server.writes], ['me', ['POST', 'PATCH']]);
  });

  it('asks for no lease once it is told to stop, and waits for nothing', async () => {
    [server.trouble, server.retryAfter] = [429, 3];
    await start();
    stopping.abort();
    await running;
    assert.deepEqual(server.writes, ['POST']);
  });

  it('stops at once where its request was refused after it was told to', async () => {
    server.trouble = 500;
    server.meanwhile = () => stopping.abort();
    await start();
    await running;
    assert.deepEqual(server.writes, ['POST']);
  });

  it('asks anew when the server said, with the time of then: the whole of a term follows', async () => {
    [server.trouble, server.retryAfter] = [429, 9];
    await start();
    await pass(8500);
    assert.deepEqual([leads(), server.writes.length], [false, 1]);
    server.trouble = undefined;
    // It looks whose the lease is before it asks.
    await pass(1000);
    assert.deepEqual([leads(), terms[0]?.left()], [true, 10_000]);
    assert.equal(server.lease?.spec?.renewTime, microTime(clock.now()));
    server.trouble = 503;
    server.retryAfter = 5;
    await pass(2000);
    server.trouble = undefined;
    await pass(4500);
    assert.deepEqual([leads(), terms[0]?.left()], [true, 3500]);
    await pass(500);
    assert.deepEqual([leads(), terms[0]?.left()], [true, 10_000]);
    assert.equal(server.lease.spec.renewTime, microTime(clock.now()));
  });

  it('renews by its own period where it is put off for longer than its term', async () => {
    await start();
    [server.trouble, server.retryAfter] = [429, 10];
    await pass(4000);
    server.trouble = undefined;
    await pass(2000);
    assert.deepEqual([terms[0]?.left(), server.writes.length], [10_000, 4]);
  });

  it('leaves alone what is another’s when it is told to stop', async () => {
    await start();
    server.tells = false;
    server.set({ holderIdentity: 'other' });
    stopping.abort();
    await running;
    assert.equal(holder(), 'other');
  });
});
