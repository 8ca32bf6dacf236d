import type { Result } from '../kubectl/kubectl.ts';

const REPLACED: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>'],
  [/\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>'],
  [/\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w+ 20\d\d \d\d:\d\d:\d\d [+-]\d{4}/g, '<time>'],
  [/(resource[ _]?version"?:\s*"?)\d+/gi, '$1<version>'],
  [/\b10\.\d+\.\d+\.\d+\b/g, '<address>'],
  [/\b20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ [+-]\d{4}/g, '<time>'],
  // Where and when kubectl says something in its own log.
  [/^([IWE])\d{4} [\d:.]+ +\d+ /gm, '$1 '],
  [/https:\/\/127\.0\.0\.1:\d+/g, '<server>'],
  [/\/tmp\/[\w./-]+/g, '<file>'],
  // The one group that is served in one version less.
  [/^autoscaling\/v1\n/gm, ''],
  // Temporary names, and what the embedded cluster says of itself.
  [/Warning: the embedded cluster .*\n/g, ''],
  // Ages in tables and descriptions, and the spaces that their columns leave.
  [/(?<=\s)(\d+(?:d|h|m|s|ms)){1,2}(?=\s|$)/g, '<age>'],
];

/** What kubectl said, less what differs from run to run. */
export function alike(words: readonly string[], { code, out, err }: Result): Result {
  return { code, out: ordered(words, plain(out)), err: causesInOrder(plain(err)) };
}

function plain(text: string): string {
  const replaced = REPLACED.reduce((rest, [what, by]) => rest.replaceAll(what, by), text);
  // Columns are as wide as their widest cell, which may be an age.
  return replaced.replaceAll(/ {2,}/g, '  ').replaceAll(/ +$/gm, '');
}

/** Objects in a list of several kinds come in the order of discovery, those of Go's maps in none. */
function ordered(words: readonly string[], out: string): string {
  return words[0] === 'api-resources' && words.includes('name') ? out.split('\n').sort().join('\n') : out;
}

/** A real server checks an object's members in no order. */
function causesInOrder(err: string): string {
  return err.replaceAll(/(?:^\* .*\n?){2,}/gm, (causes) => causes.trimEnd().split('\n').sort().join('\n') + '\n');
}
