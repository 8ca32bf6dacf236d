import { createHash } from 'node:crypto';
import type { Project } from '../model.ts';
import { kindsWrittenBy, type WrittenKind } from './written-kinds.ts';

/** One kind in which former versions of a project have left something that the present one no longer sees to. */
export interface Leftover {
  readonly use: WrittenKind['use'];
  readonly type: Pick<WrittenKind, 'group' | 'version' | 'kind' | 'plural' | 'namespaced'>;
  /** The phases that wrote it, by the names that they had. */
  readonly phases: readonly string[];
  /** The keys of patches under which fields were set. */
  readonly keys: readonly string[];
  readonly operatorGroup: string;
  readonly operator: string;
}

/**
 * What the project no longer declares and its former versions did. An output is a phase's own: that another phase writes the kind too makes
 * nobody see to it. A patch is one set over all phases, found by its key.
 */
export function leftoversOf(project: Project, written: readonly WrittenKind[]): readonly Leftover[] {
  const now = kindsWrittenBy(project);
  const present = new Map(
    project.phases.flatMap(({ name, renamedFrom }) => [name, ...renamedFrom].map((was) => [was, name])),
  );
  const isSeenTo = (then: WrittenKind): boolean =>
    now.some(
      (each) =>
        each.use === then.use &&
        each.group === then.group &&
        each.plural === then.plural &&
        each.operatorGroup === then.operatorGroup &&
        (then.use === 'outputs'
          ? each.phase === (present.get(then.phase) ?? then.phase)
          : each.key === then.key && each.operator === then.operator),
    );
  const left = new Map<string, Leftover>();
  for (const each of written.filter((then) => !isSeenTo(then))) {
    const { use, group, version, kind, plural, namespaced, operatorGroup, operator } = each;
    const id = [use, group, plural, operatorGroup, use === 'patches' ? operator : ''].join(' ');
    const { phases = [], keys = [] } = left.get(id) ?? {};
    left.set(id, {
      use,
      type: { group, version, kind, plural, namespaced },
      phases: [...new Set([...phases, each.phase])],
      keys: [...new Set([...keys, each.key])],
      operatorGroup,
      operator,
    });
  }
  return [...left.values()];
}

/** An object as `kubectl get -o json` has it, as far as is looked at. */
export interface FoundObject {
  readonly apiVersion: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly managedFields?: readonly { readonly manager?: string }[];
  };
}

/** What is left in one object. */
export interface LeftObject {
  readonly apiVersion: string;
  readonly name: string;
  readonly namespace: string | undefined;
  /** Of patches: under which field manager. */
  readonly manager: string | undefined;
}

/** Which of a kind's objects have something left in them. Of outputs, those with the operator's label are to be given. */
export function leftObjects(leftover: Leftover, objects: readonly FoundObject[]): readonly LeftObject[] {
  const at = ({ apiVersion, metadata: { name, namespace } }: FoundObject, manager?: string): LeftObject => ({
    apiVersion,
    name,
    namespace,
    manager,
  });
  if (leftover.use === 'outputs') {
    const mark = `${leftover.operatorGroup}/phase`;
    return objects
      .filter(({ metadata }) => leftover.phases.includes(metadata.annotations?.[mark] ?? ''))
      .map((object) => at(object));
  }
  return objects.flatMap((object) =>
    (object.metadata.managedFields ?? []).flatMap(({ manager = '' }) =>
      isManagerOf(leftover, manager) ? [at(object, manager)] : [],
    ),
  );
}

const LONGEST_OPERATOR = 40;

/** `<operator, cut to 40>/<uid of the resource>/<16 hex of the key's hash>`, as the runtime names its patches' managers. */
function isManagerOf({ operator, keys }: Leftover, manager: string): boolean {
  const parts = manager.split('/');
  const [name, uid, hash] = parts;
  return (
    parts.length === 3 &&
    name === operator.slice(0, LONGEST_OPERATOR) &&
    uid !== '' &&
    keys.some((key) => createHash('sha256').update(key).digest('hex').slice(0, 16) === hash)
  );
}
