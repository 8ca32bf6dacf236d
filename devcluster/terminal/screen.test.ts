import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { Screen } from './screen.ts';

const NOON = new Date(2026, 0, 1, 12, 0, 0);

function shown(isTTY: boolean, env: Readonly<Record<string, string>> = {}): string {
  const output = Object.assign(new PassThrough(), { isTTY, getColorDepth: () => (env['NO_COLOR'] ? 1 : 24) });
  const screen = new Screen(output, () => NOON);
  screen.say('cluster', 'first', 'good');
  screen.say('default/a-long-name', 'second\nand more', 'bad');
  screen.say('types', 'third');
  return String(output.read());
}

describe('The dev loop’s lines', () => {
  const saved = { ...process.env };
  beforeEach(() => {
    for (const name of ['NO_COLOR', 'FORCE_COLOR', 'NODE_DISABLE_COLORS']) delete process.env[name];
  });
  afterEach(() => {
    process.env = { ...saved };
  });

  it('stand in columns that grow with the longest name', () => {
    assert.equal(
      shown(false),
      [
        '12:00:00  cluster     first',
        '12:00:00  default/a-long-name  second',
        '                               and more',
        '12:00:00  types                third',
        '',
      ].join('\n'),
    );
  });

  it('have colours on a terminal, unless NO_COLOR asks for none', () => {
    assert.ok(shown(true).includes('\u001b[32mfirst\u001b[39m'));
    process.env['NO_COLOR'] = '1';
    assert.ok(!shown(true, { NO_COLOR: '1' }).includes('\u001b'));
  });
});
