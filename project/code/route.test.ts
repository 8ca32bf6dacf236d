import assert from 'node:assert/strict';
import { projectFixture } from './project.fixture.ts';
import { stubRoute } from './route.ts';

const route = (phases: Parameters<typeof projectFixture>[0]) =>
  Object.fromEntries(stubRoute(projectFixture(phases).phases));

describe('The way that generated workers take', () => {
  it('goes to the first `next`', () => {
    assert.deepEqual(route({ A: { initial: true, next: ['C', 'B'] }, B: { next: ['C'] }, C: { final: true } }), {
      A: 'C',
      B: 'C',
    });
  });

  it('goes to the phase that is listed next where nothing else is said', () => {
    assert.deepEqual(route({ A: { initial: true }, B: {}, C: { final: true } }), { A: 'B', B: 'C' });
  });

  it('ends in the last phase', () => {
    assert.deepEqual(route({ A: { initial: true }, B: {} }), { A: 'B', B: 'B' });
    assert.deepEqual(route({ A: { initial: true } }), { A: 'A' });
  });

  it('never runs in circles', () => {
    assert.deepEqual(route({ A: { initial: true, next: ['B'] }, B: { next: ['C'] }, C: { next: ['B', 'A'] } }), {
      A: 'B',
      B: 'C',
      C: 'C',
    });
  });

  it('takes another `next` where the first would lead back', () => {
    const phases = { A: { initial: true, next: ['B'] }, B: { next: ['A', 'C'] }, C: { final: true } };
    assert.deepEqual(route(phases), { A: 'B', B: 'C' });
  });
});
