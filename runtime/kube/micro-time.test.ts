import assert from 'node:assert/strict';
import { microTime, secondsTime } from './micro-time.ts';

describe('times', () => {
  it('have microseconds where the API wants them', () => {
    assert.equal(microTime(Date.UTC(2026, 0, 2, 3, 4, 5, 678)), '2026-01-02T03:04:05.678000Z');
  });

  it('have whole seconds elsewhere, whichever was asked for last', () => {
    const time = Date.UTC(2026, 0, 2, 3, 4, 5);
    const texts = [time, time + 999, time + 1000, time - 1].map(secondsTime);
    assert.deepEqual(
      texts,
      ['05', '05', '06', '04'].map((seconds) => `2026-01-02T03:04:${seconds}Z`),
    );
  });
});
