/** IP addresses and networks. Sources: k8s.io/apiserver/pkg/cel/library/ip.go, cidr.go. */
import { Address, Network, parseAddress, parseNetwork } from '../addresses.ts';
import { asText, overload, type Overload } from '../functions.ts';
import { EvaluationError, type Value } from '../values.ts';

const asAddress = (value: Value | undefined): Address => {
  if (!(value instanceof Address)) throw new EvaluationError('no such overload');
  return value;
};
const asNetwork = (value: Value | undefined): Network => {
  if (!(value instanceof Network)) throw new EvaluationError('no such overload');
  return value;
};

/** Whether a text can be read. */
function isSound(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof EvaluationError) return false;
    throw error;
  }
}

const PROPERTIES = [
  ['isUnspecified', 'ip_is_unspecified'],
  ['isLoopback', 'ip_is_loopback'],
  ['isLinkLocalMulticast', 'ip_is_link_local_multicast'],
  ['isLinkLocalUnicast', 'ip_is_link_local_unicast'],
  ['isGlobalUnicast', 'ip_is_global_unicast'],
] as const;

export const ADDRESSES: readonly Overload[] = [
  overload('string_to_ip', '"ip"(string): ip', (text) => parseAddress(asText(text))),
  overload('ip_family', 'ip.family(): int', (ip) => (asAddress(ip).isV4 ? 4n : 6n)),
  overload('ip_is_canonical', '"ip.isCanonical"(string): bool', (text) => parseAddress(asText(text)).toText() === text),
  ...PROPERTIES.map(([name, id]) => overload(id, `ip.${name}(): bool`, (ip) => asAddress(ip)[name])),
  overload('is_ip', '"isIP"(string): bool', (text) => isSound(() => parseAddress(asText(text)))),
  overload('string_to_cidr', '"cidr"(string): cidr', (text) => parseNetwork(asText(text))),
  overload('cidr_contains_ip_string', 'cidr.containsIP(string): bool', (cidr, text) =>
    asNetwork(cidr).contains(parseAddress(asText(text))),
  ),
  overload('cidr_contains_ip_ip', 'cidr.containsIP(ip): bool', (cidr, ip) => asNetwork(cidr).contains(asAddress(ip))),
  overload('cidr_contains_cidr_string', 'cidr.containsCIDR(string): bool', (cidr, text) =>
    asNetwork(cidr).containsNetwork(parseNetwork(asText(text))),
  ),
  overload('cidr_contains_cidr', 'cidr.containsCIDR(cidr): bool', (cidr, other) =>
    asNetwork(cidr).containsNetwork(asNetwork(other)),
  ),
  overload('cidr_ip', 'cidr.ip(): ip', (cidr) => asNetwork(cidr).address),
  overload('cidr_prefix_length', 'cidr.prefixLength(): int', (cidr) => BigInt(asNetwork(cidr).bits)),
  overload('cidr_masked', 'cidr.masked(): cidr', (cidr) => asNetwork(cidr).masked()),
  overload('is_cidr', '"isCIDR"(string): bool', (text) => isSound(() => parseNetwork(asText(text)))),
];
