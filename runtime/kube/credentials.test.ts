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
    assert.deepEqual(await credentials.headers(), { authorization: '2' });
    credentials.reject();
    assert.deepEqual(await credentials.headers(), { authorization: '3' });
  });

  it('are loaded again where that failed', async () => {
    let loads = 0;
    const credentials = loadedCredentials(new ManualClock(), () => {
      loads += 1;
      return loads === 1 ? Promise.reject(new Error('not yet')) : Promise.resolve({ authorization: 'x' });
    });
    await assert.rejects(credentials.headers(), /not yet/);
    assert.deepEqual(await credentials.headers(), { authorization: 'x' });
  });
});
