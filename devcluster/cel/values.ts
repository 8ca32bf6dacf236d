/** Values of CEL expressions. Integers are bigints, doubles are numbers. */
import { BOOL, BYTES, DOUBLE, DURATION, INT, NULL, optionalOf, STRING, TIMESTAMP, UINT } from './types.ts';
import { DYN, listOf, mapOf, typeOf, type CelType } from './types.ts';

export type Value =
  | boolean
  | bigint
  | number
  | string
  | null
  | Uint8Array
  | Uint
  | Timestamp
  | Duration
  | CelList
  | CelMap
  | Optional
  | TypeValue
  | OpaqueValue;

/** What an evaluation ends with where there is no value, e.g. `no such key: color`. */
export class EvaluationError extends Error {}

export class Uint {
  readonly value: bigint;

  constructor(value: bigint) {
    if (value < 0n || value >= 2n ** 64n) throw new EvaluationError('unsigned integer overflow');
    this.value = value;
  }
}

const BILLION = 1_000_000_000n;
const EARLIEST = -62_135_596_800n;
const LATEST = 253_402_300_799n;

/** A moment. */
export class Timestamp {
  /** Since 1970, in nanoseconds. */
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    const seconds = floorDivide(nanos, BILLION);
    if (seconds < EARLIEST || seconds > LATEST) throw new EvaluationError('timestamp overflow');
    this.nanos = nanos;
  }

  get seconds(): bigint {
    return floorDivide(this.nanos, BILLION);
  }

  get milliseconds(): number {
    return Number(floorDivide(this.nanos, 1_000_000n));
  }
}

export class Duration {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    if (nanos >= 2n ** 63n || nanos < -(2n ** 63n)) throw new EvaluationError('duration overflow');
    this.nanos = nanos;
  }
}

export function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

/** What makes two items of a list the same: nothing (`atomic`), their value (`set`), the members of these names (`map`). */
export type ListIdentity =
  { readonly type: 'atomic' } | { readonly type: 'set' } | { readonly type: 'map'; readonly keys: readonly string[] };

const ATOMIC: ListIdentity = { type: 'atomic' };

/** A list; that of a resource turns its items into values when they are asked for. */
export class CelList {
  readonly size: number;
  readonly identity: ListIdentity;
  readonly #at: (index: number) => Value;

  constructor(size: number, at: (index: number) => Value, identity: ListIdentity = ATOMIC) {
    this.size = size;
    this.identity = identity;
    this.#at = at;
  }

  static of(items: readonly Value[]): CelList {
    return new CelList(items.length, (index) => items[index] ?? null);
  }

  at(index: number): Value {
    return this.#at(index);
  }

  *[Symbol.iterator](): Generator<Value> {
    for (let index = 0; index < this.size; index++) yield this.#at(index);
  }
}

/** A map or an object. */
export abstract class CelMap {
  abstract readonly size: number;
  /** undefined: there is no such key. */
  abstract find(key: Value): Value | undefined;
  abstract keys(): readonly Value[];
  /** What an object of a resource has and its schema does not tell of: it is only compared. */
  unknownMembers(): ReadonlyMap<string, unknown> {
    return NO_MEMBERS;
  }
}

const NO_MEMBERS: ReadonlyMap<string, unknown> = new Map();

/** A map that an expression makes. */
export class LiteralMap extends CelMap {
  readonly #entries: ReadonlyMap<string, readonly [key: Value, value: Value]>;

  constructor(entries: Iterable<readonly [key: Value, value: Value]>) {
    super();
    const byKey = new Map<string, readonly [Value, Value]>();
    for (const entry of entries) byKey.set(keyOf(entry[0]), entry);
    this.#entries = byKey;
  }

  get size(): number {
    return this.#entries.size;
  }

  find(key: Value): Value | undefined {
    return this.#entries.get(keyOf(key))?.[1];
  }

  keys(): readonly Value[] {
    return Array.from(this.#entries.values(), ([key]) => key);
  }
}

/** Equal keys have equal texts; 1, 1u and 1.0 are equal. */
function keyOf(key: Value): string {
  if (key instanceof Uint) return `number ${key.value}`;
  if (typeof key === 'bigint' || typeof key === 'number') return `number ${key}`;
  if (typeof key === 'string' || typeof key === 'boolean') return `${typeof key} ${key}`;
  throw new EvaluationError(`unsupported key type: ${runtimeType(key).name}`);
}

export class Optional {
  static readonly none = new Optional(undefined);
  readonly value: Value | undefined;

  constructor(value: Value | undefined) {
    this.value = value;
  }
}

/** A type, as a value: `type(1)`. */
export class TypeValue {
  readonly type: CelType;

  constructor(type: CelType) {
    this.type = type;
  }
}

/** A value of one of Kubernetes' own types. */
export abstract class OpaqueValue {
  abstract readonly type: CelType;
  abstract equals(other: OpaqueValue): boolean;
  /** As `string(…)` gives it; undefined where it does not. */
  toText(): string | undefined {
    return undefined;
  }
}

const LIST = listOf(DYN);
const MAP = mapOf(DYN, DYN);

/** A value as errors tell it, where it is a plain one. */
export function showValue(value: Value): string {
  if (value instanceof Uint) return String(value.value);
  return typeof value === 'object' ? runtimeType(value).name : String(value);
}

/** The type of a value, as far as it knows. */
export function runtimeType(value: Value): CelType {
  if (typeof value === 'boolean') return BOOL;
  if (typeof value === 'bigint') return INT;
  if (typeof value === 'number') return DOUBLE;
  if (typeof value === 'string') return STRING;
  if (value === null) return NULL;
  if (value instanceof Uint8Array) return BYTES;
  if (value instanceof Uint) return UINT;
  if (value instanceof Timestamp) return TIMESTAMP;
  if (value instanceof Duration) return DURATION;
  if (value instanceof CelList) return LIST;
  if (value instanceof CelMap) return MAP;
  if (value instanceof Optional) return optionalOf(DYN);
  return value instanceof TypeValue ? typeOf(DYN) : value.type;
}
