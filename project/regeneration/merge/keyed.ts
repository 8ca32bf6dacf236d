import { losesComment } from './comments.ts';
import { mergeLists } from './lists.ts';
import { mapping, same } from './tree.ts';
import type { Mapping, Path, Tree } from './tree.ts';

/** A change of the user's text, of which the new version has the value. Made one after the other, in this order. */
export type Edit =
  | { readonly do: 'replace'; readonly path: Path; readonly from: Path }
  /** After the entry of this key; null: before the first. */
  | { readonly do: 'insert'; readonly into: Path; readonly after: string | null; readonly from: Path }
  /** Before the item that has this index by then. */
  | { readonly do: 'insertItem'; readonly into: Path; readonly at: number; readonly from: Path }
  | { readonly do: 'remove'; readonly path: Path };

export interface KeyedMerge {
  /** What the text says once the edits are made; undefined: nothing is left of the value. */
  readonly tree: Tree | undefined;
  readonly edits: readonly Edit[];
  /** Where both sides changed something; `prefer` decides what the tree has there. */
  readonly conflicts: readonly Path[];
}

export interface Versions {
  readonly base: Tree | undefined;
  readonly user: Tree | undefined;
  readonly next: Tree | undefined;
}

export type Prefer = 'mine' | 'theirs';

/**
 * Merges what three versions say, key by key: what only the tool changed comes in, what only the user changed stays. Nothing of the
 * user's is lost without a conflict, comments in what the tool removes or replaces included.
 */
export function mergeKeyed(versions: Versions, prefer: Prefer, path: Path = []): KeyedMerge {
  const { base, user, next } = versions;
  if (same(user, next) || same(base, next)) return { tree: user, edits: [], conflicts: [] };
  if (user?.type === 'map' && next?.type === 'map' && (base === undefined || base.type === 'map')) {
    return mergeMaps(base, user, next, prefer, path);
  }
  if (user?.type === 'list' && next?.type === 'list' && base?.type === 'list') {
    const merged = mergeLists({ base, user, next }, path);
    if (merged) return merged;
  }
  if (same(base, user) && !losesComment(base, user, next === undefined)) return taken(next, path);
  const conflict = { conflicts: [path] };
  return prefer === 'mine' ? { tree: user, edits: [], ...conflict } : { ...taken(next, path), ...conflict };
}

function mergeMaps(base: Mapping | undefined, user: Mapping, next: Mapping, prefer: Prefer, path: Path): KeyedMerge {
  const entries = new Map(user.entries);
  const edits: Edit[] = [];
  const conflicts: Path[] = [];
  let after: string | null = null;
  for (const key of new Set([...next.entries.keys(), ...user.entries.keys()])) {
    const versions = { base: base?.entries.get(key), user: user.entries.get(key), next: next.entries.get(key) };
    const at = [...path, key];
    const merged = mergeKeyed(versions, prefer, at);
    for (const edit of merged.edits) {
      const isNew = edit.do === 'replace' && versions.user === undefined && edit.path.length === at.length;
      edits.push(isNew ? { do: 'insert', into: path, after, from: at } : edit);
    }
    conflicts.push(...merged.conflicts);
    if (merged.tree) entries.set(key, merged.tree);
    else entries.delete(key);
    if (merged.tree && versions.next) after = key;
  }
  return { tree: mapping(entries, user.comments), edits, conflicts };
}

/** The new version's value in the place of what is there. */
function taken(next: Tree | undefined, path: Path): KeyedMerge {
  const edit: Edit = next ? { do: 'replace', path, from: path } : { do: 'remove', path };
  return { tree: next, edits: [edit], conflicts: [] };
}
