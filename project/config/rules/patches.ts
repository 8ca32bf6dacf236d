import type { FaultKind } from '../../errors.ts';
import { FAULTS } from '../../errors.ts';
import type { Patch, ResourceParameter } from '../../model.ts';
import type { AutopilotFile, PatchEntry } from '../autopilot-fields.ts';
import type { Reading } from '../reading.ts';
import type { Path } from '../source.ts';
import { defined } from './identity.ts';
import type { Surroundings } from './uses.ts';
import { checkRightsKind, findParameter } from './uses.ts';

/** The kinds in whose objects a phase sets fields; `path` is the phase's. */
export function checkPatches(
  entries: readonly (PatchEntry | undefined)[],
  path: Path,
  reading: Reading,
  around: Surroundings,
): readonly Patch[] {
  const list = [...path, 'patches'];
  const patches = entries.map((entry, index) => entry && checkPatch(entry, [...list, index], reading, around));
  return defined(checkKinds(FAULTS.patchSame, patches, list, reading));
}

function checkPatch(entry: PatchEntry, path: Path, reading: Reading, around: Surroundings): Patch | undefined {
  const parameter = findParameter(entry.name, path, reading, around.parameters);
  if (!parameter) return undefined;
  if (parameter.type === 'metrics') {
    reading.report(FAULTS.outputMetrics(), path);
    return undefined;
  }
  checkRightsKind(parameter, path, reading, around);
  return { parameter, force: entry.force ?? false };
}

/**
 * Two names of one kind, in different versions for example. What is no longer returned is found by kind, so that two outputs undo each
 * other; two patches of one object are two managers, which get into each other's way.
 */
export function checkKinds<Use extends { readonly parameter: ResourceParameter }>(
  fault: FaultKind<{ name: string; other: string }>,
  uses: readonly (Use | undefined)[],
  path: Path,
  reading: Reading,
): readonly (Use | undefined)[] {
  const names = new Map<string, string>();
  for (const [index, use] of uses.entries()) {
    if (!use) continue;
    const { name, group, plural } = use.parameter;
    const other = names.get(`${group}/${plural}`);
    if (other !== undefined) reading.report(fault({ name, other }), [...path, index]);
    names.set(`${group}/${plural}`, name);
  }
  return uses;
}

/** What stands before the slash in an annotation's name has at most so many characters. */
const LONGEST_PREFIX = 253;

/** What is patched gets an annotation `applied.<group>/…`, which has to be possible. */
export function checkPatchMark({ apiVersion, phases }: AutopilotFile, reading: Reading): void {
  const [group = ''] = apiVersion?.split('/') ?? [];
  const limit = LONGEST_PREFIX - 'applied.'.length;
  if (group.length <= limit || !phases?.some((phase) => (phase?.patches?.length ?? 0) > 0)) return;
  const why = 'what phases patch gets an annotation `applied.<group>/…`';
  reading.report(FAULTS.tooLong({ length: group.length, limit, why }), ['apiVersion']);
}
