import type { Change } from './commit.ts';
import { DELETIONS } from './deletions.ts';
import { leftMarker } from './merge/lines.ts';
import type { PlannedFile } from './plan.ts';

/** A file that is not as a command would leave it, and why. */
export interface Drift {
  readonly path: string;
  /** `is out of date`: a sentence about the file, without the file. */
  readonly reason: string;
}

/**
 * Where a project differs from what the tool would make of it: all files that a command would write or remove, and the generated
 * ones that were edited by hand. An edited scaffold file into which nothing new is to be merged is as it should be, and so is one
 * that the user deleted.
 *
 * @param changes All that would be written, as {@link changesOf} and others give it.
 */
export function driftOf(files: readonly PlannedFile[], changes: readonly Change[]): Drift[] {
  const planned = new Map(files.map((file) => [file.path, file]));
  const found = new Map<string, string>();
  for (const file of files) {
    const reason = reasonFor(file);
    if (reason !== undefined) found.set(file.path, reason);
  }
  const named = new Set(changes.map(({ path }) => path));
  for (const { path, before, after } of changes) {
    if (path === DELETIONS || found.has(path) || planned.get(path)?.decision === 'merge') continue;
    // A base version goes with its file.
    const [, own] = /^\.autopilot\/base\/[^/]+\/(.*)/.exec(path) ?? [];
    if (own !== undefined && (found.has(own) || named.has(own))) continue;
    found.set(
      path,
      before === undefined ? 'is missing' : after === undefined ? 'is no longer needed' : 'is out of date',
    );
  }
  return [...found].map(([path, reason]) => ({ path, reason })).sort((one, two) => (one.path < two.path ? -1 : 1));
}

/** Where the changes alone do not tell it. */
function reasonFor({ decision, owner, disk, base, next, merge }: PlannedFile): string | undefined {
  if (owner === 'generated' || owner === 'scaffold') {
    const line = disk && decision !== 'unchanged' ? leftMarker(disk.toString()) : undefined;
    if (line !== undefined) return `has conflict markers of a merge in line ${line}`;
  }
  if (decision === 'keep') return owner === 'generated' ? 'was edited by hand' : undefined;
  if (decision === 'merge')
    return merge?.text === disk?.toString() ? undefined : 'is out of date, and was edited by hand';
  if (decision !== 'ask') return undefined;
  if (!next) return 'is no longer needed, but was edited by hand';
  return base
    ? `is out of date, and was edited by hand in the same place (${merge?.conflicts.join(', ') ?? 'it is no text'})`
    : 'is not as it would be written, and .autopilot/ does not say what was written last';
}
