import { isArray, isObject, own, setMember } from '../schema/json.ts';

/** Where an operation of a JSON patch works: the object or list that holds the member, and the member's name. */
export type Place = { readonly object: Record<string, unknown>; readonly key: string } | ListPlace;

export interface ListPlace {
  readonly list: unknown[];
  readonly key: string;
}

/** A place's trouble, in the words of the library that the API server uses. */
export class PlaceError extends Error {}

/**
 * The place that a JSON pointer names; undefined where its parents do not exist. The document as a whole has none.
 * Source: RFC 6901; findObject of evanphx/json-patch.
 */
export function findPlace(document: unknown, pointer: string): Place | undefined {
  const parts = pointer.split('/').slice(1).map(unescape);
  const key = parts.pop();
  if (key === undefined) return undefined;
  let current = document;
  for (const part of parts) {
    if (isArray(current)) {
      const index = Number(part);
      if (!isIndex(part)) return undefined;
      current = current[index < 0 ? index + current.length : index];
    } else if (isObject(current)) {
      current = own(current, part);
    } else {
      return undefined;
    }
  }
  if (isArray(current)) return { list: current, key };
  return isObject(current) ? { object: current, key } : undefined;
}

/** What is there; null for a missing member of an object, as the original has it. A missing index of a list is an error. */
export function getAt(place: Place): unknown {
  if ('object' in place) return own(place.object, place.key) ?? null;
  return place.list[indexAt(place, place.list.length)];
}

/** Sets a member, or inserts into a list; `-` appends. */
export function addAt(place: Place, value: unknown): void {
  if ('object' in place) {
    setMember(place.object, place.key, value);
  } else if (place.key === '-') {
    place.list.push(value);
  } else {
    if (!isIndex(place.key)) throw new PlaceError(`value was not a proper array index: '${place.key}'`);
    place.list.splice(indexAt(place, place.list.length + 1), 0, value);
  }
}

/** Sets a member or an item that is there. */
export function setAt(place: Place, value: unknown): void {
  if ('object' in place) setMember(place.object, place.key, value);
  else place.list[indexAt(place, place.list.length)] = value;
}

export function removeAt(place: Place): void {
  if ('list' in place) {
    place.list.splice(indexAt(place, place.list.length), 1);
  } else if (Object.hasOwn(place.object, place.key)) {
    delete place.object[place.key];
  } else {
    throw new PlaceError(`Unable to remove nonexistent key: ${place.key}: missing value`);
  }
}

function unescape(part: string): string {
  return part.replaceAll(/~[01]/g, (escape) => (escape === '~1' ? '/' : '~'));
}

function isIndex(text: string): boolean {
  return /^[+-]?\d+$/.test(text);
}

/** The index that a key means in a list of a length; negative ones count from the end. */
function indexAt(place: ListPlace, length: number): number {
  if (!isIndex(place.key)) throw new PlaceError(`strconv.Atoi: parsing "${place.key}": invalid syntax`);
  const index = Number(place.key);
  if (index >= length || index < -length) {
    throw new PlaceError(`Unable to access invalid index: ${index}: invalid index referenced`);
  }
  return index < 0 ? index + length : index;
}
