import { isArray, isObject, setMember, type JsonObject } from '../schema/json.ts';
import type { FieldSet } from './field-set.ts';
import { itemElement } from './list-item.ts';
import { shapeOf, type ListType, type MapType, type MergeType } from './merge-type.ts';
import { fieldElement } from './path-element.ts';

/**
 * The value without the fields of a set. What is emptied by it becomes null, as does an atomic value below which something
 * is to go. The result may share parts with the value.
 * Source: sigs.k8s.io/structured-merge-diff/v6/typed removingWalker.
 */
export function removeItems(type: MergeType, value: unknown, fields: FieldSet): unknown {
  switch (shapeOf(type, value)) {
    case 'list':
      return type.list !== undefined && isArray(value) ? removeFromList(type.list, value, fields) : null;
    case 'map':
      return type.map !== undefined && isObject(value) ? removeFromMap(type.map, value, fields) : null;
    case 'scalar':
    case undefined:
      return value;
  }
}

function removeFromList(type: ListType, list: readonly unknown[], fields: FieldSet): unknown {
  if (type.atomic) return null;
  const kept: unknown[] = [];
  for (const item of list) {
    const element = itemElement(type, item);
    if (typeof element === 'string') {
      if (fields.members.has(element)) continue;
      const below = fields.below(element);
      kept.push(below.isEmpty ? item : removeItems(type.items, item, below));
    } else {
      kept.push(item);
    }
  }
  return kept.length > 0 ? kept : null;
}

function removeFromMap(type: MapType, value: JsonObject, fields: FieldSet): unknown {
  if (type.atomic) return null;
  const kept: JsonObject = {};
  for (const name of Object.keys(value)) {
    const element = fieldElement(name);
    if (fields.members.has(element)) continue;
    const below = fields.below(element);
    const member = type.member(name);
    const whole = below.isEmpty || member === undefined;
    setMember(kept, name, whole ? value[name] : removeItems(member, value[name], below));
  }
  return Object.keys(kept).length > 0 ? kept : null;
}
