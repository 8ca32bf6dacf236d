import assert from 'node:assert/strict';
import { systemClock } from './clock.ts';

describe('The system’s clock', () => {
  it('calls back no sooner than it was asked to, by fractions of a millisecond neither', async () => {
    // A timer of the clock does not keep the process alive.
    const alive = setInterval(() => undefined, 1000);
    for (let round = 0; round < 50; round++) {
      const asked = systemClock.monotonic();
      await new Promise<void>((resolve) => void systemClock.after(3.4, resolve));
      const waited = systemClock.monotonic() - asked;
      assert.ok(waited >= 3.4, `${waited} ms`);
    }
    clearInterval(alive);
  });
});
