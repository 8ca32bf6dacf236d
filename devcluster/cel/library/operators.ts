/** Arithmetic, comparison, membership. Source: cel-go/common/stdlib. `&&`, `||` and `?:` are the evaluator's. */
import { compare, equal, isSameItem } from '../equality.ts';
import { asAny, asBool, asInt, asList, asMap, asText, asTimestamp, asDuration, checkedInt } from '../functions.ts';
import { overload, type Overload } from '../functions.ts';
import {
  showValue,
  CelList,
  Duration,
  EvaluationError,
  LiteralMap,
  Timestamp,
  Uint,
  type CelMap,
  type Value,
} from '../values.ts';

const asNumber = (value: Value | undefined): number => {
  if (typeof value !== 'number') throw new EvaluationError('no such overload');
  return value;
};
const asUint = (value: Value | undefined): bigint => {
  if (!(value instanceof Uint)) throw new EvaluationError('no such overload');
  return value.value;
};
const asBytes = (value: Value | undefined): Uint8Array => {
  if (!(value instanceof Uint8Array)) throw new EvaluationError('no such overload');
  return value;
};

type Arithmetic<T> = (a: T, b: T) => T;

function arithmetic(
  sign: string,
  name: string,
  ofInts: Arithmetic<bigint>,
  ofDoubles: Arithmetic<number> | undefined,
): Overload[] {
  const operator = `"_${sign}_"`;
  return [
    overload(`${name}_int64`, `${operator}(int, int): int`, (a, b) => checkedInt(ofInts(asInt(a), asInt(b)))),
    overload(`${name}_uint64`, `${operator}(uint, uint): uint`, (a, b) => new Uint(ofInts(asUint(a), asUint(b)))),
    ...(ofDoubles === undefined
      ? []
      : [
          overload(`${name}_double`, `${operator}(double, double): double`, (a, b) =>
            ofDoubles(asNumber(a), asNumber(b)),
          ),
        ]),
  ];
}

function divide(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new EvaluationError('division by zero');
  return a / b;
}

function remainder(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new EvaluationError('modulus by zero');
  if (a === -(2n ** 63n) && b === -1n) throw new EvaluationError('integer overflow');
  return a % b;
}

/** `[…] + […]`: lists of a resource that are sets or maps merge. */
export function addLists(a: CelList, b: CelList): CelList {
  const { identity } = a;
  if (identity.type === 'atomic') return CelList.of([...a, ...b]);
  const items = [...a];
  for (const item of b) {
    const found = items.findIndex((own) => isSameItem(identity, own, item));
    if (found < 0) items.push(item);
    else if (identity.type === 'map') items[found] = item;
  }
  return new CelList(items.length, (index) => items[index] ?? null, identity);
}

const ORDERED = ['bool', 'int', 'uint', 'double', 'string', 'bytes', 'timestamp', 'duration'] as const;
const NUMERIC = ['int', 'uint', 'double'] as const;
const IDS: Readonly<Record<string, string>> = { int: 'int64', uint: 'uint64' };

function comparison(sign: string, name: string, holds: (order: number) => boolean): Overload[] {
  const pairs = [
    ...ORDERED.map((type): readonly [string, string] => [type, type]),
    ...NUMERIC.flatMap((a) => NUMERIC.filter((b) => b !== a).map((b): readonly [string, string] => [a, b])),
  ];
  return pairs.map(([a, b]) => {
    const id = [name, IDS[a] ?? a, ...(a === b ? [] : [IDS[b] ?? b])].join('_');
    return overload(id, `"_${sign}_"(${a}, ${b}): bool`, (x, y) => holds(compare(asAny(x), asAny(y))));
  });
}

function contains(item: Value, list: CelList): boolean {
  for (const own of list) if (equal(own, item)) return true;
  return false;
}

/** An element of a list. @returns undefined for a key that is no index. */
export function elementAt(list: CelList, index: Value): Value | undefined {
  const position = typeof index === 'number' && Number.isInteger(index) ? BigInt(index) : index;
  const exact = position instanceof Uint ? position.value : position;
  if (typeof exact !== 'bigint') throw new EvaluationError(`unsupported index type '${typeof index}' in list`);
  return exact < 0n || exact >= BigInt(list.size) ? undefined : list.at(Number(exact));
}

function insert(map: CelMap, entries: Iterable<readonly [Value, Value]>): LiteralMap {
  const all: [Value, Value][] = map.keys().map((key) => [key, map.find(key) ?? null]);
  for (const [key, value] of entries) {
    if (map.find(key) !== undefined) throw new EvaluationError(`insert failed: key ${showValue(key)} already exists`);
    all.push([key, value]);
  }
  return new LiteralMap(all);
}

const NEGATIVE = (a: Value | undefined): bigint => checkedInt(-asInt(a));

