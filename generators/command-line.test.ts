import assert from 'node:assert/strict';
import { CommandLine } from './command-line.ts';

const QUESTIONS = {
  directory: { type: 'text', message: 'Folder', positional: true },
  finalizer: { type: 'flag', message: 'A finalizer' },
} as const;

describe('A command line as yo parses it', () => {
  const parsed = (options: Readonly<Record<string, unknown>>, ...args: readonly string[]) =>
    new CommandLine(options, args, { questions: QUESTIONS, extras: {} });

  it('gives back the argument that a flag took for its value', () => {
    for (const [flag, options] of [
      ['yes', { yes: 'folder' }],
      ['yes', { y: 'folder' }],
      ['force', { force: 'folder' }],
      ['dryRun', { 'dry-run': 'folder', dryRun: 'folder' }],
      ['check', { check: 'folder' }],
      ['showYours', { 'show-yours': 'folder', showYours: 'folder' }],
      ['skipInstall', { 'skip-install': 'folder', skipInstall: 'folder' }],
    ] as const) {
      const line = parsed(options);
      assert.equal(line.options['directory'], 'folder', flag);
      assert.equal(line.flag(flag), true, flag);
      assert.deepEqual(line.problems, []);
    }
    assert.deepEqual(parsed({ finalizer: 'folder' }).options, {
      finalizer: true,
      directory: 'folder',
    });
  });

  it('knows -y as --yes, and takes --no-yes and --yes=false at their word', () => {
    assert.equal(parsed({ y: true }).flag('yes'), true);
    assert.deepEqual(parsed({ y: true }).problems, []);
    for (const yes of [false, 'false', undefined]) assert.equal(parsed({ yes }).flag('yes'), false);
  });

  it('does not take a second word for an argument', () => {
    const line = parsed({ yes: 'second' }, 'first');
    assert.equal(line.options['directory'], 'first');
    assert.throws(() => line.flag('yes'), /--yes: `second` is neither true nor false.*ERR_AP_OPTION_FLAG/);
    assert.match(String(parsed({}, 'first', 'second').problems[0]?.code), /ERR_AP_ARGUMENT/);
  });
});
