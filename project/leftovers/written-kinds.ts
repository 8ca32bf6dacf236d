import type { Project, ResourceParameter } from '../model.ts';

/**
 * What every version of a project had its operator write, by phase: nothing else remembers a kind that is no longer declared. Kept in the
 * project and committed with it; one entry a line, so that two branches merge.
 */
export const WRITTEN_KINDS = '.autopilot/written-kinds.jsonl';

/** One kind that one phase wrote, as it was declared then. */
export interface WrittenKind extends Pick<ResourceParameter, 'group' | 'version' | 'kind' | 'plural' | 'namespaced'> {
  readonly use: 'outputs' | 'patches';
  /** `finalizer` for the finalizer's, as objects are marked. */
  readonly phase: string;
  /** The name in TypeScript, by which patches are known. */
  readonly key: string;
  /** The operator's group and name, which its marks bear. */
  readonly operatorGroup: string;
  readonly operator: string;
}

/** What marks the objects that the finalizer makes. */
export const FINALIZER = 'finalizer';

/** What the project has its operator write now. */
export function kindsWrittenBy(project: Project): readonly WrittenKind[] {
  const { phases, finalizer, group, operatorName } = project;
  const of = (use: WrittenKind['use'], phase: string, parameter: ResourceParameter): WrittenKind => ({
    use,
    phase,
    key: parameter.key,
    group: parameter.group,
    version: parameter.version,
    kind: parameter.kind,
    plural: parameter.plural,
    namespaced: parameter.namespaced,
    operatorGroup: group,
    operator: operatorName,
  });
  return [
    ...phases.flatMap(({ name, outputs }) => outputs.map(({ parameter }) => of('outputs', name, parameter))),
    ...finalizer.outputs.map(({ parameter }) => of('outputs', FINALIZER, parameter)),
    ...phases.flatMap(({ name, patches }) => patches.map(({ parameter }) => of('patches', name, parameter))),
  ];
}

/** Reads what {@link writtenKindsText} wrote. What is no entry, such as the marks of a merge, is left out. */
export function readWrittenKinds(text: string): readonly WrittenKind[] {
  return text.split(/\r?\n/).flatMap((line) => entryOf(line) ?? []);
}

/** What was written before and what is written now, each once. */
export function writtenKindsText(before: readonly WrittenKind[], now: readonly WrittenKind[]): string {
  const lines = [...before, ...now].map((entry) => JSON.stringify(entry));
  return [...new Set(lines)]
    .toSorted()
    .map((line) => `${line}\n`)
    .join('');
}

const TEXTS = ['phase', 'key', 'group', 'version', 'kind', 'plural', 'operatorGroup', 'operator'] as const;

function entryOf(line: string): WrittenKind | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isEntry(value) ? value : undefined;
}

function isEntry(value: unknown): value is WrittenKind {
  if (typeof value !== 'object' || value === null) return false;
  const members = new Map<string, unknown>(Object.entries(value));
  const use = members.get('use');
  return (
    (use === 'outputs' || use === 'patches') &&
    typeof members.get('namespaced') === 'boolean' &&
    TEXTS.every((name) => typeof members.get(name) === 'string')
  );
}
