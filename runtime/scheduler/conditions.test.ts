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
    assert.equal(
      show(of({ is: 'progressing' })),
      'Ready=False(Progressing) Reconciling=True(Progressing) Stalled=False(Progressing)',
    );
    assert.equal(show(of({ is: 'resting' })), 'Ready=True(Resting) Reconciling=False(Resting) Stalled=False(Resting)');
    assert.equal(
      show(of({ is: 'resting' }, { final: true })),
      'Ready=True(Final) Reconciling=False(Final) Stalled=False(Final)',
    );
  });

  it('let a phase say that resting in it is not being ready', () => {
    assert.match(show(of({ is: 'resting' }, { ready: false })), /^Ready=False\(NotReady\) Reconciling=False/);
  });

  it('tell what is tried again from what is not', () => {
    assert.match(
      show(of({ is: 'failing', reason: 'WorkerFailed', message: 'm' })),
      /Ready=False\(WorkerFailed\) Reconciling=True\(WorkerFailed\) Stalled=False/,
    );
    assert.match(
      show(of({ is: 'stalled', reason: 'UnknownPhase', message: 'm' })),
      /Ready=False\(UnknownPhase\) Reconciling=False\(UnknownPhase\) Stalled=True/,
    );
  });

  it('all carry the generation that was observed', () => {
    assert.deepEqual(
      of({ is: 'resting' }).map(({ observedGeneration }) => observedGeneration),
      [3, 3, 3],
    );
  });

  it('keep the time of their last transition as long as their status stays', () => {
    const before = conditionsFor({ is: 'progressing' }, phase, 2, [], '2025-01-01T00:00:00Z');
    const after = of({ is: 'resting' }, {}, before);
    assert.deepEqual(
      after.map(({ lastTransitionTime }) => lastTransitionTime.slice(0, 4)),
      ['2026', '2026', '2025'],
    );
  });

  it("leave others' conditions alone", () => {
    const foreign = { type: 'Audited', status: 'True' as const, reason: 'x', message: '', lastTransitionTime: 't' };
    assert.deepEqual(of({ is: 'resting' }, {}, [foreign]).at(-1), foreign);
  });
});
