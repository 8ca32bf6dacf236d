/**
 * Addresses of services and their families. The cluster has IPv4 only.
 * Source: k8s.io/kubernetes/pkg/registry/core/service/storage (storage.go, alloc.go).
 */
import { isIPv6 } from 'node:net';
import { invalid, type FieldError } from '../../schema/field-error.ts';
import { stringAt, type JsonObject } from '../../schema/json.ts';
import { isGiven, textsAt } from './checks.ts';
import { isHeadless, needsAddress, sameTexts } from './services.ts';
import { validateAddresses } from './validate-addresses.ts';

/** An update that does not name the address keeps it; the single field and the list are brought in line. */
export function keepAddresses(spec: JsonObject, before: JsonObject): void {
  const [now, then] = [stringAt(spec, 'clusterIP'), stringAt(before, 'clusterIP')];
  if (needsAddress(spec) && needsAddress(before)) {
    if (now === '') spec['clusterIP'] = then;
    if (textsAt(spec, 'clusterIPs').length === 0 && textsAt(before, 'clusterIPs').length > 0) {
      spec['clusterIPs'] = textsAt(before, 'clusterIPs');
    }
  }
  const address = stringAt(spec, 'clusterIP');
  if (textsAt(spec, 'clusterIPs').length === 0 && address === then && textsAt(before, 'clusterIPs').length > 0) {
    spec['clusterIPs'] = textsAt(before, 'clusterIPs');
  }
  if (address === then || !sameTexts(spec, before, 'clusterIPs')) return;
  if (address === '') delete spec['clusterIPs'];
  else spec['clusterIPs'] = [address];
}

/**
 * Gives a service its families and its address, in place.
 * @param used the addresses of other services.
 */
export function assignAddresses(
  spec: JsonObject,
  before: JsonObject | undefined,
  used: ReadonlySet<string>,
): FieldError[] {
  if (!needsAddress(spec)) return [];
  if (before !== undefined && prefersAsBefore(spec, before)) return [];
  const errors = fillFamilies(spec, before);
  if (errors.length > 0) return errors;
  const had = before !== undefined && needsAddress(before);
  return had || isHeadless(spec) ? [] : takeAddress(spec, used);
}

/** A preference alone makes no service change its families later. */
function prefersAsBefore(spec: JsonObject, before: JsonObject): boolean {
  const preferring = [spec, before].every(({ ipFamilyPolicy }) => ipFamilyPolicy === 'PreferDualStack');
  if (!preferring || spec['type'] !== before['type']) return false;
  return sameTexts(spec, before, 'clusterIPs') && sameTexts(spec, before, 'ipFamilies');
}

function fillFamilies(spec: JsonObject, before: JsonObject | undefined): FieldError[] {
  const selectsNothing = spec['clusterIP'] === 'None' && Object.keys(spec['selector'] ?? {}).length === 0;
  if (!isGiven(spec['ipFamilyPolicy'])) {
    spec['ipFamilyPolicy'] = before?.['ipFamilyPolicy'] ?? (selectsNothing ? 'RequireDualStack' : 'SingleStack');
  }
  const policy = stringAt(spec, 'ipFamilyPolicy');
  const errors = validateAddresses(spec);
  if (errors.length > 0) return errors;
  errors.push(...checkPolicy(spec, before, policy), ...inferFamilies(spec));
  if (errors.length > 0) return errors;
  const families = textsAt(spec, 'ipFamilies');
  if (selectsNothing) {
    if (families.length === 0) families.push('IPv4');
    if (families.length < 2 && policy !== 'SingleStack') families.push(families[0] === 'IPv4' ? 'IPv6' : 'IPv4');
  } else {
    if (policy === 'RequireDualStack') {
      errors.push(invalid('spec.ipFamilyPolicy', policy, 'this cluster is not configured for dual-stack services'));
    }
    families.forEach((family, index) => {
      if (family === 'IPv4') return;
      errors.push(invalid(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster'));
    });
    if (families.length === 0) families.push('IPv4');
  }
  if (errors.length === 0) spec['ipFamilies'] = families;
  return errors;
}

/** Whether the number of addresses and families is what the policy allows. */
function checkPolicy(spec: JsonObject, before: JsonObject | undefined, policy: string): FieldError[] {
  const errors: FieldError[] = [];
  const wrong = (detail: string): number => errors.push(invalid('spec.ipFamilyPolicy', policy, detail));
  const single = policy === 'SingleStack';
  const names = [
    ['clusterIPs', 'multiple cluster IPs', 'cluster IP'],
    ['ipFamilies', 'multiple IP families', 'IP family'],
  ] as const;
  for (const [name, , one] of before === undefined ? [] : names) {
    const [now, then] = [textsAt(spec, name), textsAt(before, name)];
    if (single && sameTexts(spec, before ?? {}, name) && now.length > 1) spec[name] = now.slice(0, 1);
    if (!single && now.length > 0 && now.length < then.length) {
      wrong(`must be 'SingleStack' to release the secondary ${one}`);
    }
  }
  for (const [name, several] of names) {
    if (single && textsAt(spec, name).length === 2) {
      wrong(`must be 'RequireDualStack' or 'PreferDualStack' when ${several} are specified`);
    }
  }
  return errors;
}

function inferFamilies(spec: JsonObject): FieldError[] {
  const addresses = textsAt(spec, 'clusterIPs');
  const families = textsAt(spec, 'ipFamilies');
  const errors: FieldError[] = [];
  for (const [index, address] of addresses.entries()) {
    if (address === 'None') break;
    if (index < families.length) continue;
    if (isIPv6(address)) {
      errors.push(invalid(`spec.clusterIPs[${index}]`, addresses, 'IPv6 is not configured on this cluster'));
    } else families.push('IPv4');
  }
  if (families.length > 0) spec['ipFamilies'] = families;
  return errors;
}

const RANGE = '10.96.0.0/16';

function takeAddress(spec: JsonObject, used: ReadonlySet<string>): FieldError[] {
  const asked = textsAt(spec, 'clusterIPs');
  const [address] = asked;
  if (address === undefined) {
    const free = freeAddress(used);
    spec['clusterIP'] = free;
    spec['clusterIPs'] = [free];
    return [];
  }
  const failed = (why: string): FieldError[] => [
    invalid('spec.clusterIPs', asked, `failed to allocate IP ${address}: ${why}`),
  ];
  if (!address.startsWith('10.96.')) {
    return failed(`the provided IP (${address}) is not in the valid range. The range of valid IPs is ${RANGE}`);
  }
  return used.has(address) ? failed('provided IP is already allocated') : [];
}

/** The lowest free one; the first belongs to the API server. */
function freeAddress(used: ReadonlySet<string>): string {
  for (let index = 2; index < 65_535; index++) {
    const address = `10.96.${index >> 8}.${index & 255}`;
    if (!used.has(address)) return address;
  }
  throw new RangeError(`all addresses of ${RANGE} are taken by services`);
}
