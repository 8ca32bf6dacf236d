/** Quantities of resources. Source: k8s.io/apiserver/pkg/cel/library/quantity.go. */
import { parseQuantity } from '../../kinds/quantity.ts';
import { asInt, asText, overload, type Overload } from '../functions.ts';
import { QUANTITY } from '../types.ts';
import { EvaluationError, OpaqueValue, type Value } from '../values.ts';

const BILLION = 1_000_000_000n;

class QuantityValue extends OpaqueValue {
  readonly type = QUANTITY;
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    super();
    this.nanos = nanos;
  }

  /** undefined: it is no integer of 64 bits. */
  get integer(): bigint | undefined {
    if (this.nanos % BILLION !== 0n) return undefined;
    const whole = this.nanos / BILLION;
    return whole >= 2n ** 63n || whole < -(2n ** 63n) ? undefined : whole;
  }

  get approximate(): number {
    const size = this.nanos < 0n ? -this.nanos : this.nanos;
    const text = `${size / BILLION}.${String(size % BILLION).padStart(9, '0')}`;
    return this.nanos < 0n ? -Number(text) : Number(text);
  }

  compare(other: QuantityValue): number {
    return this.nanos < other.nanos ? -1 : this.nanos > other.nanos ? 1 : 0;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof QuantityValue && other.nanos === this.nanos;
  }
}

function parse(text: string): QuantityValue {
  const parsed = parseQuantity(text);
  if ('error' in parsed) throw new EvaluationError(parsed.error);
  return new QuantityValue(parsed.nanos);
}

const asQuantity = (value: Value | undefined): QuantityValue => {
  if (!(value instanceof QuantityValue)) throw new EvaluationError('no such overload');
  return value;
};

function toInteger(quantity: QuantityValue): bigint {
  const { integer } = quantity;
  if (integer === undefined) throw new EvaluationError('cannot convert value to integer');
  return integer;
}

const plus = (a: QuantityValue, nanos: bigint): QuantityValue => new QuantityValue(a.nanos + nanos);

export const QUANTITIES: readonly Overload[] = [
  overload('string_to_quantity', '"quantity"(string): quantity', (text) => parse(asText(text))),
  overload('is_quantity_string', '"isQuantity"(string): bool', (text) => !('error' in parseQuantity(asText(text)))),
  overload('quantity_sign', '"sign"(quantity): int', (a) => signOf(asQuantity(a))),
  overload(
    'quantity_is_greater_than',
    'quantity.isGreaterThan(quantity): bool',
    (a, b) => asQuantity(a).compare(asQuantity(b)) > 0,
  ),
  overload(
    'quantity_is_less_than',
    'quantity.isLessThan(quantity): bool',
    (a, b) => asQuantity(a).compare(asQuantity(b)) < 0,
  ),
  overload('quantity_compare_to', 'quantity.compareTo(quantity): int', (a, b) =>
    BigInt(asQuantity(a).compare(asQuantity(b))),
  ),
  overload('quantity_get_float', 'quantity.asApproximateFloat(): double', (a) => asQuantity(a).approximate),
  overload('quantity_get_int', 'quantity.asInteger(): int', (a) => toInteger(asQuantity(a))),
  overload('quantity_is_integer', 'quantity.isInteger(): bool', (a) => asQuantity(a).integer !== undefined),
  overload('quantity_add', 'quantity.add(quantity): quantity', (a, b) => plus(asQuantity(a), asQuantity(b).nanos)),
  overload('quantity_add_int', 'quantity.add(int): quantity', (a, b) => plus(asQuantity(a), asInt(b) * BILLION)),
  overload('quantity_sub', 'quantity.sub(quantity): quantity', (a, b) => plus(asQuantity(a), -asQuantity(b).nanos)),
  overload('quantity_sub_int', 'quantity.sub(int): quantity', (a, b) => plus(asQuantity(a), -asInt(b) * BILLION)),
];

const signOf = ({ nanos }: QuantityValue): bigint => (nanos > 0n ? 1n : nanos < 0n ? -1n : 0n);
