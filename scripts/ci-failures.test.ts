import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const MOCHA = join(ROOT, 'node_modules/mocha/bin/mocha.js');

describe('what CI prints again at its end', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'ci-failures-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const printed = (output: string): readonly string[] => {
    const log = join(folder, 'log');
    writeFileSync(log, output);
    const { stdout, stderr, status } = spawnSync(join(ROOT, '.ci/failures'), [log], { encoding: 'utf8' });
    assert.deepEqual([status, stderr], [0, '']);
    return stdout.trimEnd().split('\n');
  };
  const mochaOn = (source: string): string => {
    const file = join(folder, 'some.test.mjs');
    writeFileSync(file, source);
    const { stdout } = spawnSync(process.execPath, [MOCHA, '--no-config', '--no-color', file], { encoding: 'utf8' });
    return stdout;
  };

  it('is the list of tests that failed, of each run of mocha, and nothing of those that passed', () => {
    const failing = mochaOn(`
      describe('a suite', () => {
        it('passes', () => {});
        it('fails', () => { throw new Error('the reason ' + 'x'.repeat(1000)); });
        it('fails at length', () => { throw new Error('line\\n'.repeat(500)); });
      });`);
    const passing = mochaOn("it('passes too', () => {});");
    const lines = printed(`building …\n${failing}${passing}${failing}\nthe last word`);
    assert.equal(lines.filter((line) => line === '  2 failing').length, 2);
    assert.equal(lines.filter((line) => line.startsWith('     Error: the reason')).length, 2);
    assert.deepEqual(
      lines.filter((line) => /passes|building|✔/.test(line)),
      [],
    );
    assert.ok(lines.length < 120 && lines.every((line) => line.length <= 300), `${lines.length} lines`);
  });

  it('is the end of the output where no test failed', () => {
    const output = Array.from({ length: 100 }, (_, n) => `line ${n}`);
    assert.deepEqual(printed(`${mochaOn("it('passes', () => {});")}${output.join('\n')}`), output.slice(60));
  });

  it('is twenty failures at the most', () => {
    const lines = printed(
      mochaOn("for (let n = 1; n <= 30; n += 1) it(`fails ${n}`, () => { throw new Error('no'); });"),
    );
    assert.equal(lines.filter((line) => /^ {2}\d+\) fails/.test(line)).length, 20);
    assert.equal(lines.at(-1), '  … and more');
  });
});
