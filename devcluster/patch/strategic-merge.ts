/**
 * Strategic merge patches, which know the lists of the built-in kinds: items are told apart by a member of theirs, and
 * directives tell what to delete, what to keep and in what order (`$patch`, `$retainKeys`, `$setElementOrder/…`,
 * `$deleteFromPrimitiveList/…`). Client-side `kubectl apply` sends such patches.
 * Source: k8s.io/apimachinery/pkg/util/strategicpatch/patch.go.
 */
import { deepCopy, isArray, isObject, setMember, type JsonObject } from '../schema/json.ts';
import { memberSchema, type Schema } from '../schema/schema.ts';
import { PatchError } from './patch-error.ts';
import {
  BAD_ORDER,
  BAD_RETAIN_KEYS,
  DELETE_FROM_LIST,
  dropNulls,
  memberOf,
  PATCH,
  RETAIN_KEYS,
  SET_ORDER,
  unknownDirective,
  withoutDirectives,
} from './strategic-directives.ts';
import { asList, checkOrder, deleteFromList, inOrder, mergeLists } from './strategic-lists.ts';

/**
 * @param schema of a built-in kind; custom resources have no strategies, the real server refuses such patches of them (415).
 * @param object is left as it is.
 * @param patch is left as it is.
 * @returns the patched object, not yet brought into the shape of its type.
 * @throws PatchError 400 for directives of a wrong form, 500 for those that make no sense.
 */
export function applyStrategicMergePatch(schema: Schema, object: JsonObject, patch: JsonObject): JsonObject {
  return mergeMap(schema, deepCopy(object), deepCopy(patch));
}

/** How a member is merged. */
interface Strategy {
  /** Lists are merged, not replaced; maps always are but where this is `replace`. */
  readonly how: string;
  readonly mergeKey: string;
  readonly schema: Schema | undefined;
}

function strategyOf(schema: Schema | undefined, name: string): Strategy {
  const member = memberSchema(schema, name);
  const words = (member?.['x-kubernetes-patch-strategy'] ?? '').split(',');
  const how = words.find((word) => word !== 'retainKeys') ?? '';
  return { how, mergeKey: member?.['x-kubernetes-patch-merge-key'] ?? '', schema: member };
}

function mergeMap(schema: Schema | undefined, original: JsonObject, patch: JsonObject): JsonObject {
  if (Object.hasOwn(patch, PATCH)) return replaceMap(patch);
  retainKeys(original, patch);
  mergeOrderedLists(schema, original, patch);
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(DELETE_FROM_LIST)) {
      const name = memberOf(key, DELETE_FROM_LIST);
      if (value === null) delete original[name];
      else if (isArray(original[name]) && isArray(value)) {
        setMember(original, name, deleteFromList(original[name], value));
      }
    } else if (value === null) delete original[key];
    else setOrDelete(original, key, merged(schema, key, original[key], value));
  }
  return original;
}

function replaceMap(patch: JsonObject): JsonObject {
  const { [PATCH]: directive, ...rest } = patch;
  if (directive === 'replace') return rest;
  if (directive === 'delete') return {};
  throw unknownDirective(directive, patch);
}

function setOrDelete(target: JsonObject, key: string, value: unknown): void {
  if (value === undefined) delete target[key];
  else setMember(target, key, value);
}

function merged(schema: Schema | undefined, key: string, original: unknown, patch: unknown): unknown {
  if (isObject(original) && isObject(patch)) {
    const strategy = strategyOf(schema, key);
    return strategy.how === 'replace' ? patch : mergeMap(strategy.schema, original, patch);
  }
  if (isArray(original) && isArray(patch)) {
    const strategy = strategyOf(schema, key);
    return strategy.how === 'merge' ? mergeList(strategy, original, patch) : patch;
  }
  dropNulls(patch);
  return withoutDirectives(patch);
}

function mergeList({ schema, mergeKey }: Strategy, original: unknown[], patch: unknown[]): unknown[] {
  return mergeLists(original, patch, mergeKey, (item, change) => mergeMap(schema?.items, item, change));
}

/** Of a union that shows itself by which member is there, only the named members stay. */
function retainKeys(original: JsonObject, patch: JsonObject): void {
  if (!Object.hasOwn(patch, RETAIN_KEYS)) return;
  const list = patch[RETAIN_KEYS];
  delete patch[RETAIN_KEYS];
  if (!isArray(list)) throw PatchError.malformed(BAD_RETAIN_KEYS);
  const retained = new Set(list);
  for (const [key, value] of Object.entries(patch)) {
    const isDirective = key.startsWith(DELETE_FROM_LIST) || key.startsWith(SET_ORDER);
    if (value !== null && !isDirective && !retained.has(key)) throw PatchError.malformed(BAD_RETAIN_KEYS);
  }
  for (const key of Object.keys(original)) if (!retained.has(key)) delete original[key];
}

/** Lists whose order the patch tells are merged at once, and taken out of the patch. */
function mergeOrderedLists(schema: Schema | undefined, original: JsonObject, patch: JsonObject): void {
  for (const [directive, order] of Object.entries(patch)) {
    if (!directive.startsWith(SET_ORDER)) continue;
    delete patch[directive];
    const name = memberOf(directive, SET_ORDER);
    if (!isArray(order)) throw PatchError.malformed(BAD_ORDER);
    const [before, change] = [original[name], patch[name]];
    if (before === undefined && change === undefined) continue;
    const strategy = strategyOf(schema, name);
    const former = before === undefined ? [] : asList(before);
    const wanted = change === undefined ? [] : asList(change);
    checkOrder(wanted, order, strategy.mergeKey);
    if (former.length + wanted.length === 0) throw PatchError.failed('no elements in any of the given slices');
    const list = mergedInOrder(strategy, former, wanted, before !== undefined, change !== undefined);
    setMember(original, name, inOrder(list, order, former, strategy.mergeKey));
    delete patch[name];
  }
}

function mergedInOrder(
  strategy: Strategy,
  former: unknown[],
  wanted: unknown[],
  had: boolean,
  changes: boolean,
): unknown[] {
  if (!changes) return former;
  if (!had) return asList(withoutDirectives(wanted));
  return strategy.how === 'merge' ? mergeList(strategy, former, wanted) : wanted;
}
