import assert from 'node:assert/strict';
import { BACKOFF, DONE, FAILED, REQUEUE, type ReconcileResult } from '../controller/reconciler.ts';
import { STORM_SYNCS, STORM_WINDOW_MS, SyncRate, type Storm, type Wake } from './sync-rate.ts';

const INPUT: Wake = { cause: 'input', kind: 'ConfigMap' };
const OTHER: Wake = { cause: 'input', kind: 'Secret' };
const OWN: Wake = { cause: 'own_write', kind: 'ConfigMap' };
const LATER: ReconcileResult = { outcome: 'later', after: 10 };

describe('the rate of syncs', () => {
  let rate: SyncRate;
  let now: number;
  beforeEach(() => {
    rate = new SyncRate();
    now = 0;
  });

  interface Sync {
    readonly by?: Wake;
    readonly key?: string;
    readonly wrote?: boolean;
    readonly lost?: boolean;
    readonly result?: ReconcileResult;
    /** Milliseconds until the next. */
    readonly every?: number;
  }
  const sync = ({ by, key = 'a', wrote = false, lost = false, result = DONE, every = 1 }: Sync): Storm | undefined => {
    if (by) rate.woken(by, key, by !== OWN);
    rate.begin();
    if (wrote) rate.wrote();
    if (lost) rate.lostStatus();
    const storm = rate.end(result, now);
    now += every;
    return storm;
  };
  /** So many such syncs; returns the storms that were told. */
  const syncs = (count: number, each: Sync): readonly Storm[] =>
    Array.from({ length: count }, () => sync(each)).filter((storm) => storm !== undefined);

  it('is a storm with the hundredth sync for nothing in a minute, and is told once', () => {
    assert.deepEqual(syncs(STORM_SYNCS - 1, { by: INPUT }), []);
    assert.deepEqual(syncs(1000, { by: INPUT, key: 'b' }), [{ wake: INPUT, example: 'b' }]);
  });

  it('is none where they come more slowly, where something outside made a difference, and where they fail', () => {
    assert.deepEqual(syncs(1000, { by: INPUT, every: STORM_WINDOW_MS / (STORM_SYNCS - 2) }), []);
    assert.deepEqual(syncs(1000, { by: INPUT, wrote: true }), []);
    assert.deepEqual(syncs(1000, { by: INPUT, result: BACKOFF }), []);
    assert.deepEqual(syncs(1000, { by: INPUT, result: FAILED }), []);
    // Nothing woke them: the operator has started, or a list came.
    assert.deepEqual(syncs(1000, {}), []);
  });

  it('is one where it writes, woken by itself', () => {
    assert.deepEqual(syncs(STORM_SYNCS, { by: OWN, wrote: true }), [{ wake: OWN, example: 'a' }]);
  });

  for (const [cause, each] of [
    ['timer', { result: LATER, wrote: true }],
    ['itself', { result: REQUEUE, wrote: true }],
    ['status_conflict', { result: REQUEUE, lost: true }],
  ] as const)
    it(`is one by what the last sync asked for: ${cause}`, () => {
      const told = syncs(STORM_SYNCS + 1, each);
      assert.deepEqual(told, [{ wake: { cause }, example: '' }]);
    });

  it('names what woke it most', () => {
    const told = Array.from({ length: STORM_SYNCS }, (_, index) =>
      sync(index % 3 === 0 ? { by: OTHER, key: 'x' } : { by: INPUT, key: 'y' }),
    ).filter((storm) => storm !== undefined);
    assert.equal(told.length, 1);
    assert.equal(told[0]?.wake, INPUT);
  });

  it('is told again once it was over for a while, and not while it goes on', () => {
    assert.equal(syncs(STORM_SYNCS, { by: INPUT }).length, 1);
    now = STORM_WINDOW_MS;
    assert.equal(syncs(STORM_SYNCS, { by: INPUT }).length, 0, 'it goes on');
    now = 2 * STORM_WINDOW_MS;
    assert.equal(syncs(10, { by: INPUT }).length, 0);
    now = 3 * STORM_WINDOW_MS;
    assert.equal(syncs(STORM_SYNCS, { by: INPUT }).length, 1);
    now = 10 * STORM_WINDOW_MS;
    assert.equal(syncs(STORM_SYNCS, { by: INPUT }).length, 1);
  });
});
