/**
 * Quantities of resources: `500m`, `1.5Gi`, `1e3`.
 * Source: k8s.io/apimachinery/pkg/api/resource.
 */

/** What the API server says to a text that is no quantity. */
export const QUANTITY_ERROR =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const SUFFIX_ERROR = "unable to parse quantity's suffix";

export interface Quantity {
  /** The amount in billionths, rounded up: the smallest that there is. */
  readonly nanos: bigint;
  /** The one text that is written for this amount in this notation. */
  readonly text: string;
}

type Notation = 'decimal' | 'exponent' | 'binary';

const DECIMAL: ReadonlyMap<string, number> = new Map([
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
]);
const BINARY: ReadonlyMap<string, number> = new Map([
  ['Ki', 10],
  ['Mi', 20],
  ['Gi', 30],
  ['Ti', 40],
  ['Pi', 50],
  ['Ei', 60],
]);
const BILLION = 10n ** 9n;
const MAX_BINARY = (2n ** 63n - 1n) * BILLION;

/** @returns the quantity, or what is wrong with the text. */
export function parseQuantity(text: string): Quantity | { readonly error: string } {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/.exec(text);
  if (match === null || text === '') return { error: QUANTITY_ERROR };
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match;
  const digits = whole.replace(/^0+/, '');
  if (digits === '' && fraction === '' && suffix === '') {
    return whole === '' ? { error: QUANTITY_ERROR } : { nanos: 0n, text: '0' };
  }
  const scale = readSuffix(suffix);
  if (scale === undefined) return { error: SUFFIX_ERROR };
  const shifted = (digits === '' ? '0' : digits) + fraction;
  const nanos = amountOf(BigInt(shifted), fraction.length, scale.notation, scale.exponent);
  const signed = sign === '-' ? -nanos : nanos;
  if (signed !== 0n && isCanonical(shifted, fraction.length, scale.notation, scale.exponent)) {
    return { nanos: signed, text };
  }
  return { nanos: signed, text: formatQuantity(signed, scale.notation) };
}

const MILLION = 10n ** 6n;
const MAX_DECIMAL_DIGITS = 18;

/**
 * Whether a real server takes an amount for no whole number. It counts thousandths, rounded up, in 64 bits: beyond those, most
 * amounts with a binary suffix are taken for fractions. Source: Quantity.MilliValue.
 */
export function isFractional(text: string): boolean {
  const quantity = parseQuantity(text);
  if ('error' in quantity) return false;
  const thousandths = (quantity.nanos + MILLION - 1n) / MILLION;
  const counted = BigInt.asIntN(64, thousandths);
  if (counted === thousandths) return counted % 1000n !== 0n;
  const [, digits = '', suffix = ''] = /^[-+]?([\d.]*)(.*)$/.exec(text) ?? [];
  const plain = !BINARY.has(suffix) && digits.replace('.', '').length <= MAX_DECIMAL_DIGITS;
  return !plain && counted % 1000n !== 0n;
}

function readSuffix(suffix: string): { notation: Notation; exponent: number } | undefined {
  const decimal = DECIMAL.get(suffix);
  if (decimal !== undefined) return { notation: 'decimal', exponent: decimal };
  const binary = BINARY.get(suffix);
  if (binary !== undefined) return { notation: 'binary', exponent: binary };
  if (!/^[eE][-+]?\d+$/.test(suffix)) return undefined;
  return { notation: 'exponent', exponent: Number(suffix.slice(1)) };
}

/** Rounded up (away from zero) to billionths. */
function amountOf(digits: bigint, places: number, notation: Notation, exponent: number): bigint {
  if (notation === 'binary') {
    const scaled = digits * 2n ** BigInt(exponent);
    const nanos = shift(scaled, 9 - places);
    return nanos > MAX_BINARY ? MAX_BINARY : nanos;
  }
  return shift(digits, exponent - places + 9);
}

function shift(value: bigint, places: number): bigint {
  if (places >= 0) return value * 10n ** BigInt(places);
  const divisor = 10n ** BigInt(-places);
  return (value + divisor - 1n) / divisor;
}

/** Texts that the API server keeps as they are: they are the canonical ones, but for zeros and a sign in front. */
function isCanonical(shifted: string, places: number, notation: Notation, exponent: number): boolean {
  if (notation === 'binary') {
    const precision = 15 - shifted.length - Math.trunc(Math.fround(Math.fround(exponent * 3) / 10)) - 1;
    return places === 0 && precision >= 0 && exponent % 10 === 0 && (BigInt(shifted) & 7n) !== 0n;
  }
  const scale = exponent - places;
  if (shifted.length > 18 || scale < -9) return false;
  return scale % 3 === 0 && !shifted.endsWith('000') && !shifted.startsWith('0');
}

function formatQuantity(nanos: bigint, notation: Notation): string {
  if (nanos === 0n) return '0';
  const whole = nanos % BILLION === 0n ? nanos / BILLION : undefined;
  if (notation === 'binary' && whole !== undefined && (whole <= -1024n || whole >= 1024n)) return formatBinary(whole);
  let amount = nanos;
  let exponent = -9;
  while (amount % 10n === 0n) {
    amount /= 10n;
    exponent++;
  }
  while (exponent % 3 !== 0) {
    amount *= 10n;
    exponent--;
  }
  if (notation === 'exponent') return exponent === 0 ? `${amount}` : `${amount}e${exponent}`;
  const suffix = [...DECIMAL].find(([, power]) => power === exponent)?.[0] ?? '';
  return `${amount}${suffix}`;
}

function formatBinary(value: bigint): string {
  let amount = value;
  let power = 0;
  while (amount % 1024n === 0n) {
    amount /= 1024n;
    power += 10;
  }
  const suffix = [...BINARY].find(([, exponent]) => exponent === power)?.[0] ?? '';
  return `${amount}${suffix}`;
}
