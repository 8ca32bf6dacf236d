import { randomInt } from 'node:crypto';

/** No vowels and no look-alikes, as in the real server's `rand.String`. */
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX = 5;
const LONGEST = 63 - SUFFIX;

/** A name for `generateName`: the prefix, cut to what fits, and five random letters. */
export function generateName(prefix: string): string {
  const suffix = Array.from({ length: SUFFIX }, () => LETTERS.charAt(randomInt(LETTERS.length)));
  return prefix.slice(0, LONGEST) + suffix.join('');
}
