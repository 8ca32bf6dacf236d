import { isArray, isObject, type JsonObject } from '../schema/json.ts';
import { FieldSet } from './field-set.ts';
import { itemElement } from './list-item.ts';
import { shapeOf, type ListType, type MapType, type MergeType } from './merge-type.ts';
import { fieldElement, type PathElement } from './path-element.ts';

/**
 * The fields that a value sets: its leaves, the items of its lists, and the members of maps whose keys are data.
 * Duplicates in a list count as one item, without what is inside.
 * The value has been checked by `checkTyped`.
 */
export function toFieldSet(type: MergeType, value: unknown): FieldSet {
  const set = new FieldSet();
  collect(type, value, [], set);
  return set;
}

function collect(type: MergeType, value: unknown, path: PathElement[], set: FieldSet): void {
  switch (shapeOf(type, value)) {
    case 'scalar':
      set.insert(path);
      return;
    case 'list':
      if (type.list?.atomic === true) set.insert(path);
      else if (type.list !== undefined && isArray(value)) collectItems(type.list, value, path, set);
      return;
    case 'map':
      if (type.map?.atomic === true) set.insert(path);
      else if (type.map !== undefined && isObject(value)) collectMembers(type.map, value, path, set);
      return;
    case undefined:
  }
}

function collectItems(type: ListType, list: readonly unknown[], path: PathElement[], set: FieldSet): void {
  const counts = new Map<PathElement, number>();
  const elements = list.map((item) => itemElement(type, item));
  for (const element of elements) {
    if (typeof element === 'string') counts.set(element, (counts.get(element) ?? 0) + 1);
  }
  for (const [index, element] of elements.entries()) {
    if (typeof element !== 'string') continue;
    path.push(element);
    if (counts.get(element) === 1) collect(type.items, list[index], path, set);
    set.insert(path);
    path.pop();
  }
}

function collectMembers(type: MapType, value: JsonObject, path: PathElement[], set: FieldSet): void {
  for (const name of Object.keys(value)) {
    const member = value[name];
    const memberType = type.member(name);
    path.push(fieldElement(name));
    if (memberType !== undefined) collect(memberType, member, path, set);
    const empty = member === null || (isObject(member) && Object.keys(member).length === 0);
    if (empty || !type.names(name)) set.insert(path);
    path.pop();
  }
}
