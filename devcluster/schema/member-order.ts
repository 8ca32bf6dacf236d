/** The order in which Go prints the members of a map: by their names. JavaScript puts names that are numbers first, whatever is done. */
import { compareStrings } from './go-text.ts';
import { isArray, isObject, setMember, type JsonObject } from './json.ts';

/** A copy with the members of all objects in order, at every depth. */
export function sortMembers(value: unknown): unknown {
  if (isArray(value)) return value.map(sortMembers);
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const name of Object.keys(value).sort(compareStrings)) setMember(copy, name, sortMembers(value[name]));
  return copy;
}

/** Puts the members of one map in order, in place. */
export function orderMap(map: JsonObject): void {
  const names = Object.keys(map);
  if (names.every((name, index) => index === 0 || compareStrings(names[index - 1] ?? '', name) <= 0)) return;
  for (const name of names.sort(compareStrings)) {
    const value = map[name];
    delete map[name];
    setMember(map, name, value);
  }
}
