import type { Owner } from '../code/rendered-file.ts';

/** The three versions of one file; undefined where there is none. */
export interface Versions {
  readonly owner: Owner;
  readonly required: boolean;
  /** What the tool wrote last. */
  readonly base: string | undefined;
  readonly disk: string | undefined;
  /** What the tool would write now; undefined: it has nothing for this path any more. */
  readonly next: string | undefined;
}

/**
 * - `write`: nobody's edit is lost by it. `unchanged`: the disk has it already.
 * - `remove`: the tool's own file, untouched, and no longer needed.
 * - `keep`: the user's version stays. `deleted`: the user deleted it, and it stays so. `orphan`: the user's file, that nothing uses any more.
 * - `ask`: an edited file of the tool's, which the tool would now write differently, or remove.
 */
export type Decision = 'write' | 'unchanged' | 'remove' | 'keep' | 'deleted' | 'orphan' | 'ask';

/** What becomes of one file. Versions that differ in line endings only count as the same. */
export function decide(file: Versions): Decision {
  return file.next === undefined ? decideRemoval(file) : decideWrite(file, file.next);
}

function decideWrite({ owner, required, base, disk }: Versions, next: string): Decision {
  if (disk === undefined) {
    // Generated files are what the rest compiles with; of others, a deletion is an edit like any other.
    return base === undefined || required || owner === 'generated' ? 'write' : 'deleted';
  }
  if (sameText(disk, next)) return 'unchanged';
  if (base !== undefined && sameText(disk, base)) return 'write';
  if (owner === 'yours') return 'keep';
  // Nothing new to say about a file that is there to be edited.
  if (owner === 'scaffold' && base !== undefined && sameText(base, next)) return 'keep';
  return 'ask';
}

function decideRemoval({ owner, base, disk }: Versions): Decision {
  if (disk === undefined) return 'unchanged';
  if (owner === 'yours') return 'orphan';
  return base !== undefined && sameText(disk, base) ? 'remove' : 'ask';
}

export function sameText(left: string, right: string): boolean {
  return left === right || unixLines(left) === unixLines(right);
}

/** The text with the line endings that `like` has. */
export function withLinesOf(like: string | undefined, text: string): string {
  return like?.includes('\r\n') ? unixLines(text).replace(/\n/g, '\r\n') : text;
}

function unixLines(text: string): string {
  return text.replace(/\r\n/g, '\n');
}
