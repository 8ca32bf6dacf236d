/** What a service's type asks for. Source: k8s.io/kubernetes/pkg/api/service, pkg/registry/core/service/strategy.go. */
import { deepEqual, listAt, stringAt, type JsonObject } from '../../schema/json.ts';
import { integerAt, objectsAt, textsAt } from './checks.ts';

/** Whether a service can be reached from outside of the cluster. */
export function externallyAccessible(spec: JsonObject): boolean {
  const type = stringAt(spec, 'type');
  if (type === 'LoadBalancer' || type === 'NodePort') return true;
  return type === 'ClusterIP' && listAt(spec, 'externalIPs').length > 0;
}

export function isHeadless(spec: JsonObject): boolean {
  return stringAt(spec, 'clusterIP') === 'None' || textsAt(spec, 'clusterIPs')[0] === 'None';
}

/** Also None is an address. */
export const needsAddress = (spec: JsonObject): boolean => spec['type'] !== 'ExternalName';

export const mayHaveNodePorts = (spec: JsonObject): boolean =>
  spec['type'] === 'NodePort' || spec['type'] === 'LoadBalancer';

export const needsHealthPort = (spec: JsonObject): boolean =>
  spec['type'] === 'LoadBalancer' && spec['externalTrafficPolicy'] === 'Local';

/** The node ports that a service has; what has none does not count. */
export function nodePortsOf(spec: JsonObject): number[] {
  return objectsAt(spec, 'ports')
    .map((port) => integerAt(port, 'nodePort'))
    .filter((port) => port !== 0);
}

export const sameTexts = (a: JsonObject, b: JsonObject, name: string): boolean =>
  deepEqual(textsAt(a, name), textsAt(b, name));
