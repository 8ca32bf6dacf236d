/** Addresses and networks, each check returning the texts of what is wrong. */
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

const IP_ERROR = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const CIDR_ERROR = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

/** Source: IsValidIPForLegacyField of k8s.io/apimachinery/pkg/util/validation, with the feature StrictIPCIDRValidation. */
export function ipAddress(value: string): string[] {
  if (isIP(value) > 0 && !value.includes('%')) {
    return isMapped(value) ? ['must not be an IPv4-mapped IPv6 address'] : [];
  }
  return [isIPv4(withoutZeros(value)) ? 'must not have leading 0s' : IP_ERROR];
}

export function cidr(value: string): string[] {
  const [address = '', bits = '', ...rest] = value.split('/');
  const plain = withoutZeros(address);
  const max = isIPv4(plain) ? 32 : 128;
  const isAddress = isIP(plain) > 0 && !plain.includes('%');
  if (!isAddress || !/^\d+$/.test(bits) || Number(bits) > max || rest.length > 0) return [CIDR_ERROR];
  if (plain !== address || /^0\d/.test(bits)) return ['must not have leading 0s in IP or prefix length'];
  if (isMapped(address)) return ['must not have an IPv4-mapped IPv6 address'];
  return isWithin(address, Number(bits)) ? [] : ['must not have bits set beyond the prefix length'];
}

/** Zeros before the numbers of an IPv4 address, which other programs take for octal. */
function withoutZeros(address: string): string {
  return /^[\d.]+$/.test(address) ? address.replace(/\b0+(?=\d)/g, '') : address;
}

const MAPPED = new BlockList();
MAPPED.addSubnet('::ffff:0:0', 96, 'ipv6');

function isMapped(address: string): boolean {
  return isIPv6(address) && MAPPED.check(address, 'ipv6');
}

/** Whether an address has no bits beyond its prefix: it is the first one of its network. */
function isWithin(address: string, bits: number): boolean {
  const [size, groups, radix] = isIPv4(address)
    ? [8, address.split('.'), 10]
    : [16, groupsOf(new URL(`http://[${address}]`).hostname.slice(1, -1)), 16];
  return groups.every((group, index) => {
    const beyond = Math.min(size, Math.max(0, (index + 1) * size - bits));
    return Number.parseInt(group, radix) % 2 ** beyond === 0;
  });
}

/** The eight groups of an IPv6 address in its shortest form. */
function groupsOf(address: string): string[] {
  const [head = [], tail] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  if (tail === undefined) return [...head];
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => '0'), ...tail];
}
