import assert from 'node:assert/strict';
import { systemClock } from './clock.ts';

describe('The system’s clock', () => {
  it('calls back no sooner than it was asked to, by fractions of a millisecond neither', async () => {
    // A timer of the clock does not keep the process alive.
    const alive = setInterval(() => undefined, 1000);
    const waits: number[] = [];
    for (let round = 0; round < 50; round++) {
      const asked = systemClock.monotonic();
      await new Promise<void>((resolve) => void systemClock.after(3.4, resolve));
      waits.push(systemClock.monotonic() - asked);
    }
    clearInterval(alive);
    assert.deepEqual(
      waits.filter((wait) => wait < 3.4),
      [],
    );
  });

  it('breathes: what is due is seen to before it goes on', async () => {
    const seen: string[] = [];
    setTimeout(() => seen.push('timer'), 0);
    const begun = systemClock.monotonic();
    while (systemClock.monotonic() - begun < 3);
    await Promise.resolve();
    assert.deepEqual(seen, []);
    // The first may come before timers are looked at.
    await systemClock.breathe?.();
    await systemClock.breathe?.();
    assert.deepEqual(seen, ['timer']);
  });
});
