/** Semantic versions. Sources: k8s.io/apiserver/pkg/cel/library/semverlib.go, github.com/blang/semver. */
import { quote } from '../../schema/go-text.ts';
import { asBool, asText, overload, type Overload } from '../functions.ts';
import { SEMVER } from '../types.ts';
import { EvaluationError, OpaqueValue, type Value } from '../values.ts';

class SemverValue extends OpaqueValue {
  readonly type = SEMVER;
  readonly numbers: readonly bigint[];
  readonly prerelease: readonly string[];

  constructor(numbers: readonly bigint[], prerelease: readonly string[]) {
    super();
    this.numbers = numbers;
    this.prerelease = prerelease;
  }

  compare(other: SemverValue): number {
    for (const [index, number] of this.numbers.entries()) {
      const order = compareNumbers(number, other.numbers[index] ?? 0n);
      if (order !== 0) return order;
    }
    return comparePrereleases(this.prerelease, other.prerelease);
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof SemverValue && this.compare(other) === 0;
  }
}

const compareNumbers = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** A version before its release is less than the release. */
function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return Number(b.length > 0) - Number(a.length > 0);
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const [isNumber, isOtherNumber] = [/^\d+$/.test(part), /^\d+$/.test(other)];
    if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
    const order = isNumber ? compareNumbers(BigInt(part), BigInt(other)) : part < other ? -1 : part > other ? 1 : 0;
    if (order !== 0) return order;
  }
  return a.length < b.length ? -1 : 0;
}

function parse(text: string): SemverValue {
  const fail = (detail: string): EvaluationError => new EvaluationError(detail);
  if (text === '') throw fail('Version string empty');
  const [, major, minor, rest] = /^([^.]*)\.([^.]*)\.([^]*)$/.exec(text) ?? [];
  if (major === undefined || minor === undefined || rest === undefined)
    throw fail('No Major.Minor.Patch elements found');
  const number = (part: string, name: string): bigint => {
    if (!/^\d*$/.test(part)) throw fail(`Invalid character(s) found in ${name} number ${quote(part)}`);
    if (/^0./.test(part)) {
      const title = name.charAt(0).toUpperCase() + name.slice(1);
      throw fail(`${title} number must not contain leading zeroes ${quote(part)}`);
    }
    if (part === '') throw fail('strconv.ParseUint: parsing "": invalid syntax');
    return BigInt(part);
  };
  const numbers = [number(major, 'major'), number(minor, 'minor')];
  const [, patch = '', prerelease, build] = /^([^+-]*)(?:-([^+]*))?(?:\+([^]*))?$/.exec(rest) ?? ['', rest];
  numbers.push(number(patch, 'patch'));
  const parts = prerelease?.split('.') ?? [];
  for (const part of parts) {
    if (part === '') throw fail('Prerelease is empty');
    if (/^0\d+$/.test(part)) throw fail(`Numeric PreRelease version must not contain leading zeroes ${quote(part)}`);
    if (!/^[0-9A-Za-z-]+$/.test(part)) throw fail(`Invalid character(s) found in prerelease ${quote(part)}`);
  }
  for (const part of build?.split('.') ?? []) {
    if (part === '') throw fail('Build meta data is empty');
    if (!/^[0-9A-Za-z-]+$/.test(part)) throw fail(`Invalid character(s) found in build meta data ${quote(part)}`);
  }
  return new SemverValue(numbers, parts);
}

/** `v1.2`, `1.02.3`: what people write. */
function normalize(text: string): string {
  const [, first = '', second, third] = /^([^.]*)(?:\.([^.]*))?(?:\.([^]*))?$/.exec(text.replace(/^v/, '')) ?? [];
  const parts = [first, second, third]
    .filter((part) => part !== undefined)
    .map((part) => {
      const short = part.length > 1 ? part.replace(/^0+/, '') : part;
      return short === part ? part : /^\d/.test(short) ? short : `0${short}`;
    });
  if (parts.length < 3 && /[+-]/.test(parts.at(-1) ?? '')) {
    throw new EvaluationError('short version cannot contain PreRelease/Build meta data');
  }
  while (parts.length < 3) parts.push('0');
  return parts.join('.');
}

const read = (text: string, loose: boolean): SemverValue => parse(loose ? normalize(text) : text);

function isSemver(text: string, loose: boolean): boolean {
  try {
    read(text, loose);
    return true;
  } catch (error) {
    if (error instanceof EvaluationError) return false;
    throw error;
  }
}

const asSemver = (value: Value | undefined): SemverValue => {
  if (!(value instanceof SemverValue)) throw new EvaluationError('no such overload');
  return value;
};

const compare = (a: Value | undefined, b: Value | undefined): number => asSemver(a).compare(asSemver(b));

export const SEMVERS: readonly Overload[] = [
  overload('string_to_semver', '"semver"(string): semver', (text) => read(asText(text), false)),
  overload('string_bool_to_semver', '"semver"(string, bool): semver', (text, loose) =>
    read(asText(text), asBool(loose)),
  ),
  overload('is_semver_string', '"isSemver"(string): bool', (text) => isSemver(asText(text), false)),
  overload('is_semver_string_bool', '"isSemver"(string, bool): bool', (text, loose) =>
    isSemver(asText(text), asBool(loose)),
  ),
  overload('semver_is_greater_than', 'semver.isGreaterThan(semver): bool', (a, b) => compare(a, b) > 0),
  overload('semver_is_less_than', 'semver.isLessThan(semver): bool', (a, b) => compare(a, b) < 0),
  overload('semver_compare_to', 'semver.compareTo(semver): int', (a, b) => BigInt(compare(a, b))),
  ...['major', 'minor', 'patch'].map((name, index) =>
    overload(`semver_${name}`, `semver.${name}(): int`, (a) => asSemver(a).numbers[index] ?? 0n),
  ),
];
