import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { ManualClock } from '../../runtime/testing/manual-clock.ts';
import { randomRuns } from '../../runtime/testing/properties.ts';
import { LiveMerge, mergeByTime } from './merge.ts';

interface Line {
  readonly time: number;
  readonly log: number;
  readonly nth: number;
}

const numbered = (logs: readonly (readonly number[])[]): readonly (readonly Line[])[] =>
  logs.map((times, log) => times.map((time, nth) => ({ time, log, nth })));
const times = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 12 });
const sorted = times.map((all) => all.toSorted((a, b) => a - b));

async function* given(lines: readonly Line[]): AsyncGenerator<Line, void> {
  for (const line of lines) yield await Promise.resolve(line);
}

async function merged(logs: readonly (readonly Line[])[]): Promise<readonly Line[]> {
  const all: Line[] = [];
  for await (const line of mergeByTime(logs.map(given))) all.push(line);
  return all;
}

const ofLog = (lines: readonly Line[], log: number): readonly Line[] => lines.filter((line) => line.log === log);

describe('logs that are merged', () => {
  it('are in the order of time, of one time in the order of the logs', () =>
    fc.assert(
      fc.asyncProperty(fc.array(sorted, { maxLength: 5 }), async (logs) => {
        const lines = numbered(logs);
        const stable = lines.flat().toSorted((a, b) => a.time - b.time || a.log - b.log || a.nth - b.nth);
        assert.deepEqual(await merged(lines), stable);
      }),
      randomRuns('cli/logs/merge.test.ts', 200, 3000),
    ));

  it('keep the order of each log, and lose nothing, though its times go back', () =>
    fc.assert(
      fc.asyncProperty(fc.array(times, { maxLength: 5 }), async (logs) => {
        const lines = numbered(logs);
        const all = await merged(lines);
        assert.equal(all.length, lines.flat().length);
        for (const [log, of] of lines.entries()) assert.deepEqual(ofLog(all, log), of);
      }),
      randomRuns('cli/logs/merge.test.ts', 200, 3000),
    ));
});

describe('logs that go on', () => {
  const start = () => {
    const clock = new ManualClock();
    const given: string[] = [];
    const merge = new LiveMerge<{ readonly time: number; readonly text: string }>(clock, ({ text }) =>
      given.push(text),
    );
    const take = (): string => given.splice(0).join(' ');
    return { clock, merge, take };
  };

  it('wait a moment for what another one says of an earlier time', () => {
    const { clock, merge, take } = start();
    const [a, b] = [merge.open(), merge.open()];
    a.push({ time: 10, text: 'a10' });
    clock.advance(200);
    assert.equal(take(), '');
    b.push({ time: 5, text: 'b5' });
    clock.advance(50);
    assert.equal(take(), 'b5 a10');
    b.push({ time: 7, text: 'late' });
    a.push({ time: 11, text: 'a11' });
    clock.advance(250);
    assert.equal(take(), 'late a11');
  });

  it('are given at once where there is only one, and at the end', () => {
    const { clock, merge, take } = start();
    const a = merge.open();
    a.push({ time: 1, text: 'alone' });
    assert.equal(take(), 'alone');
    const b = merge.open();
    b.push({ time: 3, text: 'b3' });
    a.push({ time: 2, text: 'a2' });
    b.close();
    assert.equal(take(), '');
    clock.advance(250);
    assert.equal(take(), 'a2 b3');
    a.push({ time: 4, text: 'a4' });
    assert.equal(take(), 'a4', 'the other one has ended');
    merge.open().push({ time: 5, text: 'c5' });
    merge.flush();
    assert.equal(take(), 'c5');
  });

  it('keep each log in its order under any interleaving', () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(30), fc.nat(300)), { maxLength: 60 }), (steps) => {
        const clock = new ManualClock();
        const all: Line[] = [];
        const merge = new LiveMerge<Line>(clock, (line) => all.push(line));
        const logs = [0, 1, 2, 3].map(() => merge.open());
        const pushed = steps.map(([log, time, wait], nth) => {
          const line = { log, time, nth };
          logs[log]?.push(line);
          clock.advance(wait);
          return line;
        });
        clock.advance(1000);
        assert.equal(all.length, pushed.length);
        for (const log of logs.keys()) assert.deepEqual(ofLog(all, log), ofLog(pushed, log));
      }),
      randomRuns('cli/logs/merge.test.ts', 200, 3000),
    ));
});
