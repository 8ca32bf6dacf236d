import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { shellWords } from './shell-words.ts';

describe('the words of --image-build-args', () => {
  it('are those that a shell makes of them', () => {
    const lines = [
      '',
      '  --no-cache\t--pull ',
      '--build-arg "GREETING=good morning" --build-arg=A=\'it costs $5\'',
      String.raw`a\ b "c \"d\" \\ \n" 'e\f' g'h'"i"j`,
      `'' "" x""`,
      '"two\nlines"',
      'ünï "cødé"',
    ];
    for (const line of lines) {
      const script = `for word in ${line}; do printf '%s\\0' "$word"; done`;
      const expected = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
      assert.deepEqual(shellWords(line), expected, line);
    }
  });

  it('are no program: nothing is expanded', () => {
    assert.deepEqual(shellWords('$HOME $(id) `id` * ; "$HOME"'), ['$HOME', '$(id)', '`id`', '*', ';', '$HOME']);
  });

  it('are refused where a quote or a backslash is left over, without being repeated', () => {
    for (const line of ['--build-arg "TOKEN=hidden', "it's", 'a\\'])
      assert.throws(
        () => shellWords(line),
        (error) =>
          error instanceof Error &&
          /^--image-build-args: .*quot.*\(ERR_AP_OPTION_VALUE\)$/i.test(error.message) &&
          !error.message.includes('hidden'),
        line,
      );
  });
});
