/**
 * Lists and sets. Sources: k8s.io/apiserver/pkg/cel/library/lists.go, cel-go/ext/lists.go (version 3), ext/sets.go,
 * cel-go/cel/library.go (first, last).
 */
import { compare, equal } from '../equality.ts';
import { asAny, asInt, asList, checkedInt, overload, type Overload } from '../functions.ts';
import { CelList, Duration, EvaluationError, Optional, runtimeType, Uint, type Value } from '../values.ts';

const COMPARABLE = ['int', 'uint', 'double', 'bool', 'duration', 'timestamp', 'string', 'bytes'] as const;

function isSorted(list: CelList): boolean {
  for (let index = 1; index < list.size; index++) if (compare(list.at(index - 1), list.at(index)) > 0) return false;
  return true;
}

function extreme(list: CelList, name: 'min' | 'max'): Value {
  let best: Value | undefined;
  for (const item of list) {
    if (best === undefined || (name === 'min' ? compare(best, item) > 0 : compare(best, item) < 0)) best = item;
  }
  if (best === undefined) throw new EvaluationError(`${name} called on empty list`);
  return best;
}

const ZEROS: readonly (readonly [type: string, zero: Value])[] = [
  ['int', 0n],
  ['uint', new Uint(0n)],
  ['double', 0],
  ['duration', new Duration(0n)],
];

function add(a: Value, b: Value): Value {
  if (typeof a === 'bigint' && typeof b === 'bigint') return checkedInt(a + b);
  if (a instanceof Uint && b instanceof Uint) return new Uint(a.value + b.value);
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (a instanceof Duration && b instanceof Duration) return new Duration(a.nanos + b.nanos);
  throw new EvaluationError('no such overload');
}

const indexOf = (list: CelList, item: Value): bigint => BigInt([...list].findIndex((own) => equal(own, item)));
const lastIndexOf = (list: CelList, item: Value): bigint => BigInt([...list].findLastIndex((own) => equal(own, item)));

function slice(list: CelList, start: bigint, end: bigint): CelList {
  const problem = (detail: string): EvaluationError => new EvaluationError(`cannot slice(${start}, ${end}), ${detail}`);
  if (start < 0n || end < 0n) throw problem('negative indexes not supported');
  if (start > end) throw problem('start index must be less than or equal to end index');
  if (end > BigInt(list.size)) throw problem(`list is length ${list.size}`);
  return CelList.of([...list].slice(Number(start), Number(end)));
}

function flatten(list: CelList, depth: bigint): Value[] {
  if (depth < 0n) throw new EvaluationError('level must be non-negative');
  return [...list].flatMap((item) => (item instanceof CelList && depth > 0n ? flatten(item, depth - 1n) : [item]));
}

function distinct(list: CelList): CelList {
  const found: Value[] = [];
  for (const item of list) if (!found.some((own) => equal(own, item))) found.push(item);
  return CelList.of(found);
}

const MOST_NUMBERS = 1_000_000n;

function range(count: bigint): CelList {
  if (count < 0n) throw new EvaluationError(`lists.range: size must be non-negative, got ${count}`);
  if (count > MOST_NUMBERS) throw new EvaluationError('operation cancelled: actual cost limit exceeded');
  return new CelList(Number(count), (index) => BigInt(index));
}

function sortBy(list: CelList, keys: CelList): CelList {
  const sorted = [...list].map((item, index) => ({ item, key: keys.at(index) }));
  const types = new Set(sorted.map(({ key }) => runtimeType(key).name));
  if (types.size > 1) throw new EvaluationError('list elements must have the same type');
  sorted.sort((a, b) => compare(a.key, b.key));
  return CelList.of(sorted.map(({ item }) => item));
}

const containsAll = (list: CelList, items: CelList): boolean =>
  [...items].every((item) => [...list].some((own) => equal(own, item)));

export const LISTS: readonly Overload[] = [
  ...COMPARABLE.flatMap((type) => [
    overload(`list_${type}_is_sorted_bool`, `list(${type}).isSorted(): bool`, (list) => isSorted(asList(list))),
    overload(`list_${type}_max_${type}`, `list(${type}).max(): ${type}`, (list) => extreme(asList(list), 'max')),
    overload(`list_${type}_min_${type}`, `list(${type}).min(): ${type}`, (list) => extreme(asList(list), 'min')),
    overload(`list_${type}_sort`, `list(${type}).sort(): list(${type})`, (list) => sortBy(asList(list), asList(list))),
    overload(
      `list_${type}_sortByAssociatedKeys`,
      `list(A).@sortByAssociatedKeys(list(${type})): list(A)`,
      (list, keys) => sortBy(asList(list), asList(keys)),
    ),
  ]),
  ...ZEROS.map(([type, zero]) =>
    overload(`list_${type}_sum_${type}`, `list(${type}).sum(): ${type}`, (list) => [...asList(list)].reduce(add, zero)),
  ),
  overload('list_a_index_of_int', 'list(A).indexOf(A): int', (list, item) => indexOf(asList(list), asAny(item))),
  overload('list_a_last_index_of_int', 'list(A).lastIndexOf(A): int', (list, item) =>
    lastIndexOf(asList(list), asAny(item)),
  ),
  overload('list_slice', 'list(A).slice(int, int): list(A)', (list, start, end) =>
    slice(asList(list), asInt(start), asInt(end)),
  ),
  overload('list_flatten', 'list(list(A)).flatten(): list(A)', (list) => CelList.of(flatten(asList(list), 1n))),
  overload('list_flatten_int', 'list(dyn).flatten(int): list(dyn)', (list, depth) =>
    CelList.of(flatten(asList(list), asInt(depth))),
  ),
  overload('lists_range', '"lists.range"(int): list(int)', (count) => range(asInt(count))),
  overload('list_reverse', 'list(A).reverse(): list(A)', (list) => CelList.of([...asList(list)].toReversed())),
  overload('list_distinct', 'list(A).distinct(): list(A)', (list) => distinct(asList(list))),
  overload('list_first', 'list(A).first(): optional(A)', (list) => elementOrNone(asList(list), 0)),
  overload('list_last', 'list(A).last(): optional(A)', (list) => elementOrNone(asList(list), asList(list).size - 1)),
  overload('list_sets_contains_list', '"sets.contains"(list(A), list(A)): bool', (list, items) =>
    containsAll(asList(list), asList(items)),
  ),
  overload(
    'list_sets_equivalent_list',
    '"sets.equivalent"(list(A), list(A)): bool',
    (a, b) => containsAll(asList(a), asList(b)) && containsAll(asList(b), asList(a)),
  ),
  overload('list_sets_intersects_list', '"sets.intersects"(list(A), list(A)): bool', (a, b) =>
    [...asList(a)].some((item) => [...asList(b)].some((own) => equal(own, item))),
  ),
];

function elementOrNone(list: CelList, index: number): Optional {
  return list.size === 0 ? Optional.none : new Optional(list.at(index));
}
