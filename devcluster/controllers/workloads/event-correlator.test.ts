import assert from 'node:assert/strict';
import { VirtualTime } from '../../testing/virtual-time.ts';
import { EventCorrelator } from './event-correlator.ts';

describe('Events of one object', () => {
  const scaled = (message: string) => ({ uid: 'u', type: 'Normal', reason: 'Scaled', fieldPath: '', message });

  it('are told one by one, but from the tenth different one on as one, until ten minutes have passed', async () => {
    const time = new VirtualTime();
    const correlator = new EventCorrelator(time.clusterClock);
    const told = Array.from({ length: 12 }, (_, index) => correlator.correlate(scaled(`to ${index}`)));
    assert.deepEqual(told[8], { key: 'u\nNormal\nScaled\n\nto 8', message: 'to 8', combined: false });
    const message = (index: number): string => `(combined from similar events): to ${index}`;
    assert.deepEqual(
      told.slice(9),
      [9, 10, 11].map((index) => ({ key: 'u\nNormal\nScaled', message: message(index), combined: true })),
    );
    // What was told before is told again as itself no more than anything else.
    assert.equal(correlator.correlate(scaled('to 0'))?.combined, false);
    await time.pass(600_001);
    assert.equal(correlator.correlate(scaled('to 12'))?.combined, false);
  });

  it('are dropped from the twenty-sixth on, but for one in five minutes', async () => {
    const time = new VirtualTime();
    const correlator = new EventCorrelator(time.clusterClock);
    const told = Array.from({ length: 30 }, () => correlator.correlate(scaled('again')));
    assert.equal(told.filter((each) => each !== undefined).length, 25);
    await time.pass(299_000);
    assert.equal(correlator.correlate(scaled('again')), undefined);
    assert.notEqual(correlator.correlate({ ...scaled('again'), uid: 'other' }), undefined);
    await time.pass(2000);
    assert.notEqual(correlator.correlate(scaled('again')), undefined);
  });
});
