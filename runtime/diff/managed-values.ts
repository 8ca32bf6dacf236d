import type { FieldsV1 } from '../kube/types.ts';
import { isMap, memberOf, type Json } from './json.ts';

/**
 * An object without what a manager held `before`, holds no longer `after`, and what none of the `others` holds: what server-side apply
 * takes away. Source: KEP-555.
 */
export function withoutGivenUp(object: Json, before: FieldsV1, after: FieldsV1, others: readonly FieldsV1[]): Json {
  return without(object, before, [after, ...others]);
}

function without(value: Json, held: FieldsV1, kept: readonly FieldsV1[]): Json {
  if (Array.isArray(value)) return withoutItems(value, held, kept);
  if (!isMap(value)) return value;
  const members = Object.entries(value).map(([name, member]) => {
    const child = held[`f:${name}`];
    return [name, child ? reduced(member, child, below(kept, `f:${name}`)) : member] as const;
  });
  return Object.fromEntries(members.filter(([, member]) => member !== undefined));
}

function withoutItems(items: readonly Json[], held: FieldsV1, kept: readonly FieldsV1[]): Json {
  return items.flatMap((item) => {
    const element = Object.keys(held).find((name) => names(name, item));
    const child = element === undefined ? undefined : held[element];
    if (element === undefined || !child) return [item];
    const left = reduced(item, child, below(kept, element));
    return left === undefined ? [] : [left];
  });
}

/** What is left of a value that the manager held as `held`; undefined: nothing. */
function reduced(value: Json, held: FieldsV1, kept: readonly FieldsV1[]): Json {
  const isWhole = Object.keys(held).every((name) => name === '.');
  if (kept.length === 0 && (isWhole || held['.'] !== undefined)) return undefined;
  // Another holds it, or a part of it: a whole stays then.
  if (isWhole) return value;
  const left = without(value, held, kept);
  const isEmpty = isMap(left) ? Object.keys(left).length === 0 : Array.isArray(left) && left.length === 0;
  return isEmpty && kept.length === 0 ? undefined : left;
}

/** An object in which all that a manager holds has the values of another one: what server-side apply sets. */
export function withHeld(object: Json, values: Json, held: FieldsV1): Json {
  const names = Object.keys(held).filter((name) => name !== '.');
  if (names.length === 0) return held['.'] ? (object ?? values) : values;
  if (Array.isArray(values)) return withHeldItems(Array.isArray(object) ? object : [], values, held);
  if (!isMap(values)) return values;
  const members: Record<string, Json> = isMap(object) ? { ...object } : {};
  for (const name of names) {
    const field = name.slice('f:'.length);
    const child = held[name];
    if (child && Object.hasOwn(values, field))
      members[field] = withHeld(memberOf(members, field), values[field], child);
  }
  return members;
}

function withHeldItems(items: readonly Json[], values: readonly Json[], held: FieldsV1): Json {
  const result = [...items];
  for (const [element, child] of Object.entries(held)) {
    const value = values.find((item) => names(element, item));
    if (value === undefined) continue;
    const index = result.findIndex((item) => names(element, item));
    if (index < 0) result.push(value);
    else result[index] = withHeld(result[index], value, child);
  }
  return result;
}

function below(entries: readonly FieldsV1[], name: string): readonly FieldsV1[] {
  return entries.flatMap((entry) => entry[name] ?? []);
}

/** Whether a path element of a list means this item: `v:<value>` of a set, `k:<keys>` of a map. */
function names(element: string, item: Json): boolean {
  if (element.startsWith('v:')) return !isMap(item) && JSON.parse(element.slice(2)) === item;
  if (!element.startsWith('k:') || !isMap(item)) return false;
  const keys: Json = JSON.parse(element.slice(2));
  return isMap(keys) && Object.entries(keys).every(([key, value]) => item[key] === value);
}
