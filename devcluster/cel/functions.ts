/** What functions an expression can call, and with what. */
import * as types from './types.ts';
import { CelList, CelMap, Duration, EvaluationError, Optional, runtimeType, Timestamp, type Value } from './values.ts';
import type { CelType } from './types.ts';

/** One way to call a function. */
export interface Overload {
  /** cel-go's name for it: costs are known by it. */
  readonly id: string;
  readonly name: string;
  /** Called as `target.name(…)`; the target is the first argument. */
  readonly isMember: boolean;
  readonly parameters: readonly CelType[];
  readonly result: CelType;
  readonly call: (...args: readonly Value[]) => Value;
}

const NAMED: Readonly<Record<string, CelType>> = {
  bool: types.BOOL,
  int: types.INT,
  uint: types.UINT,
  double: types.DOUBLE,
  string: types.STRING,
  bytes: types.BYTES,
  timestamp: types.TIMESTAMP,
  duration: types.DURATION,
  dyn: types.DYN,
  quantity: types.QUANTITY,
  url: types.URL_TYPE,
  semver: types.SEMVER,
  format: types.FORMAT,
  ip: types.IP,
  cidr: types.CIDR,
};

/**
 * @param signature as `string.charAt(int): string` or `size(list(A)): int`; capital letters are any type.
 */
export function overload(id: string, signature: string, call: Overload['call']): Overload {
  const reader = new SignatureReader(signature);
  return { id, ...reader.read(), call };
}

class SignatureReader {
  readonly #words: readonly string[];
  #at = 0;

  constructor(signature: string) {
    // A name that is no word is quoted: `"sets.contains"(…)`.
    this.#words = signature.match(/"[^"]+"|[\w@]+|[^\s]/g) ?? [];
  }

  read(): Pick<Overload, 'name' | 'isMember' | 'parameters' | 'result'> {
    const isFree = this.#words[this.#at + 1] === '(' && !TYPES_WITH_PARAMETERS.has(this.#words[this.#at] ?? '');
    const parameters: CelType[] = [];
    if (!isFree) {
      parameters.push(this.#type());
      this.#at++;
    }
    const name = (this.#words[this.#at++] ?? '').replaceAll('"', '');
    this.#at++;
    while (this.#words[this.#at] !== ')') {
      parameters.push(this.#type());
      if (this.#words[this.#at] === ',') this.#at++;
    }
    this.#at += 2;
    return { name, isMember: !isFree, parameters, result: this.#type() };
  }

  #type(): CelType {
    const word = this.#words[this.#at++] ?? '';
    if (!TYPES_WITH_PARAMETERS.has(word)) return NAMED[word] ?? types.parameter(word);
    this.#at++;
    const inner = [this.#type()];
    if (this.#words[this.#at] === ',') {
      this.#at++;
      inner.push(this.#type());
    }
    this.#at++;
    const [first = types.DYN, second = types.DYN] = inner;
    if (word === 'list') return types.listOf(first);
    if (word === 'map') return types.mapOf(first, second);
    return word === 'optional' ? types.optionalOf(first) : types.typeOf(first);
  }
}

const TYPES_WITH_PARAMETERS: ReadonlySet<string> = new Set(['list', 'map', 'optional', 'type']);

/** Whether a value can be an argument, as far as values know their types. */
export function accepts(type: CelType, value: Value): boolean {
  if (type.kind === 'dyn' || type.kind === 'parameter') return true;
  const actual = runtimeType(value);
  return type.kind === actual.kind && type.name === actual.name;
}

const wrong = (): EvaluationError => new EvaluationError('no such overload');

export function asText(value: Value | undefined): string {
  if (typeof value !== 'string') throw wrong();
  return value;
}

export function asInt(value: Value | undefined): bigint {
  if (typeof value !== 'bigint') throw wrong();
  return value;
}

export function asList(value: Value | undefined): CelList {
  if (!(value instanceof CelList)) throw wrong();
  return value;
}

export function asMap(value: Value | undefined): CelMap {
  if (!(value instanceof CelMap)) throw wrong();
  return value;
}

export function asBool(value: Value | undefined): boolean {
  if (typeof value !== 'boolean') throw wrong();
  return value;
}

export function asOptional(value: Value | undefined): Optional {
  if (!(value instanceof Optional)) throw wrong();
  return value;
}

export function asTimestamp(value: Value | undefined): Timestamp {
  if (!(value instanceof Timestamp)) throw wrong();
  return value;
}

export function asDuration(value: Value | undefined): Duration {
  if (!(value instanceof Duration)) throw wrong();
  return value;
}

/** Any value that is given. */
export function asAny(value: Value | undefined): Value {
  if (value === undefined) throw wrong();
  return value;
}

/** An integer of 64 bits. */
export function checkedInt(value: bigint): bigint {
  if (value >= 2n ** 63n || value < -(2n ** 63n)) throw new EvaluationError('integer overflow');
  return value;
}
