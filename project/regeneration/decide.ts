import type { Owner } from '../code/rendered-file.ts';
import { plainText } from './merge/text-form.ts';

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
 * - `remove`: the tool's own file, untouched, and no longer needed. `moved`: the user's file, whose work another one took over.
 * - `merge`: an edited file of the tool's, which the tool would now write differently.
 * - `ask`: such a file, about which only its user can decide: both sides changed the same, or it is no longer needed.
 * - `keep`: the user's version stays. `deleted`: the user deleted it, and it stays so. `orphan`: the user's file, that nothing uses any more.
 */
export type Decision = 'write' | 'unchanged' | 'remove' | 'moved' | 'merge' | 'ask' | 'keep' | 'deleted' | 'orphan';

/** What becomes of one file. Versions that differ in line endings or a byte order mark only count as the same. */
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
  if (base === undefined) return 'ask';
  // Edited, and the tool has nothing new to say.
  return sameText(base, next) ? 'keep' : 'merge';
}

function decideRemoval({ owner, base, disk }: Versions): Decision {
  if (disk === undefined) return 'unchanged';
  if (owner === 'yours') return 'orphan';
  return base !== undefined && sameText(disk, base) ? 'remove' : 'ask';
}

export function sameText(left: string, right: string): boolean {
  return left === right || plainText(left) === plainText(right);
}
