import { isDeepStrictEqual } from 'node:util';
import { isMap, memberOf, type Json } from './json.ts';

/**
 * What `now` is once all that differs between `base` and `answer` is changed in it too: what a write did to one state of an object, done to
 * another. Lists are taken as a whole, but for items that have a `name`, `key` or `uid`.
 */
export function carried(base: Json, answer: Json, now: Json): Json {
  if (isDeepStrictEqual(base, answer)) return now;
  if (isMap(answer) && isMap(now)) return carriedMembers(isMap(base) ? base : {}, answer, now);
  if (Array.isArray(answer) && Array.isArray(now)) return carriedItems(Array.isArray(base) ? base : [], answer, now);
  return answer;
}

function carriedMembers(
  base: Readonly<Record<string, Json>>,
  answer: Readonly<Record<string, Json>>,
  now: Readonly<Record<string, Json>>,
): Json {
  const names = new Set([...Object.keys(now), ...Object.keys(answer), ...Object.keys(base)]);
  const members = [...names].map(
    (name) => [name, carried(memberOf(base, name), memberOf(answer, name), memberOf(now, name))] as const,
  );
  return Object.fromEntries(members.filter(([, value]) => value !== undefined));
}

function carriedItems(base: readonly Json[], answer: readonly Json[], now: readonly Json[]): Json {
  const identity = ['name', 'key', 'uid'].find((field) =>
    [...base, ...answer, ...now].every((item) => isMap(item) && typeof item[field] === 'string'),
  );
  if (identity === undefined) return answer;
  const itemsOf = (list: readonly Json[]): Map<Json, Json> =>
    new Map(list.map((item) => [isMap(item) ? item[identity] : undefined, item]));
  const [was, is, here] = [itemsOf(base), itemsOf(answer), itemsOf(now)];
  return [...new Set([...here.keys(), ...is.keys()])].flatMap((key) => {
    const item = carried(was.get(key), is.get(key), here.get(key));
    return item === undefined ? [] : [item];
  });
}
