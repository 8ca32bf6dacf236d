/**
 * Merging of lists by strategic merge patches, and the order of what comes out.
 * Source: k8s.io/apimachinery/pkg/util/strategicpatch/patch.go.
 */
import { formatGoValue } from '../schema/go-text.ts';
import { isArray, isObject, type JsonObject } from '../schema/json.ts';
import { PatchError } from './patch-error.ts';
import { goTypeOf, MAP_TYPE, missingMergeKey, PATCH, unknownDirective, wrongType } from './strategic-directives.ts';

/** How items of a list are told apart: by one of their members; '' for scalars, by their values. */
type MergeKey = string;

/** Merges one item of a list of objects into another. */
type MergeItem = (original: JsonObject, patch: JsonObject) => JsonObject;

/** The type that all items have; undefined for lists without items. */
export function itemTypeOf(...lists: readonly (readonly unknown[])[]): string | undefined {
  const types = new Set(lists.flat().map(goTypeOf));
  const [type] = types;
  if (type === '[]interface {}') throw PatchError.failed('lists of lists are not supported');
  if (types.size > 1) throw PatchError.failed('list element types are not identical');
  return type;
}

export function mergeLists(
  original: readonly unknown[],
  patch: readonly unknown[],
  key: MergeKey,
  merge: MergeItem,
): unknown[] {
  const type = itemTypeOf(original, patch);
  if (type === undefined) return [...original];
  if (type !== MAP_TYPE) {
    const merged = withoutDuplicates([...original, ...patch]);
    return inOrder(merged, patch, original, '');
  }
  if (key === '') throw PatchError.failed('cannot merge lists without merge key for struct');
  const { left, added } = applyItemDirectives(original, patch, key);
  const merged = mergeItems(left, added, key, merge);
  return inOrder(merged, added, left, key);
}

/** Removes scalars. */
export function deleteFromList(list: readonly unknown[], toDelete: readonly unknown[]): unknown[] {
  const gone = new Set(toDelete);
  return list.filter((item) => !gone.has(item));
}

/** The last item takes the place of a duplicate, as the real server has it. */
function withoutDuplicates(list: unknown[]): unknown[] {
  let length = list.length;
  for (let i = 0; i < length - 1; i++) {
    for (let j = i + 1; j < length; j++) {
      if (list[i] !== list[j]) continue;
      list[j] = list[length - 1];
      length--;
      j--;
    }
  }
  return list.slice(0, length);
}

function applyItemDirectives(
  original: readonly unknown[],
  patch: readonly unknown[],
  key: MergeKey,
): { left: unknown[]; added: unknown[] } {
  let left = [...original];
  const added: unknown[] = [];
  let replace = false;
  for (const item of patch) {
    if (!isObject(item) || !Object.hasOwn(item, PATCH)) {
      added.push(item);
      continue;
    }
    switch (item[PATCH]) {
      case 'delete':
        if (!Object.hasOwn(item, key)) throw missingMergeKey(item, key);
        left = left.filter((other) => keyOf(other, key) !== item[key]);
        break;
      case 'replace':
        replace = true;
        break;
      case 'merge':
        throw PatchError.failed('merging lists cannot yet be specified in the patch');
      default:
        throw unknownDirective(item[PATCH], item);
    }
  }
  return replace ? { left: added, added: [] } : { left, added };
}

function mergeItems(list: readonly unknown[], added: readonly unknown[], key: MergeKey, merge: MergeItem): unknown[] {
  const merged = [...list];
  for (const item of added) {
    if (!isObject(item)) throw wrongType(MAP_TYPE, item);
    if (!Object.hasOwn(item, key)) throw missingMergeKey(item, key);
    const index = merged.findIndex((other) => keyOf(other, key) === item[key]);
    const found = merged[index];
    if (isObject(found)) merged[index] = merge(found, item);
    else merged.push(item);
  }
  return merged;
}

/** A value that only an item with the same key has. */
function keyOf(item: unknown, key: MergeKey): unknown {
  if (key === '') return item;
  if (!isObject(item)) throw wrongType(MAP_TYPE, item);
  return Object.hasOwn(item, key) ? item[key] : item;
}

/**
 * Brings a merged list into order: what the patch speaks of as `patchOrder` has it, the rest as it was, and between the
 * two the former order counts where it knows both.
 */
export function inOrder(
  merged: readonly unknown[],
  patchOrder: readonly unknown[],
  formerOrder: readonly unknown[],
  key: MergeKey,
): unknown[] {
  const places = new Map<unknown, number>();
  for (const [index, item] of patchOrder.entries()) {
    if (key !== '' && !isObject(item)) throw PatchError.failed(`value for key ${index} is not a map`);
    places.set(neededKey(item, key), index);
  }
  const former = new Map<unknown, number>();
  formerOrder.forEach((item, index) => {
    if (!former.has(keyOf(item, key))) former.set(keyOf(item, key), index);
  });
  const inPatch = merged.filter((item) => places.has(neededKey(item, key)));
  const others = merged.filter((item) => !places.has(neededKey(item, key)));
  const by =
    (order: ReadonlyMap<unknown, number>) =>
    (a: unknown, b: unknown): number =>
      (order.get(keyOf(a, key)) ?? 0) - (order.get(keyOf(b, key)) ?? 0);
  return interleave(others.sort(by(former)), inPatch.sort(by(places)), (item) => former.get(keyOf(item, key)));
}

function neededKey(item: unknown, key: MergeKey): unknown {
  if (key !== '' && isObject(item) && !Object.hasOwn(item, key)) throw missingMergeKey(item, key);
  return keyOf(item, key);
}

function interleave(
  left: readonly unknown[],
  right: readonly unknown[],
  placeOf: (item: unknown) => number | undefined,
): unknown[] {
  const out: unknown[] = [];
  let [i, j] = [0, 0];
  while (i < left.length && j < right.length) {
    const [before, after] = [placeOf(left[i]), placeOf(right[j])];
    if (before !== undefined && after !== undefined && before < after) out.push(left[i++]);
    else out.push(right[j++]);
  }
  return [...out, ...left.slice(i), ...right.slice(j)];
}

/** @throws PatchError if a patch has its items in another order than `$setElementOrder` says, or one that is not there. */
export function checkOrder(patch: readonly unknown[], order: readonly unknown[], key: MergeKey): void {
  if (patch.length === 0 || order.length === 0) return;
  const items = patch.filter((item) => key === '' || !(isObject(item) && item[PATCH] === 'delete'));
  let [next, place] = [0, 0];
  while (next < items.length && place < order.length) {
    const item = items[next];
    if (isObject(item) && Object.hasOwn(item, PATCH)) next++;
    else {
      if (neededKey(item, key) === neededKey(order[place], key)) next++;
      place++;
    }
  }
  if (next === items.length) return;
  const [listed, told] = [formatGoValue(patch), formatGoValue(order)];
  throw PatchError.failed(`The order in patch list:\n${listed}\n doesn't match $setElementOrder list:\n${told}\n`);
}

/** A list, whatever else it may be. */
export function asList(value: unknown): unknown[] {
  if (!isArray(value)) throw wrongType('[]interface {}', value);
  return value;
}
