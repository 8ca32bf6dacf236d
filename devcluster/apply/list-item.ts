import { quote } from '../schema/go-text.ts';
import { isArray, isObject, own, setMember, type JsonObject } from '../schema/json.ts';
import type { ListType } from './merge-type.ts';
import { keyElement, valueElement, type PathElement } from './path-element.ts';

/**
 * The path element of an item in a set or in a list of type map: its value, or its keys with their defaults.
 * @returns the element, or what is wrong with the item.
 */
export function itemElement(list: ListType, item: unknown): PathElement | { readonly error: string } {
  return list.keys.length > 0 ? itemByKeys(list, item) : itemByValue(item);
}

function itemByKeys(list: ListType, item: unknown): PathElement | { readonly error: string } {
  if (item === null) return { error: 'associative list with keys may not have a null element' };
  if (!isObject(item)) return { error: 'associative list with keys may not have non-map elements' };
  const keys: JsonObject = {};
  let found = 0;
  for (const name of list.keys) {
    const value = own(item, name) ?? (Object.hasOwn(item, name) ? null : list.items.map?.defaultOf(name));
    if (value === undefined || (value === null && !Object.hasOwn(item, name))) continue;
    setMember(keys, name, value);
    found++;
  }
  if (found > 0) return keyElement(keys);
  const names = `[${list.keys.map(quote).join(' ')}]`;
  return {
    error: `associative list with keys has an element that omits all key fields ${names} (and doesn't have default values for any key fields)`,
  };
}

function itemByValue(item: unknown): PathElement | { readonly error: string } {
  if (isObject(item)) return { error: "associative list without keys has an element that's a map type" };
  if (isArray(item)) return { error: 'not supported: associative list with lists as elements' };
  if (item === null) return { error: "associative list without keys has an element that's an explicit null" };
  return valueElement(item);
}
