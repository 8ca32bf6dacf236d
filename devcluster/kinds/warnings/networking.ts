/** Source: the strategies in k8s.io/kubernetes/pkg/registry/networking, discovery and core/endpoint. */
import { isGiven, objectsAt, textsAt } from '../rules/checks.ts';
import { stringAt, valueAt, type JsonObject } from '../../schema/json.ts';
import { addressWarnings, networkWarnings } from './addresses.ts';
import type { Warner } from './warner.ts';

const CLASS = 'kubernetes.io/ingress.class';

export const ingress: Warner = (object, old) => {
  const byAnnotation = isGiven(valueAt(object, 'metadata', 'annotations', CLASS));
  if (old !== undefined || !byAnnotation || isGiven(valueAt(object, 'spec', 'ingressClassName'))) return [];
  return [`annotation "${CLASS}" is deprecated, please use 'spec.ingressClassName' instead`];
};

/** The status of Ingresses and Services. */
export const balancerStatus: Warner = (object) =>
  objectsAt(object, 'status', 'loadBalancer', 'ingress').flatMap((point, index) =>
    addressWarnings(`status.loadBalancer.ingress[${index}]`, stringAt(point, 'ip')),
  );

/** The status of a Pod. */
export const podStatus: Warner = (object) =>
  ['podIPs', 'hostIPs'].flatMap((list) =>
    objectsAt(object, 'status', list).flatMap((item, index) =>
      addressWarnings(`status.${list}[${index}].ip`, stringAt(item, 'ip')),
    ),
  );

export const networkPolicy: Warner = (object) => [
  ...blockWarnings(object, 'ingress', 'from'),
  ...blockWarnings(object, 'egress', 'to'),
];

function blockWarnings(object: JsonObject, rules: string, peers: string): string[] {
  return objectsAt(object, 'spec', rules).flatMap((rule, index) =>
    objectsAt(rule, peers).flatMap((peer, position) => {
      const at = `spec.${rules}[${index}].${peers}[${position}].ipBlock`;
      const except = textsAt(peer, 'ipBlock', 'except');
      const own = networkWarnings(`${at}.cidr`, stringAt(peer, 'ipBlock', 'cidr'));
      return own.concat(except.flatMap((network, number) => networkWarnings(`${at}.except[${number}]`, network)));
    }),
  );
}

/** Addresses that are not in their canonical form are no warning here: a real server refuses them. */
export const endpointSlice: Warner = (object, old) => {
  const names = old === undefined && stringAt(object, 'addressType') === 'FQDN';
  return names ? ['spec.addressType: FQDN endpoints are deprecated'] : [];
};

export const endpoints: Warner = (object) => {
  if (stringAt(object, 'metadata', 'labels', 'endpoints.kubernetes.io/managed-by') === 'endpoint-controller') return [];
  return objectsAt(object, 'subsets').flatMap((subset, index) =>
    ['addresses', 'notReadyAddresses'].flatMap((list) =>
      objectsAt(subset, list).flatMap((address, position) =>
        addressWarnings(`subsets[${index}].${list}[${position}].ip`, stringAt(address, 'ip')),
      ),
    ),
  );
};
