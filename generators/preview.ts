import { Buffer } from 'node:buffer';
import { ProjectError } from '../project/errors.ts';
import { driftOf } from '../project/regeneration/drift.ts';
import { unifiedDiff } from './diff.ts';
import { drifted } from './errors.ts';
import { changesIn, leftConflicts } from './project-plan.ts';
import type { ProjectPlan } from './project-plan.ts';

/** What a command that writes nothing tells. */
export interface Preview {
  /** What would be changed, as unified diffs: for the standard output. */
  readonly diff: string;
  /** What else there is to say, line by line. */
  readonly notes: readonly string[];
}

/** `--dry-run`: what would be written. Where would be asked, both versions stand between markers. */
export async function previewOf(planned: ProjectPlan): Promise<Preview> {
  const asked = planned.files.filter(({ decision }) => decision === 'ask');
  const changes = await changesIn(planned, new Map());
  const diffs = [
    ...changes
      .filter(({ path }) => !path.startsWith('.autopilot/'))
      .map(({ path, before, after }) => unifiedDiff(path, before, after)),
    ...asked.map(({ path, disk, next, merge }) => unifiedDiff(path, disk, merge ? Buffer.from(merge.text) : next)),
  ];
  const left = leftConflicts(planned);
  return {
    diff: diffs.join(''),
    notes: [
      ...(asked.length > 0 ? ['\nYou would be asked about these, which you have edited:'] : []),
      ...asked.map(({ path, merge }) => `  ${path}${merge ? ` (${merge.conflicts.join(', ')})` : ''}`),
      ...(left.length > 0 ? ['\nThe command would refuse these, in which conflict markers were left:'] : []),
      ...left.map(({ file, line }) => `  ${file}:${line}`),
      diffs.length === 0 ? 'All files are up to date.' : '\nNothing was written.',
    ],
  };
}

/**
 * `--check`: nothing, where all files are as the tool would leave them.
 *
 * @throws {ProjectError} names those that are not, with the reason of each.
 */
export async function checkDrift(planned: ProjectPlan): Promise<void> {
  const drift = driftOf(planned.files, await changesIn(planned, new Map()));
  if (drift.length > 0) throw new ProjectError(drift.map(({ path, reason }) => drifted(path, reason)));
}
