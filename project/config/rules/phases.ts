import { lowerCamel } from '../../catalogue/plural.ts';
import { FAULTS } from '../../errors.ts';
import type { Phase, Project } from '../../model.ts';
import type { AutopilotFile, PhaseEntry } from '../autopilot-fields.ts';
import { isReservedWord, isWindowsDevice } from '../names.ts';
import type { Reading } from '../reading.ts';
import type { Path } from '../source.ts';
import { suggestion } from '../suggest.ts';
import { defined } from './identity.ts';
import { checkKinds, checkPatches, checkPatchMark } from './patches.ts';
import { checkPhaseGraph } from './phase-graph.ts';
import type { Surroundings } from './uses.ts';
import { checkInput, checkOutput } from './uses.ts';

type Machine = Pick<Project, 'phases' | 'onSpecChange' | 'onOutputDrift'>;

/** The phase machine. What is returned is complete only where nothing was reported. */
export function checkPhases(file: AutopilotFile, reading: Reading, around: Surroundings): Machine {
  const entries = file.phases ?? [];
  if (file.phases?.length === 0) reading.report(FAULTS.noPhases(), ['phases']);
  checkNames(entries, reading);
  checkInitial(entries, reading);
  checkFormerNames(entries, reading);
  checkPatchMark(file, reading);
  const phases = entries.flatMap((entry, index) => (entry ? [phaseOf(entry, index, reading, around)] : []));
  const targets = checkTargets(file, entries, reading);
  if (isGraphKnown(entries, reading)) checkPhaseGraph({ phases, ...targets }, reading);
  return { phases, ...targets };
}

type Entries = readonly (PhaseEntry | undefined)[];

/** Whether it is certain which phases there are and where they lead: else what seems unreachable may not be. */
function isGraphKnown(entries: Entries, reading: Reading): boolean {
  const keys = ['name', 'initial', 'final', 'next'];
  return (
    !reading.hasProblemAt(['onSpecChange']) &&
    !reading.hasProblemAt(['onOutputDrift']) &&
    entries.every((entry, index) => entry && !keys.some((key) => reading.hasProblemAt(['phases', index, key])))
  );
}

/** The names as they are written, faulty ones too: a mention of one of these is not wrong as well. */
function writtenNames(entries: Entries, { source }: Reading): readonly string[] {
  return entries.flatMap((_, index) => source.textAt(['phases', index, 'name']) ?? []);
}

function checkNames(entries: Entries, reading: Reading): void {
  const seen = new Map<string, { name: string; index: number }>();
  for (const [index, entry] of entries.entries()) {
    const name = entry?.name;
    if (name === undefined) continue;
    const path = ['phases', index, 'name'];
    const first = seen.get(name.toLowerCase());
    if (first) {
      const { line } = reading.source.position(reading.source.offsetOf(['phases', first.index, 'name']));
      reading.report(FAULTS.phaseDuplicate({ name, other: first.name, line }), path);
    } else if (isReservedWord(lowerCamel(name))) {
      reading.report(FAULTS.phaseReserved({ name, why: `\`${lowerCamel(name)}\` is a word of TypeScript` }), path);
    } else if (name === 'Finalizer') {
      reading.report(FAULTS.phaseReserved({ name, why: "its test would have the finalizer's name" }), path);
    } else if (isWindowsDevice(name)) {
      reading.report(FAULTS.phaseReserved({ name, why: 'Windows has no folder of that name' }), path);
    }
    if (!first) seen.set(name.toLowerCase(), { name, index });
  }
}

function checkInitial(entries: Entries, reading: Reading): void {
  const initial = [...entries.entries()].filter(([, entry]) => entry?.initial === true);
  const [, first] = initial[0] ?? [];
  for (const [index, entry] of initial.slice(1)) {
    reading.report(
      FAULTS.initialSeveral({ name: entry?.name ?? '?', other: first?.name ?? '?' }),
      ['phases', index, 'initial'],
      'key',
    );
  }
  const unknown = entries.some((entry, index) => !entry || reading.hasProblemAt(['phases', index, 'initial']));
  if (initial.length === 0 && entries.length > 0 && !unknown) {
    const [first = 'Initializing'] = writtenNames(entries, reading);
    reading.report(FAULTS.initialMissing({ first }), ['phases'], 'key');
  }
  for (const [index, entry] of entries.entries()) {
    if (entry?.initial !== true || entry.final !== true) continue;
    reading.report(FAULTS.initialFinal({ name: entry.name ?? '?' }), ['phases', index, 'final'], 'key');
  }
}

function checkFormerNames(entries: Entries, reading: Reading): void {
  const owners = new Map(entries.flatMap((entry) => (entry?.name === undefined ? [] : [[entry.name, entry.name]])));
  for (const [index, entry] of entries.entries()) {
    for (const [position, name] of (entry?.renamedFrom ?? []).entries()) {
      if (name === undefined) continue;
      const phase = owners.get(name);
      const path = ['phases', index, 'renamedFrom', ...(entry?.renamedFrom?.length === 1 ? [] : [position])];
      if (phase !== undefined) reading.report(FAULTS.renamedFrom({ name, phase }), path);
      else owners.set(name, entry?.name ?? '?');
    }
  }
}

