import assert from 'node:assert/strict';
import { RequestTimeout } from '../errors.ts';
import type { RequestLimit } from '../kube/gate.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { momentOf, Term } from './term.ts';

/** Both clocks of a process that can be stopped, so that no timer runs, and of a machine that can be suspended. */
class Clocks extends ManualClock {
  monotonicAhead = 0;
  wallAhead = 0;
  /** How much time passes each time that one asks. */
  passing = 0;

  override monotonic(): number {
    this.monotonicAhead += this.passing;
    return super.monotonic() + this.monotonicAhead;
  }

  override now(): number {
    return super.now() + this.wallAhead;
  }
}

const NOT_LEADING = { code: 'ERR_AP_NOT_LEADING' };

describe('a term', () => {
  let clock: Clocks;
  let term: Term;
  beforeEach(() => {
    clock = new Clocks();
    term = new Term(clock, 10_000, momentOf(clock));
  });

  const timeouts: number[] = [];
  const send = (limit: RequestLimit): Promise<string> => {
    timeouts.push(limit.timeout);
    return Promise.resolve('answered');
  };
  beforeEach(() => timeouts.splice(0));
  /** A request that is not answered; its start, as the connection would ask. */
  const hang = (): { readonly answer: Promise<unknown>; readonly start: () => void } => {
    let start: (() => void) | undefined;
    const answer = term.pass((limit) => {
      ({ start } = limit);
      return new Promise(() => undefined);
    });
    return { answer, start: start ?? assert.fail('it was not sent') };
  };

  it('gives each request the time that is left', async () => {
    clock.advance(3000);
    assert.equal(await term.pass(send), 'answered');
    term.renewed(momentOf(clock));
    await term.pass(send);
    assert.deepEqual(timeouts, [7000, 10_000]);
  });

  it('counts from before the renewal was sent', async () => {
    const since = momentOf(clock);
    clock.advance(4000);
    term.renewed(since);
    await term.pass(send);
    assert.deepEqual(timeouts, [6000]);
  });

  it('is over at the deadline, when nobody asks too', () => {
    clock.advance(9999);
    assert.ok(!term.signal.aborted);
    clock.advance(1);
    assert.match(String(term.signal.reason), /the lease was not renewed within 10 s/);
  });

  for (const [what, stop] of [
    ['of a process that was stopped, before any timer runs', () => (clock.monotonicAhead = clock.wallAhead = 20_000)],
    ['of a machine that was suspended, whose monotonic clock stood still', () => (clock.wallAhead = 20_000)],
    [
      'though the wall clock was set back',
      () => {
        clock.wallAhead = -3_600_000;
        clock.monotonicAhead = 10_000;
      },
    ],
    ['with less than a millisecond left', () => (clock.monotonicAhead = 9999.5)],
  ] as const) {
    it(`lets nothing start after the deadline ${what}`, async () => {
      stop();
      await assert.rejects(term.pass(send), NOT_LEADING);
      assert.deepEqual(timeouts, []);
      assert.ok(term.signal.aborted, 'those who work have not been told');
    });
  }

  it('gives a request a millisecond at least, though time passes while it is let through', async () => {
    clock.monotonicAhead = 9998.2;
    clock.passing = 0.6;
    await term.pass(send);
    assert.deepEqual(timeouts, [1]);
  });

  it('lets nothing start that waited for a connection until the deadline', async () => {
    const { answer, start } = hang();
    start();
    clock.monotonicAhead = 10_000;
    assert.throws(start, NOT_LEADING);
    await assert.rejects(answer, NOT_LEADING);
  });

  it('cuts a request off when its time is over, though the lease was renewed', async () => {
    const { answer } = hang();
    clock.advance(5000);
    term.renewed(momentOf(clock));
    clock.advance(5000);
    await assert.rejects(answer, RequestTimeout);
    assert.ok(!term.signal.aborted);
    await term.pass(send);
  });

  it('cuts all requests off when the lease is lost, and is idle then', async () => {
    const all = [hang(), hang()];
    let idle = false;
    const waiting = term.idle().then(() => (idle = true));
    await term.pass(send);
    assert.ok(!idle);
    term.end('the lease was taken');
    for (const { answer, start } of all) {
      await assert.rejects(answer, /the lease was taken/);
      assert.throws(start, NOT_LEADING);
    }
    await waiting;
  });

  it('is not begun again by a renewal that comes too late', async () => {
    const since = momentOf(clock);
    clock.monotonicAhead = 10_000;
    term.renewed({ ...since, monotonic: clock.monotonic() });
    await assert.rejects(term.pass(send), NOT_LEADING);
  });
});
