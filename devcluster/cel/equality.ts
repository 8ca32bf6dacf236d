/** Equality and order of values. Sources: cel-go/common/types, k8s.io/apiserver/pkg/cel/common/valuesunstructured.go. */
import { deepEqual } from '../schema/json.ts';
import {
  CelList,
  CelMap,
  Duration,
  EvaluationError,
  OpaqueValue,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
} from './values.ts';
import type { Value } from './values.ts';

/** Values of different types are not equal, but for numbers. */
export function equal(a: Value, b: Value): boolean {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== undefined || y !== undefined) return x !== undefined && y !== undefined && compareNumbers(x, y) === 0;
  if (a instanceof CelList) return b instanceof CelList && equalLists(a, b);
  if (a instanceof CelMap) return b instanceof CelMap && equalMaps(a, b);
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanos === b.nanos;
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.type.name === b.type.name;
  if (a instanceof OpaqueValue) return b instanceof OpaqueValue && a.type === b.type && a.equals(b);
  if (a instanceof Optional) {
    if (!(b instanceof Optional)) return false;
    if (a.value === undefined || b.value === undefined) return a.value === b.value;
    return equal(a.value, b.value);
  }
  return a === b;
}

/** Lists of a resource that are sets or maps are equal in any order. */
function equalLists(a: CelList, b: CelList): boolean {
  if (a.size !== b.size) return false;
  if (a.identity.type === 'atomic') {
    for (let index = 0; index < a.size; index++) if (!equal(a.at(index), b.at(index))) return false;
    return true;
  }
  const others = [...b];
  const { identity } = a;
  return [...a].every((item) => others.some((other) => isSameItem(identity, item, other) && equal(item, other)));
}

/** Whether two items of a list stand for the same thing. */
export function isSameItem(identity: CelList['identity'], a: Value, b: Value): boolean {
  if (identity.type !== 'map') return equal(a, b);
  return identity.keys.every((key) => {
    const [x, y] = [memberOf(a, key), memberOf(b, key)];
    return x === undefined || y === undefined ? x === y : equal(x, y);
  });
}

const memberOf = (value: Value, key: string): Value | undefined =>
  value instanceof CelMap ? value.find(key) : undefined;

function equalMaps(a: CelMap, b: CelMap): boolean {
  if (a.size !== b.size) return false;
  const others = b.unknownMembers();
  for (const [name, value] of a.unknownMembers()) {
    if (others.has(name) && !deepEqual(value, others.get(name))) return false;
  }
  return a.keys().every((key) => {
    const [x, y] = [a.find(key), b.find(key)];
    return x === undefined || y === undefined ? x === y : equal(x, y);
  });
}

type Numeric = bigint | number;

function numberOf(value: Value): Numeric | undefined {
  if (value instanceof Uint) return value.value;
  return typeof value === 'bigint' || typeof value === 'number' ? value : undefined;
}

/** Below 0, 0, above 0; NaN is not equal to anything. JavaScript compares bigints and numbers exactly. */
function compareNumbers(a: Numeric, b: Numeric): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number.isNaN(a) || Number.isNaN(b) ? NaN : 0;
}

/** Below 0, 0, above 0. Throws for values that have no order. */
export function compare(a: Value, b: Value): number {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== undefined && y !== undefined) {
    const order = compareNumbers(x, y);
    if (Number.isNaN(order)) throw new EvaluationError('NaN values cannot be ordered');
    return order;
  }
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  const timely = (a instanceof Timestamp && b instanceof Timestamp) || (a instanceof Duration && b instanceof Duration);
  if (timely) return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0;
  throw new EvaluationError('no such overload');
}
