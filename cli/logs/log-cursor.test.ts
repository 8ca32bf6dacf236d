import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { randomRuns } from '../../runtime/testing/properties.ts';
import { LogCursor } from './log-cursor.ts';
import { LineReader } from './log-line.ts';

const START = Date.UTC(2026, 0, 1);
const raw = (milliseconds: number, text: string): string =>
  `${new Date(START + milliseconds).toISOString().replace('Z', '000000Z')} ${text}`;

/** What a server gives from a time on, which it reads as whole seconds. */
function asked(log: readonly string[], since: string | undefined): readonly string[] {
  return since === undefined ? log : log.filter((line) => Date.parse(line.slice(0, 30)) >= Date.parse(since));
}

describe('a log that is read in several goes', () => {
  it('is whole, without a line twice, wherever it is interrupted, though lines are alike and somewhat out of order', () =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(1500), fc.nat(2), fc.nat(400)), { maxLength: 40 }),
        fc.array(fc.nat(15), { maxLength: 12 }),
        (lines, goes) => {
          let now = 0;
          const log = lines.map(([pause, text, early]) => {
            now += pause;
            // Two streams of one container: one's line may be written a little after a later one of the other's.
            return raw(Math.max(0, now - early), String(text));
          });
          const cursor = new LogCursor();
          const read: string[] = [];
          for (const length of [...goes, Infinity]) {
            const given = asked(log, cursor.since);
            cursor.begin();
            read.push(...given.slice(0, length).filter((line) => cursor.isNew(line)));
          }
          assert.deepEqual(read.toSorted(), log.toSorted());
        },
      ),
      randomRuns('cli/logs/log-cursor.test.ts', 500, 3000),
    ));

  it('begins a second before the newest line', () => {
    const cursor = new LogCursor();
    assert.equal(cursor.since, undefined);
    cursor.begin();
    assert.ok(cursor.isNew(raw(5400, 'a')));
    assert.equal(cursor.since, '2026-01-01T00:00:04Z');
  });
});

describe('the time of a line', () => {
  const read = (...lines: readonly string[]) => {
    const reader = new LineReader('pod');
    return lines.map((line) => reader.read(line));
  };
  const since = (lines: ReturnType<typeof read>): readonly number[] => lines.map(({ time }) => time - START);

  it('is its own where it is JSON, whatever its node says', () => {
    assert.deepEqual(since(read(raw(900, `{"time":${START + 500},"msg":"a"}`))), [500]);
  });

  it('is that of the line before where it is none, and after a while that of its node', () => {
    const lines = read(
      raw(0, 'first'),
      raw(900, `{"time":${START + 500}}`),
      raw(901, 'Error: it broke'),
      raw(902, '    at main.ts:1'),
      raw(5000, 'much later'),
      'unable to read the log',
    );
    assert.deepEqual(since(lines), [0, 500, 500, 500, 5000, 5000]);
    assert.deepEqual(lines.map(({ text }) => text).slice(2), [
      'Error: it broke',
      '    at main.ts:1',
      'much later',
      'unable to read the log',
    ]);
  });

  it('is not taken from what only looks like JSON', () => {
    const [array, broken, text] = read(raw(1, '[1]'), raw(2, '{"time":5'), raw(3, '{"time":"soon"}'));
    assert.equal(array?.fields, undefined);
    assert.equal(broken?.fields, undefined);
    assert.deepEqual(text?.fields, { time: 'soon' });
    assert.equal(text?.time, START + 1, 'a text is no time');
  });
});
