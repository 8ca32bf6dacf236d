import assert from 'node:assert/strict';
import { ManualClock } from '../testing/manual-clock.ts';
import { loadedCredentials } from './credentials.ts';

describe('credentials that are loaded', () => {
  it('are loaded once for requests at the same time, and again after a minute or a rejection', async () => {
    const clock = new ManualClock();
    let loads = 0;
    const credentials = loadedCredentials(clock, () => Promise.resolve({ authorization: String((loads += 1)) }));
    const first = await Promise.all([credentials.headers(), credentials.headers()]);
    assert.deepEqual(first, [{ authorization: '1' }, { authorization: '1' }]);
    clock.advance(60_001);
    const second = await credentials.headers();
    assert.deepEqual(second, { authorization: '2' });
    credentials.reject(second);
    assert.deepEqual(await credentials.headers(), { authorization: '3' });
  });

  it('are loaded once for requests that are refused together, and told that they were', async () => {
    const told: boolean[] = [];
    const credentials = loadedCredentials(new ManualClock(), (wasRejected) => {
      told.push(wasRejected);
      return Promise.resolve({ authorization: String(told.length) });
    });
    const sent = await Promise.all(Array.from({ length: 10 }, async () => credentials.headers()));
    for (const headers of sent) {
      credentials.reject(headers);
      assert.deepEqual(await credentials.headers(), { authorization: '2' });
    }
    assert.deepEqual(told, [false, true]);
  });

  it('are loaded again where that failed', async () => {
    let loads = 0;
    const credentials = loadedCredentials(new ManualClock(), () => {
      loads += 1;
      return loads === 1 ? Promise.reject(new Error('not yet')) : Promise.resolve({ authorization: 'x' });
    });
    await assert.rejects(Promise.resolve(credentials.headers()), /not yet/);
    assert.deepEqual(await credentials.headers(), { authorization: 'x' });
  });
});
