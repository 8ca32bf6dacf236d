/** Source: GetWarningsForIP and GetWarningsForCIDR of k8s.io/apimachinery/pkg/util/validation. */
import { isIPv6 } from 'node:net';
import { quote } from '../../schema/go-text.ts';

/** About an address that others write in another way; of what is no address, nothing is told. */
export function addressWarnings(path: string, address: string): string[] {
  const canonical = canonicalAddress(address);
  if (canonical === undefined || canonical === address) return [];
  return [`${path}: IPv6 address ${quote(address)} should be in RFC 5952 canonical format (${quote(canonical)})`];
}

/** The same for a network, `2001:db8::/32`. */
export function networkWarnings(path: string, network: string): string[] {
  const [address = '', bits = ''] = network.split('/');
  const own = canonicalAddress(address);
  if (own === undefined) return [];
  const canonical = `${own}/${bits}`;
  if (canonical === network) return [];
  return [`${path}: IPv6 CIDR value ${quote(network)} should be in RFC 5952 canonical format (${quote(canonical)})`];
}

/** As an URL writes it, which is by the same rules; undefined for all but IPv6. */
function canonicalAddress(address: string): string | undefined {
  if (!isIPv6(address) || address.includes('%')) return undefined;
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}
