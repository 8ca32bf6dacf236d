import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { VirtualProcess } from './virtual-process.ts';
import { VirtualTime } from './virtual-time.ts';

describe('The time of a simulation', () => {
  let time: VirtualTime;
  let told: string[];
  const tell = (what: string) => (): void => void told.push(`${what} at ${time.now}`);
  beforeEach(() => {
    time = new VirtualTime();
    told = [];
  });

  it('jumps from one moment that is waited for to the next, in order, and stands still between', async () => {
    time.after(3_600_000, tell('an hour'));
    time.after(1000, tell('a second'));
    time.after(1000, tell('another'));
    time.after(500, tell('never'))();
    await time.pass(999);
    assert.deepEqual(told, []);
    await time.pass(3_600_000);
    assert.deepEqual(told, ['a second at 1000', 'another at 1000', 'an hour at 3600000']);
    assert.equal(time.now, 3_600_999);
  });

  it('waits for whoever is busy, with files too, before it goes on', async () => {
    time.after(1, () => {
      void readFile(import.meta.filename).then(() => time.after(5, tell('read')));
    });
    time.after(100, tell('later'));
    await time.pass(100);
    assert.deepEqual(told, ['read at 6', 'later at 100']);
  });

  it('does not pass for one that asks "now" again and again', async () => {
    let asked = 0;
    const ask = (): void => void ((asked += 1), time.after(0, ask));
    ask();
    await time.pass(50);
    assert.equal(asked, 51);
  });

  it('gives up on what never ends', async () => {
    await assert.rejects(time.passUntil(new Promise(() => undefined), 'the end'), {
      code: 'ERR_AP_TEST_RESTLESS',
      message: /^the end does not end/,
    });
  });
});

describe('A process of a simulation', () => {
  let time: VirtualTime;
  let process: VirtualProcess;
  let told: string[];
  beforeEach(() => {
    time = new VirtualTime();
    process = new VirtualProcess(time);
    told = [];
  });
  const wait = (milliseconds: number): { cancel(): void } =>
    process.clock.after(milliseconds, () => told.push(`timer at ${process.clock.monotonic()}`));

  it('does nothing while it is stopped, and finds what is due when it goes on', async () => {
    wait(1000);
    const cancelled = wait(1500);
    await time.pass(500);
    process.pause('stopped');
    await time.pass(2000);
    process.arrive('network', () => told.push('an answer'));
    assert.deepEqual(told, []);
    cancelled.cancel();
    process.resume('network');
    assert.deepEqual(told, ['an answer', 'timer at 2500']);
  });

  it('has a monotonic clock that stands still while its machine is suspended, and a wall clock that goes on', async () => {
    wait(1000);
    await time.pass(400);
    process.pause('suspended');
    await time.pass(10_000);
    process.resume('timer');
    assert.deepEqual([process.clock.monotonic(), process.clock.now()], [400, time.wall]);
    await time.pass(599);
    assert.deepEqual(told, []);
    await time.pass(1);
    assert.deepEqual(told, ['timer at 1000']);
  });

  it('has a wall clock that can be set; its timers do not heed it', async () => {
    wait(1000);
    process.setClock(-3_600_000);
    await time.pass(1000);
    assert.deepEqual(told, ['timer at 1000']);
    assert.equal(process.clock.now(), time.wall - 3_600_000);
  });
});
