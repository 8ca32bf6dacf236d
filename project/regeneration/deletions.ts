import { Buffer } from 'node:buffer';
import type { Change } from './commit.ts';
import type { PlannedFile } from './plan.ts';

/** The files that the user deleted and was told about, each on a line: a deletion is respected, and spoken of once. */
export const DELETIONS = '.autopilot/deleted';

/** The files that the user deleted since the last command, by what {@link DELETIONS} held then. */
export function newDeletions(files: readonly PlannedFile[], known: Buffer | undefined): PlannedFile[] {
  const told = new Set(known?.toString().split(/\r?\n/));
  return files.filter(({ decision, path }) => decision === 'deleted' && !told.has(path));
}

/** What {@link DELETIONS} becomes. */
export function deletionsChange(files: readonly PlannedFile[], known: Buffer | undefined): Change[] {
  const paths = files.filter(({ decision }) => decision === 'deleted').map(({ path }) => path);
  const text = paths
    .sort()
    .map((path) => `${path}\n`)
    .join('');
  if (text === (known?.toString().replaceAll('\r\n', '\n') ?? '')) return [];
  return [{ path: DELETIONS, before: known, after: text === '' ? undefined : Buffer.from(text) }];
}
