import type { ProjectChange } from './commit-project.ts';

/** What a command has done, and what it has left to its user, line by line. */
export function summary(change: ProjectChange): string[] {
  const { written, removed, declined, moved, merged, marked, orphans, deleted, outgrown } = change;
  return [
    ...(written.length + removed.length + declined.length === 0 ? ['All files are up to date.'] : []),
    ...moved.map(
      ({ path, from }) =>
        `${path} has the contents of ${from}, which is gone: see whether names in it are to be changed.`,
    ),
    ...section('\nMerged into what you have edited:', merged),
    ...section('\nWith both versions between conflict markers, for you to decide before anything else:', marked),
    ...section(
      '\nNot used any more, and yours to keep or delete (workers and tests do not compile without their phase):',
      orphans,
      'Where a new file took the place of one of them, move there what is still needed.',
    ),
    ...section(
      '\nDeleted, and not written again:',
      deleted.map(({ path, owner }) => `${path}${owner === 'scaffold' ? ' (--force writes it)' : ''}`),
    ),
    ...section(
      '\nYours, edited, and would be written differently now (--show-yours shows how):',
      outgrown.map(({ path }) => path),
    ),
  ];
}

function section(title: string, lines: readonly string[], end?: string): string[] {
  if (lines.length === 0) return [];
  return [title, ...lines.map((line) => `  ${line}`), ...(end === undefined ? [] : [end])];
}
