import { OWNER, type Entry, type OwnFields } from '../cache/store.ts';
import type { FieldsV1 } from '../kube/types.ts';
import { compareLeaves, holdsAll, leavesOf, parsed, pathsOf, treeOf } from './fields.ts';
import type { FieldTree, LeafComparison, PathsText } from './fields.ts';

/** Our own entries of an object's managed fields; of one operation only where it is named. */
export function fieldsOf({ ours }: Pick<Entry, 'ours'>, operation?: 'Apply' | 'Update'): readonly FieldsV1[] {
  return ours.flatMap(({ entry }) => {
    const wanted = entry.subresource === undefined && (operation === undefined || entry.operation === operation);
    return wanted && entry.fieldsV1 ? entry.fieldsV1 : [];
  });
}

/** What is made of our entries once for all objects that were written alike. */
interface Alike {
  readonly tree: FieldTree;
  /** All leaves of the `Apply` ones, each as one text. */
  readonly applied: readonly string[];
  /** Whether they still hold paths that were asked for before. */
  readonly holding: Map<PathsText, boolean>;
}

/** So many are remembered; objects of one output nearly always have the same. */
const MOST = 500;
const known = new Map<string, Alike>();

function alike({ oursText }: Entry): Alike {
  let found = known.get(oursText);
  if (found) return found;
  const ours = oursText === '' ? [] : (parsed(oursText) as readonly OwnFields[]);
  found = {
    tree: treeOf(fieldsOf({ ours })),
    applied: fieldsOf({ ours }, 'Apply').flatMap((fields) => leavesOf(fields).map((path) => path.join('\u0000'))),
    holding: new Map(),
  };
  if (known.size >= MOST) known.clear();
  known.set(oursText, found);
  return found;
}

/** Compares a body that we wrote with our own entries. {@link OWNER} stands in the paths for the resource of `uid`. */
export function compareWithOurs(body: object, entry: Entry, uid: string): LeafComparison {
  const { held, missing } = compareLeaves(body, alike(entry).tree, entry.owner);
  if (entry.owner === uid) return { held, missing };
  return { held: held.replaceAll(OWNER, entry.owner), missing: missing.replaceAll(OWNER, entry.owner) };
}

/** Whether our entries hold all of these paths, in which {@link OWNER} stands for the resource of `uid`. */
export function oursHold(entry: Entry, paths: PathsText, uid: string): boolean {
  if (entry.owner !== uid) return holdsAll(pathsOf(paths.replaceAll(OWNER, uid)), fieldsOf(entry));
  const { holding } = alike(entry);
  let holds = holding.get(paths);
  if (holds === undefined) {
    holds = holdsAll(pathsOf(paths.replaceAll(OWNER, uid)), fieldsOf(entry));
    if (holding.size < MOST) holding.set(paths, holds);
  }
  return holds;
}

/** All leaves of our `Apply` entries, each as one text, in order. */
export function appliedLeaves(entry: Entry): readonly string[] {
  const { applied } = alike(entry);
  return applied.length === 0 ? applied : applied.map((leaf) => leaf.replaceAll(OWNER, entry.owner)).sort();
}
