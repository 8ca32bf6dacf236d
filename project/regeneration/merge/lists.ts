import { losesComment } from './comments.ts';
import type { Edit, KeyedMerge } from './keyed.ts';
import { list, same } from './tree.ts';
import type { List, Path, Tree } from './tree.ts';

interface Lists {
  readonly base: List;
  readonly user: List;
  readonly next: List;
}

/**
 * Merges lists as sets: what one side added or removed is added or removed. Undefined where that does not describe what happened,
 * so that it is a conflict: an item that stands twice; an order that the tool changed; the same item replaced by both; two sides
 * that changed items with an inside, which may be two versions of the same thing.
 */
export function mergeLists({ base, user, next }: Lists, path: Path): KeyedMerge | undefined {
  if ([base, user, next].some((each) => hasTwins(each))) return undefined;
  const [old, mine, theirs] = [idsOf(base), idsOf(user), idsOf(next)];
  const added = {
    mine: user.items.filter(({ id }) => !old.has(id)),
    theirs: next.items.filter(({ id }) => !old.has(id)),
  };
  const removed = { mine: [...old].filter((id) => !mine.has(id)), theirs: [...old].filter((id) => !theirs.has(id)) };

  const isReordered = !sameOrder(base, next, old);
  if (isReordered) return undefined;
  const bothReplaced = removed.mine.some((id) => removed.theirs.includes(id));
  const isSimple = [...added.mine, ...added.theirs].every(({ type }) => type === 'scalar');
  if (bothReplaced && added.mine.length > 0 && (added.theirs.length > 0 || !isSimple)) return undefined;
  if (!isSimple && added.mine.length > 0 && added.theirs.length > 0) return undefined;
  const goes = user.items.filter(({ id }) => old.has(id) && !theirs.has(id));
  const before = new Map(base.items.map((item) => [item.id, item]));
  if (goes.some((item) => losesComment(before.get(item.id), item, true))) return undefined;

  const items: Tree[] = user.items.filter(({ id }) => !old.has(id) || theirs.has(id));
  const edits: Edit[] = [];
  for (const [index, { id }] of [...user.items.entries()].toReversed()) {
    if (old.has(id) && !theirs.has(id)) edits.push({ do: 'remove', path: [...path, index] });
  }
  for (const [index, item] of next.items.entries()) {
    if (old.has(item.id) || mine.has(item.id)) continue;
    const at = placeOf(next, index, items);
    items.splice(at, 0, item);
    edits.push({ do: 'insertItem', into: path, at, from: [...path, index] });
  }
  return { tree: list(items, user.comments), edits, conflicts: [] };
}

/** After the item that comes before it in the new version; the user's own additions at the end stay before what is new there. */
function placeOf({ items: next }: List, index: number, items: readonly Tree[]): number {
  if (index === next.length - 1) return items.length;
  for (let before = index - 1; before >= 0; before -= 1) {
    const found = items.findIndex((item) => same(item, next[before]));
    if (found >= 0) return found + 1;
  }
  return 0;
}

function idsOf({ items }: List): ReadonlySet<string> {
  return new Set(items.map(({ id }) => id));
}

function hasTwins({ items }: List): boolean {
  return new Set(items.map(({ id }) => id)).size !== items.length;
}

/** Whether what both have comes in the same order in both. */
function sameOrder(base: List, next: List, old: ReadonlySet<string>): boolean {
  const kept = next.items.filter(({ id }) => old.has(id)).map(({ id }) => id);
  const there = new Set(kept);
  return base.items.filter(({ id }) => there.has(id)).every(({ id }, index) => id === kept[index]);
}
