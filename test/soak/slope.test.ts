import assert from 'node:assert/strict';
import { slopeOf } from './slope.ts';

describe('the slope of measurements', () => {
  it('is that of a line where they lie on one, and sure', () => {
    const { slope, confidence } = slopeOf([0, 1, 2, 5].map((x) => ({ x, y: 3 - 2 * x })));
    assert.ok(Math.abs(slope + 2) < 1e-9 && confidence < 1e-9, `${slope} ± ${confidence}`);
  });

  it('comes with the interval of Student’s t', () => {
    const { slope, confidence } = slopeOf([1, 3, 2, 5, 4].map((y, x) => ({ x, y })));
    assert.equal(slope.toFixed(6), '0.800000');
    assert.equal(confidence.toFixed(4), (3.182 * Math.sqrt(3.6 / 3 / 10)).toFixed(4));
  });

  it('is refused where there is none', () => {
    assert.throws(() => slopeOf([{ x: 1, y: 1 }]), RangeError);
    assert.throws(() => slopeOf([1, 2, 3].map((y) => ({ x: 1, y }))), RangeError);
  });
});