export const OPERATORS: readonly Overload[] = [
  overload('conditional', '"_?_:_"(bool, A, A): A', (a) => asAny(a)),
  overload('logical_and', '"_&&_"(bool, bool): bool', (a) => asAny(a)),
  overload('logical_or', '"_||_"(bool, bool): bool', (a) => asAny(a)),
  overload('logical_not', '"!_"(bool): bool', (a) => !asBool(a)),
  overload('not_strictly_false', '"@not_strictly_false"(bool): bool', (a) => a !== false),
  overload('equals', '"_==_"(A, A): bool', (a, b) => equal(asAny(a), asAny(b))),
  overload('not_equals', '"_!=_"(A, A): bool', (a, b) => !equal(asAny(a), asAny(b))),
  ...arithmetic(
    '+',
    'add',
    (a, b) => a + b,
    (a, b) => a + b,
  ),
  ...arithmetic(
    '-',
    'subtract',
    (a, b) => a - b,
    (a, b) => a - b,
  ),
  ...arithmetic(
    '*',
    'multiply',
    (a, b) => a * b,
    (a, b) => a * b,
  ),
  ...arithmetic('/', 'divide', divide, (a, b) => a / b),
  ...arithmetic('%', 'modulo', remainder, undefined),
  overload('add_string', '"_+_"(string, string): string', (a, b) => asText(a) + asText(b)),
  overload('add_bytes', '"_+_"(bytes, bytes): bytes', (a, b) => Buffer.concat([asBytes(a), asBytes(b)])),
  overload('add_list', '"_+_"(list(A), list(A)): list(A)', (a, b) => addLists(asList(a), asList(b))),
  overload(
    'add_duration_duration',
    '"_+_"(duration, duration): duration',
    (a, b) => new Duration(asDuration(a).nanos + asDuration(b).nanos),
  ),
  overload(
    'add_duration_timestamp',
    '"_+_"(duration, timestamp): timestamp',
    (a, b) => new Timestamp(asDuration(a).nanos + asTimestamp(b).nanos),
  ),
  overload(
    'add_timestamp_duration',
    '"_+_"(timestamp, duration): timestamp',
    (a, b) => new Timestamp(asTimestamp(a).nanos + asDuration(b).nanos),
  ),
  overload(
    'subtract_duration_duration',
    '"_-_"(duration, duration): duration',
    (a, b) => new Duration(asDuration(a).nanos - asDuration(b).nanos),
  ),
  overload(
    'subtract_timestamp_duration',
    '"_-_"(timestamp, duration): timestamp',
    (a, b) => new Timestamp(asTimestamp(a).nanos - asDuration(b).nanos),
  ),
  overload(
    'subtract_timestamp_timestamp',
    '"_-_"(timestamp, timestamp): duration',
    (a, b) => new Duration(asTimestamp(a).nanos - asTimestamp(b).nanos),
  ),
  overload('negate_int64', '"-_"(int): int', NEGATIVE),
  overload('negate_double', '"-_"(double): double', (a) => -asNumber(a)),
  ...comparison('<', 'less', (order) => order < 0),
  ...comparison('<=', 'less_equals', (order) => order <= 0),
  ...comparison('>', 'greater', (order) => order > 0),
  ...comparison('>=', 'greater_equals', (order) => order >= 0),
  overload('in_list', '"@in"(A, list(A)): bool', (item, list) => contains(asAny(item), asList(list))),
  overload('in_map', '"@in"(A, map(A, B)): bool', (key, map) => asMap(map).find(asAny(key)) !== undefined),
  overload('index_list', '"_[_]"(list(A), int): A', (list) => asAny(list)),
  overload('index_map', '"_[_]"(map(A, B), A): B', (map) => asAny(map)),
  overload('optional_list_index_int', '"_[_]"(optional(list(A)), int): optional(A)', (list) => asAny(list)),
  overload('optional_map_index_value', '"_[_]"(optional(map(A, B)), A): optional(B)', (map) => asAny(map)),
  overload('list_optindex_optional_int', '"_[?_]"(list(A), int): optional(A)', (list) => asAny(list)),
  overload('optional_list_optindex_optional_int', '"_[?_]"(optional(list(A)), int): optional(A)', (list) =>
    asAny(list),
  ),
  overload('map_optindex_optional_value', '"_[?_]"(map(A, B), A): optional(B)', (map) => asAny(map)),
  overload('optional_map_optindex_optional_value', '"_[?_]"(optional(map(A, B)), A): optional(B)', (map) => asAny(map)),
  overload('@mapInsert_map_key_value', '"cel.@mapInsert"(map(A, B), A, B): map(A, B)', (map, key, value) =>
    insert(asMap(map), [[asAny(key), asAny(value)]]),
  ),
  overload('@mapInsert_map_map', '"cel.@mapInsert"(map(A, B), map(A, B)): map(A, B)', (map, more) => {
    const added = asMap(more);
    return insert(
      asMap(map),
      added.keys().map((key): readonly [Value, Value] => [key, added.find(key) ?? null]),
    );
  }),
];