function phaseOf(entry: PhaseEntry, index: number, reading: Reading, around: Surroundings): Phase {
  const path = ['phases', index];
  const { name = '', description = '', final = false, interval, timeout, ready } = entry;
  if (final) checkFinal(entry, index, reading);
  else if (entry.rollback === true) checkRollback(entry, index, reading);
  // What a final phase must not have is not looked into any further.
  const inputs = final ? [] : (entry.inputs ?? []);
  const outputs = final ? [] : (entry.outputs ?? []);
  const patches = final ? [] : (entry.patches ?? []);
  const next = entry.next && defined(entry.next).filter((target) => target !== name);
  return {
    name,
    description: description.replaceAll(/\s+/g, ' ').trim(),
    initial: entry.initial ?? false,
    final,
    ...checkUses({ inputs, outputs }, path, reading, around),
    patches: checkPatches(patches, path, reading, around),
    ...(next && { next }),
    ...(interval !== undefined && { interval }),
    ...(timeout !== undefined && { timeout }),
    ...(ready !== undefined && { ready }),
    adopt: entry.adopt ?? false,
    rollback: entry.rollback ?? false,
    renamedFrom: defined(entry.renamedFrom),
  };
}

/** What a phase, or the finalizer, reads and writes. */
export function checkUses(
  { inputs = [], outputs = [] }: Pick<PhaseEntry, 'inputs' | 'outputs'>,
  path: Path,
  reading: Reading,
  around: Surroundings,
): Pick<Phase, 'inputs' | 'outputs'> {
  const checked = outputs.map(
    (output, position) => output && checkOutput(output, [...path, 'outputs', position], reading, around),
  );
  return {
    inputs: defined(
      inputs.map((input, position) => input && checkInput(input, [...path, 'inputs', position], reading, around)),
    ),
    outputs: defined(checkKinds(FAULTS.outputSame, checked, [...path, 'outputs'], reading)),
  };
}

/** No worker runs in a final phase: what is written there for one would be ignored silently. */
function checkFinal(entry: PhaseEntry, index: number, reading: Reading): void {
  const used = {
    inputs: (entry.inputs?.length ?? 0) > 0,
    outputs: (entry.outputs?.length ?? 0) > 0,
    patches: (entry.patches?.length ?? 0) > 0,
    next: (entry.next?.length ?? 0) > 0,
    interval: entry.interval !== undefined,
    timeout: entry.timeout !== undefined,
    adopt: entry.adopt === true,
    rollback: entry.rollback === true,
  };
  for (const [key, isUsed] of Object.entries(used)) {
    if (isUsed) reading.report(FAULTS.finalWork({ name: entry.name ?? '?', key }), ['phases', index, key], 'key');
  }
}

/** What is kept as metadata cannot be put back. */
function checkRollback({ name = '?', outputs = [] }: PhaseEntry, index: number, reading: Reading): void {
  for (const [position, output] of outputs.entries()) {
    if (output?.metadataOnly !== true) continue;
    const path = ['phases', index, 'outputs', position, 'metadataOnly'];
    reading.report(FAULTS.rollbackMetadata({ name, output: output.name ?? '?' }), path, 'key');
  }
}

/** The phases that `next`, `onSpecChange` and `onOutputDrift` name. */
function checkTargets(
  file: AutopilotFile,
  entries: Entries,
  reading: Reading,
): Pick<Machine, 'onSpecChange' | 'onOutputDrift'> {
  const names = writtenNames(entries, reading);
  const known = new Set(names);
  for (const [index, entry] of entries.entries()) {
    if (entry?.final === true) continue;
    for (const [position, name] of (entry?.next ?? []).entries()) {
      if (name === undefined || known.has(name)) continue;
      reading.report(FAULTS.phaseUnknown({ name, hint: suggestion(name, names) }), ['phases', index, 'next', position]);
    }
  }
  for (const key of ['onSpecChange', 'onOutputDrift'] as const) {
    const name = file[key];
    if (name === undefined) continue;
    const target = entries.find((entry) => entry?.name === name);
    if (!known.has(name)) reading.report(FAULTS.phaseUnknown({ name, hint: suggestion(name, names) }), [key]);
    else if (target?.final === true) reading.report(FAULTS.phaseFinalTarget({ key, name }), [key]);
    else if (key === 'onSpecChange' && !entries.some((entry) => entry?.final === true)) {
      reading.report(FAULTS.onSpecChangeUnused(), [key], 'key');
    }
  }
  const { onSpecChange, onOutputDrift } = file;
  return { ...(onSpecChange !== undefined && { onSpecChange }), ...(onOutputDrift !== undefined && { onOutputDrift }) };
}
