import assert from 'node:assert/strict';
import type { Condition } from '../kube/types.ts';
import { conditionsFor, type Standing } from './conditions.ts';

const phase = { name: 'Syncing', ready: undefined, final: false };
const show = (conditions: readonly Condition[]): string =>
  conditions.map(({ type, status, reason }) => `${type}=${status}(${reason})`).join(' ');
const of = (
  standing: Standing,
  over: Partial<typeof phase> | { ready: false } = {},
  before: readonly Condition[] = [],
): readonly Condition[] => conditionsFor(standing, { ...phase, ...over }, 3, before, '2026-01-01T00:00:00Z');

describe('conditions', () => {
  it('tell a resource on its way from one at rest', () => {
    assert.equal(show(of({ is: 'progressing' })), 'Ready=False(Progressing) Reconciling=True(Progressing)');
    assert.equal(show(of({ is: 'resting' })), 'Ready=True(Resting)');
    assert.equal(show(of({ is: 'resting' }, { final: true })), 'Ready=True(Final)');
    assert.equal(show(of({ is: 'ignoring' }, { final: true })), 'Ready=True(SpecChangeIgnored)');
    assert.equal(show(of({ is: 'drifted', message: 'm' })), 'Ready=False(OutputDrifted)');
  });

  it('let a phase say that resting in it is not being ready', () => {
    assert.equal(show(of({ is: 'resting' }, { ready: false })), 'Ready=False(NotReady)');
  });

  it('tell what is tried again from what is not', () => {
    assert.equal(
      show(of({ is: 'failing', reason: 'WorkerFailed', message: 'm' })),
      'Ready=False(WorkerFailed) Reconciling=True(WorkerFailed)',
    );
    assert.equal(
      show(of({ is: 'stalled', reason: 'UnknownPhase', message: 'm' })),
      'Ready=False(UnknownPhase) Stalled=True(UnknownPhase)',
    );
  });

  it('all carry the generation that was observed', () => {
    assert.deepEqual(
      of({ is: 'progressing' }).map(({ observedGeneration }) => observedGeneration),
      [3, 3],
    );
  });

  it('keep the time of their last transition as long as their status stays', () => {
    const before = conditionsFor({ is: 'progressing' }, phase, 2, [], '2025-01-01T00:00:00Z');
    const times = (standing: Standing) =>
      of(standing, {}, before).map(({ lastTransitionTime }) => lastTransitionTime.slice(0, 4));
    assert.deepEqual(times({ is: 'failing', reason: 'WorkerFailed', message: 'm' }), ['2025', '2025']);
    assert.deepEqual(times({ is: 'stalled', reason: 'Cycle', message: 'm' }), ['2025', '2026']);
    assert.deepEqual(times({ is: 'resting' }), ['2026']);
  });

  it('get a time where there is none', () => {
    const timeless: Condition = JSON.parse('{"type":"Ready","status":"True","reason":"x","message":""}') as Condition;
    assert.equal(of({ is: 'resting' }, {}, [timeless])[0]?.lastTransitionTime, '2026-01-01T00:00:00Z');
  });

  it('go when they are no longer True, also those that another version left as False', () => {
    const left = ['Ready', 'Reconciling', 'Stalled'].map((type) => ({
      type,
      status: 'False' as const,
      reason: 'x',
      message: '',
      lastTransitionTime: 't',
    }));
    assert.equal(show(of({ is: 'resting' }, {}, left)), 'Ready=True(Resting)');
  });

  it("leave others' conditions alone", () => {
    const foreign = { type: 'Audited', status: 'True' as const, reason: 'x', message: '', lastTransitionTime: 't' };
    assert.deepEqual(of({ is: 'resting' }, {}, [foreign]).at(-1), foreign);
  });
});
