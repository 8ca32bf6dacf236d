import { isObject, setMember, type JsonObject } from '../schema/json.ts';
import { FieldSet } from './field-set.ts';
import { compareElements, readElement } from './path-element.ts';

/**
 * A set of fields in the form that `managedFields` has, members in the real server's order.
 * A path that is in the set and has others below it bears `"."`. Source: KEP-555.
 */
export function writeFieldsV1(set: FieldSet): JsonObject {
  const fields: JsonObject = {};
  const elements = [...new Set([...set.members, ...set.children.keys()])].sort(compareElements);
  for (const element of elements) {
    const child = set.children.get(element);
    const below = child === undefined ? {} : writeFieldsV1(child);
    const both = set.members.has(element) && Object.keys(below).length > 0;
    setMember(fields, element, both ? { '.': {}, ...below } : below);
  }
  return fields;
}

/**
 * Reads a set of fields. Kinds of path elements that are not known are ignored.
 * @throws SyntaxError for an element that cannot be read.
 */
export function readFieldsV1(fields: unknown): FieldSet {
  const set = new FieldSet();
  if (!isObject(fields)) return set;
  for (const key of Object.keys(fields)) {
    if (key === '.') continue;
    const element = readElement(key);
    if (element === undefined) continue;
    const below = fields[key];
    const child = readFieldsV1(below);
    const hasChildren = child.members.size > 0 || child.children.size > 0;
    if (hasChildren) set.children.set(element, child);
    if (!hasChildren || (isObject(below) && Object.hasOwn(below, '.'))) set.members.add(element);
  }
  return set;
}
