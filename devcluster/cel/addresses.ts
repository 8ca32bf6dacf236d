/** IP addresses and networks. Source: Go's net/netip. */
import { quote } from '../schema/go-text.ts';
import { CIDR, IP } from './types.ts';
import { EvaluationError, OpaqueValue } from './values.ts';

export class Address extends OpaqueValue {
  readonly type = IP;
  /** 4 or 16. */
  readonly bytes: readonly number[];

  constructor(bytes: readonly number[]) {
    super();
    this.bytes = bytes;
  }

  get isV4(): boolean {
    return this.bytes.length === 4;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof Address && this.bytes.join('.') === other.bytes.join('.');
  }

  override toText(): string {
    if (this.isV4) return this.bytes.join('.');
    const groups = Array.from({ length: 8 }, (_, index) => (this.#at(index * 2) << 8) | this.#at(index * 2 + 1));
    const { start, length } = longestZeros(groups);
    const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
    return length < 2 ? hex(groups) : `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
  }

  get isUnspecified(): boolean {
    return this.bytes.every((byte) => byte === 0);
  }

  get isLoopback(): boolean {
    if (this.isV4) return this.#at(0) === 127;
    return this.bytes.every((byte, index) => byte === (index === 15 ? 1 : 0));
  }

  get isMulticast(): boolean {
    return this.isV4 ? (this.#at(0) & 0xf0) === 0xe0 : this.#at(0) === 0xff;
  }

  get isLinkLocalMulticast(): boolean {
    if (this.isV4) return this.#at(0) === 224 && this.#at(1) === 0 && this.#at(2) === 0;
    return this.#at(0) === 0xff && (this.#at(1) & 0x0f) === 2;
  }

  get isLinkLocalUnicast(): boolean {
    if (this.isV4) return this.#at(0) === 169 && this.#at(1) === 254;
    return this.#at(0) === 0xfe && (this.#at(1) & 0xc0) === 0x80;
  }

  get isGlobalUnicast(): boolean {
    const broadcast = this.isV4 && this.bytes.every((byte) => byte === 255);
    return !broadcast && !this.isUnspecified && !this.isLoopback && !this.isMulticast && !this.isLinkLocalUnicast;
  }

  #at(index: number): number {
    return this.bytes[index] ?? 0;
  }
}

function longestZeros(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  groups.forEach((group, index) => {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  });
  return best;
}

export class Network extends OpaqueValue {
  readonly type = CIDR;
  readonly address: Address;
  readonly bits: number;

  constructor(address: Address, bits: number) {
    super();
    this.address = address;
    this.bits = bits;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof Network && this.bits === other.bits && this.address.equals(other.address);
  }

  override toText(): string {
    return `${this.address.toText()}/${this.bits}`;
  }

  contains(address: Address): boolean {
    if (address.bytes.length !== this.address.bytes.length) return false;
    return masked(address, this.bits).equals(masked(this.address, this.bits));
  }

  containsNetwork(other: Network): boolean {
    return this.bits <= other.bits && this.contains(other.address);
  }

  masked(): Network {
    return new Network(masked(this.address, this.bits), this.bits);
  }
}

function masked(address: Address, bits: number): Address {
  return new Address(
    address.bytes
      .map((byte, index) => byte & (0xff << Math.min(8, Math.max(0, 8 - (bits - index * 8)))))
      .map((byte) => byte & 0xff),
  );
}

/** Throws an {@link EvaluationError} in the real server's words. */
export function parseAddress(text: string): Address {
  let address: Address;
  try {
    address = readAddress(text.split('%', 1)[0] ?? '', text);
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    const detail = `IP Address ${quote(text)} parse error during conversion from string: ${error.message}`;
    throw new EvaluationError(detail, { cause: error });
  }
  if (text.includes('%')) throw new EvaluationError(`IP address ${quote(text)} with zone value is not allowed`);
  if (isMapped(address)) throw new EvaluationError(`IPv4-mapped IPv6 address ${quote(text)} is not allowed`);
  return address;
}

/** Throws an {@link EvaluationError} in the real server's words. */
export function parseNetwork(text: string): Network {
  const problem = (detail: string): EvaluationError =>
    new EvaluationError(
      `network address parse error during conversion from string: network address parse error during conversion from string: netip.ParsePrefix(${quote(text)}): ${detail}`,
    );
  const slash = text.lastIndexOf('/');
  if (slash < 0) throw problem("no '/'");
  const [own, bits] = [text.slice(0, slash), text.slice(slash + 1)];
  let address: Address;
  try {
    address = readAddress(own.split('%', 1)[0] ?? '', own);
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    throw problem(error.message);
  }
  if (own.includes('%')) throw problem('IPv6 zones cannot be present in a prefix');
  if (!/^(?:\d|[1-9]\d*)$/.test(bits)) throw problem(`bad bits after slash: ${quote(bits)}`);
  if (Number(bits) > address.bytes.length * 8) throw problem('prefix length out of range');
  if (isMapped(address)) {
    const detail = `IPv4-mapped IPv6 address ${quote(text)} is not allowed`;
    throw new EvaluationError(`network address parse error during conversion from string: ${detail}`);
  }
  return new Network(address, Number(bits));
}

const isMapped = ({ bytes }: Address): boolean =>
  bytes.length === 16 && bytes.slice(0, 12).every((byte, index) => byte === (index < 10 ? 0 : 0xff));

class AddressError extends Error {
  constructor(whole: string, detail: string, at?: string) {
    super(`ParseAddr(${quote(whole)}): ${detail}${at === undefined ? '' : ` (at ${quote(at)})`}`);
  }
}

/** @param whole the text that errors tell. */
function readAddress(text: string, whole: string): Address {
  const first = /[.:%]/.exec(whole)?.[0];
  if (first === '.') return new Address(readV4(whole, whole));
  if (first === ':') return new Address(readV6(text, whole));
  throw new AddressError(whole, first === '%' ? 'missing IPv6 address' : 'unable to parse IP');
}

function readV4(text: string, whole: string): number[] {
  const fields: number[] = [];
  let digits = '';
  for (let index = 0; index < text.length; index++) {
    const char = text.charAt(index);
    const rest = text.slice(index);
    if (/\d/.test(char)) {
      if (digits === '0') throw new AddressError(whole, 'IPv4 field has octet with leading zero');
      digits += char;
      if (Number(digits) > 255) throw new AddressError(whole, 'IPv4 field has value >255');
    } else if (char === '.') {
      if (digits === '' || index === text.length - 1) {
        throw new AddressError(whole, 'IPv4 field must have at least one digit', rest);
      }
      if (fields.length === 3) throw new AddressError(whole, 'IPv4 address too long');
      fields.push(Number(digits));
      digits = '';
    } else throw new AddressError(whole, 'unexpected character', rest);
  }
  if (fields.length < 3) throw new AddressError(whole, 'IPv4 address too short');
  return [...fields, Number(digits)];
}

function readV6(text: string, whole: string): number[] {
  if (whole.endsWith('%')) throw new AddressError(whole, 'zone must be a non-empty string');
  const bytes: number[] = [];
  let rest = text;
  let ellipsis = -1;
  if (rest.startsWith('::')) {
    ellipsis = 0;
    rest = rest.slice(2);
    if (rest === '') return Array.from({ length: 16 }, () => 0);
  }
  while (bytes.length < 16) {
    const digits = /^[0-9a-fA-F]*/.exec(rest)?.[0] ?? '';
    if (digits.length > 4) throw new AddressError(whole, 'each group must have 4 or less digits', rest);
    if (digits === '') throw new AddressError(whole, 'each colon-separated field must have at least one digit', rest);
    if (rest.charAt(digits.length) === '.') {
      if (ellipsis < 0 && bytes.length !== 12) {
        const detail = 'embedded IPv4 address must replace the final 2 fields of the address';
        throw new AddressError(whole, detail, rest);
      }
      if (bytes.length > 12) {
        const detail = 'too many hex fields to fit an embedded IPv4 at the end of the address';
        throw new AddressError(whole, detail, rest);
      }
      bytes.push(...readV4(rest, whole));
      rest = '';
      break;
    }
    const group = Number.parseInt(digits, 16);
    bytes.push(group >> 8, group & 0xff);
    rest = rest.slice(digits.length);
    if (rest === '') break;
    if (!rest.startsWith(':')) throw new AddressError(whole, 'unexpected character, want colon', rest);
    if (rest.length === 1) throw new AddressError(whole, 'colon must be followed by more characters', rest);
    rest = rest.slice(1);
    if (!rest.startsWith(':')) continue;
    if (ellipsis >= 0) throw new AddressError(whole, 'multiple :: in address', rest);
    ellipsis = bytes.length;
    rest = rest.slice(1);
    if (rest === '') break;
  }
  if (rest !== '') throw new AddressError(whole, 'trailing garbage after address', rest);
  if (bytes.length === 16) {
    if (ellipsis >= 0) throw new AddressError(whole, 'the :: must expand to at least one field of zeros');
    return bytes;
  }
  if (ellipsis < 0) throw new AddressError(whole, 'address string too short');
  const zeros = Array.from({ length: 16 - bytes.length }, () => 0);
  return [...bytes.slice(0, ellipsis), ...zeros, ...bytes.slice(ellipsis)];
}
