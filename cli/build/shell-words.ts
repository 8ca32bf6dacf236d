import { ProjectError } from '../../project/errors.ts';
import { unbalanced } from './errors.ts';

/** A word is made of pieces: in single quotes, in double quotes, a character after a backslash, or plain ones. */
const PIECE = /'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\([^])|([^\s'"\\]+)/y;

/**
 * The words of a line as a POSIX shell would split it; quotes and backslashes have their meaning there, and nothing else has: no variable is
 * expanded, nothing is run. Throws ERR_AP_OPTION_VALUE, which names `--image-build-args`.
 */
export function shellWords(line: string): readonly string[] {
  const words: string[] = [];
  let index = 0;
  while (true) {
    while (/\s/.test(line.charAt(index))) index += 1;
    if (index >= line.length) return words;
    let word = '';
    while (index < line.length && !/\s/.test(line.charAt(index))) {
      PIECE.lastIndex = index;
      const match = PIECE.exec(line);
      if (!match) throw new ProjectError([unbalanced(line.slice(0, index))]);
      const [piece, single, double, escaped, plain] = match;
      word += single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped ?? plain ?? '';
      index += piece.length;
    }
    words.push(word);
  }
}
