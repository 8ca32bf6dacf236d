/** Values that may be missing. Source: cel-go/cel/library.go; `or` and `orValue` are the evaluator's. */
import { asAny, asList, asOptional, overload, type Overload } from '../functions.ts';
import { CelList, CelMap, Duration, EvaluationError, Optional, Timestamp, Uint, type Value } from '../values.ts';

function isZero(value: Value): boolean {
  if (value === null || value === false || value === 0n || value === 0 || value === '') return true;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Uint8Array) return value.length === 0;
  if (value instanceof CelList || value instanceof CelMap) return value.size === 0;
  if (value instanceof Duration) return value.nanos === 0n;
  return value instanceof Timestamp && value.nanos === -62_135_596_800_000_000_000n;
}

function unwrap(list: CelList): CelList {
  const values = [...list].map((item) => asOptional(item).value);
  return CelList.of(values.filter((value) => value !== undefined));
}

/** Throws for one without a value. */
export function valueOf({ value }: Optional): Value {
  if (value === undefined) throw new EvaluationError('optional.none() dereference');
  return value;
}

export const OPTIONALS: readonly Overload[] = [
  overload('optional_of', '"optional.of"(A): optional(A)', (value) => new Optional(asAny(value))),
  overload('optional_ofNonZeroValue', '"optional.ofNonZeroValue"(A): optional(A)', (value) =>
    isZero(asAny(value)) ? Optional.none : new Optional(asAny(value)),
  ),
  overload('optional_none', '"optional.none"(): optional(A)', () => Optional.none),
  overload('optional_value', 'optional(A).value(): A', (optional) => valueOf(asOptional(optional))),
  overload('optional_hasValue', 'optional(A).hasValue(): bool', (optional) => asOptional(optional).value !== undefined),
  overload('optional_or_optional', 'optional(A).or(optional(A)): optional(A)', (optional) => asAny(optional)),
  overload('optional_orValue_value', 'optional(A).orValue(A): A', (optional) => asAny(optional)),
  overload('optional_unwrap', '"optional.unwrap"(list(optional(A))): list(A)', (list) => unwrap(asList(list))),
  overload('optional_unwrapOpt', 'list(optional(A)).unwrapOpt(): list(A)', (list) => unwrap(asList(list))),
];
