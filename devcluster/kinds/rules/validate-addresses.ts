/** Source: k8s.io/kubernetes/pkg/apis/core/validation/validation.go, the addresses of services. */
import { isIPv6 } from 'node:net';
import { duplicate, invalid, notSupported, required, type FieldError } from '../../schema/field-error.ts';
import { stringAt, type JsonObject } from '../../schema/json.ts';
import { eachInvalid, isGiven, textsAt } from './checks.ts';
import { ipAddress } from './ip-addresses.ts';
import { isHeadless } from './services.ts';

/** Addresses and their families, by themselves. */
export function validateAddresses(spec: JsonObject): FieldError[] {
  if (spec['type'] === 'ExternalName') return [];
  const errors: FieldError[] = [];
  const address = stringAt(spec, 'clusterIP');
  const addresses = textsAt(spec, 'clusterIPs');
  if (address !== '') {
    if (addresses.length === 0) errors.push(required('spec.clusterIPs'));
    else if (addresses[0] !== address) {
      errors.push(invalid('spec.clusterIPs', addresses, 'first value must match `clusterIP`'));
    }
  } else if (addresses.length > 0) {
    errors.push(invalid('spec.clusterIPs', addresses, 'must be empty when `clusterIP` is not specified'));
  }
  const families = textsAt(spec, 'ipFamilies');
  families.forEach((family, index) => {
    const path = `spec.ipFamilies[${index}]`;
    if (family !== 'IPv4' && family !== 'IPv6') errors.push(notSupported(path, family, ['IPv4', 'IPv6']));
    if (families.indexOf(family) < index) errors.push(duplicate(path, family));
  });
  const policy = spec['ipFamilyPolicy'];
  const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
  if (isGiven(policy) && (typeof policy !== 'string' || !policies.includes(policy))) {
    errors.push(notSupported('spec.ipFamilyPolicy', policy, policies));
  }
  return [...errors, ...validateClusterIps(addresses, families)];
}

function validateClusterIps(addresses: readonly string[], families: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  let sound = true;
  addresses.forEach((address, index) => {
    if (index === 0 && address === 'None') {
      if (addresses.length === 1) return;
      sound = false;
      errors.push(invalid('spec.clusterIPs', addresses, "'None' must be the first and only value"));
      return;
    }
    const wrong = eachInvalid(`spec.clusterIPs[${index}]`, address, ipAddress(address));
    sound &&= wrong.length === 0;
    errors.push(...wrong);
  });
  if (addresses.length > 2) errors.push(invalid('spec.clusterIPs', addresses, 'may only hold up to 2 values'));
  if (!sound) return errors;
  if (addresses.length > 1 && new Set(addresses.map((address) => isIPv6(address))).size === 1) {
    errors.push(invalid('spec.clusterIPs', addresses, 'may specify no more than one IP for each IP family'));
  }
  if (addresses[0] === 'None') return errors;
  addresses.forEach((address, index) => {
    const family = families[index];
    if (family === undefined || (family === 'IPv6') === isIPv6(address)) return;
    errors.push(
      invalid(
        `spec.clusterIPs[${index}]`,
        address,
        `expected an ${family} value as indicated by \`ipFamilies[${index}]\``,
      ),
    );
  });
  return errors;
}

/** What an update may not change. */
export function fixedAddresses(spec: JsonObject, before: JsonObject): FieldError[] {
  if (spec['type'] === 'ExternalName' || before['type'] === 'ExternalName') return [];
  if (isHeadless(spec) && isHeadless(before)) return [];
  const now = textsAt(spec, 'clusterIPs');
  const then = textsAt(before, 'clusterIPs');
  if (then.length > now.length && now.length === 0) {
    return [invalid('spec.clusterIPs[0]', now.length === 0 ? null : now, 'primary clusterIP can not be unset')];
  }
  if (then.length === now.length) {
    return then.flatMap((address, index) =>
      address === now[index] ? [] : [invalid(`spec.clusterIPs[${index}]`, now, 'may not change once set')],
    );
  }
  if (then.length === 0 || then[0] === now[0]) return [];
  return [invalid('spec.clusterIPs[0]', now, 'may not change once set')];
}
