/**
 * The merge of an applied value into the live one: nothing goes, leaves of the applied one win, lists that are sets or maps
 * keep the live order where the applied one does not say otherwise.
 * Source: sigs.k8s.io/structured-merge-diff/v6/typed mergingWalker.
 */
import { isArray, isObject, own, setMember, type JsonObject } from '../schema/json.ts';
import { itemElement } from './list-item.ts';
import { shapeOf, type ListType, type MapType, type MergeType } from './merge-type.ts';
import { elementText, fieldElement, type PathElement } from './path-element.ts';
import { TypedValueError, type TypedError } from './typed-error.ts';

/**
 * @param live undefined where there is nothing yet.
 * @returns the merged value; it may share parts with both.
 * @throws TypedValueError for items that cannot be told apart.
 */
export function mergeValues(type: MergeType, live: unknown, applied: unknown): unknown {
  const errors: TypedError[] = [];
  const merged = merge(type, live, applied, [], errors);
  if (errors.length > 0) throw new TypedValueError(errors);
  return merged;
}

function merge(type: MergeType, live: unknown, applied: unknown, path: PathElement[], errors: TypedError[]): unknown {
  const leaf = applied === undefined ? live : applied;
  switch (shapeOf(type, leaf)) {
    case 'map': {
      const ours = isObject(live) ? live : undefined;
      const theirs = isObject(applied) ? applied : undefined;
      if (type.map === undefined || type.map.atomic || (isEmptyObject(ours) && isEmptyObject(theirs))) return leaf;
      return mergeMaps(type.map, ours ?? {}, theirs ?? {}, path, errors);
    }
    case 'list': {
      const ours = isArray(live) ? live : [];
      const theirs = isArray(applied) ? applied : [];
      if (type.list === undefined || type.list.atomic || (ours.length === 0 && theirs.length === 0)) return leaf;
      return mergeLists(type.list, ours, theirs, path, errors);
    }
    case 'scalar':
    case undefined:
      return leaf;
  }
}

function isEmptyObject(value: JsonObject | undefined): boolean {
  return value === undefined || Object.keys(value).length === 0;
}

function mergeMaps(
  type: MapType,
  live: JsonObject,
  applied: JsonObject,
  path: PathElement[],
  errors: TypedError[],
): unknown {
  const merged: JsonObject = {};
  const visit = (name: string): void => {
    const member = type.member(name);
    if (member === undefined) return;
    path.push(fieldElement(name));
    const value = merge(member, own(live, name), own(applied, name), path, errors);
    path.pop();
    if (value !== undefined) setMember(merged, name, value);
  };
  for (const name of Object.keys(live)) visit(name);
  for (const name of Object.keys(applied)) {
    if (!Object.hasOwn(live, name)) visit(name);
  }
  return Object.keys(merged).length > 0 ? merged : undefined;
}

/** A list's items by their elements. Of duplicates only the element is known: their values are not merged. */
interface IndexedList {
  readonly elements: readonly PathElement[];
  readonly items: ReadonlyMap<PathElement, unknown>;
}

function mergeLists(
  type: ListType,
  live: readonly unknown[],
  applied: readonly unknown[],
  path: PathElement[],
  errors: TypedError[],
): unknown {
  const before = errors.length;
  const theirs = indexList(type, applied, false, path, errors);
  const ours = indexList(type, live, true, path, errors);
  if (errors.length > before) return undefined;

  const merged: unknown[] = [];
  const take = (element: PathElement, liveItem: unknown, appliedItem: unknown): void => {
    path.push(element);
    const value = merge(type.items, liveItem, appliedItem, path, errors);
    path.pop();
    if (value !== undefined) merged.push(value);
  };
  // The elements that both have, in the order of the applied list: the live list is walked up to the next of them.
  const shared = theirs.elements.filter((element) => ours.items.has(element));
  let nextShared = shared.shift();
  const done = new Set<PathElement>();
  let l = 0;
  let r = 0;
  while (l < ours.elements.length || r < theirs.elements.length) {
    const left = ours.elements[l];
    const right = theirs.elements[r];
    if (left !== undefined && right !== undefined) {
      if (left === right) {
        done.add(left);
        take(left, ours.items.get(left), theirs.items.get(left));
        l++;
        r++;
        nextShared = shared.shift();
        continue;
      }
      if (theirs.items.has(left) && nextShared !== undefined && nextShared !== left) {
        l++;
        continue;
      }
    }
    if (left !== undefined) {
      if (!theirs.items.has(left)) {
        take(left, live[l], undefined);
        l++;
        continue;
      }
      if (done.has(left)) l++;
    }
    if (right !== undefined) {
      done.add(right);
      take(right, ours.items.get(right), theirs.items.get(right));
      r++;
      if (nextShared === right) nextShared = shared.shift();
    }
  }
  return merged.length > 0 ? merged : undefined;
}

function indexList(
  type: ListType,
  list: readonly unknown[],
  allowDuplicates: boolean,
  path: PathElement[],
  errors: TypedError[],
): IndexedList {
  const elements: PathElement[] = [];
  const items = new Map<PathElement, unknown>();
  const report = (text: string): void => {
    errors.push({ path: path.map(elementText).join(''), text });
  };
  for (const [index, item] of list.entries()) {
    const element = itemElement(type, item);
    if (typeof element !== 'string') {
      report(`element ${index}: ${element.error}`);
      continue;
    }
    if (items.has(element) && !allowDuplicates) {
      report(`duplicate entries for key ${elementText(element)}`);
      continue;
    }
    items.set(element, items.has(element) ? null : item);
    elements.push(element);
  }
  return { elements, items };
}
