/**
 * Addresses and ports of services, and what goes when a service changes its type.
 * Source: k8s.io/kubernetes/pkg/registry/core/service (strategy.go, storage/storage.go).
 */
import type { FieldError } from '../../schema/field-error.ts';
import { objectAt, stringAt, type JsonObject } from '../../schema/json.ts';
import { objectsAt, textsAt } from './checks.ts';
import { assignAddresses, keepAddresses } from './service-addresses.ts';
import { assignNodePorts, keepNodePorts } from './service-ports.ts';
import {
  externallyAccessible,
  mayHaveNodePorts,
  needsAddress,
  needsHealthPort,
  nodePortsOf,
  sameTexts,
} from './services.ts';

/** What the other services of the cluster have already. */
export interface Allocations {
  readonly addresses: ReadonlySet<string>;
  readonly nodePorts: ReadonlySet<number>;
}

/** Completes a new service in place. @returns what is wrong with what it asks for; the server tells nothing else then. */
export function completeNewService(object: JsonObject, { addresses, nodePorts }: Allocations): FieldError[] {
  const spec = objectAt(object, 'spec');
  if (spec === undefined) return [];
  const address = stringAt(spec, 'clusterIP');
  if (address !== '' && textsAt(spec, 'clusterIPs').length === 0) spec['clusterIPs'] = [address];
  const errors = assignAddresses(spec, undefined, addresses);
  if (errors.length === 0) errors.push(...assignNodePorts(spec, undefined, nodePorts));
  dropUnread(spec);
  return errors;
}

/** The same for an update: what the service has stays where it still fits. */
export function completeChangedService(
  object: JsonObject,
  old: JsonObject,
  { addresses, nodePorts }: Allocations,
): FieldError[] {
  const [spec, before] = [objectAt(object, 'spec'), objectAt(old, 'spec')];
  if (spec === undefined || before === undefined) return [];
  keepNodePorts(spec, before);
  keepAddresses(spec, before);
  const errors = assignAddresses(spec, before, addresses);
  if (errors.length === 0) errors.push(...assignNodePorts(spec, before, nodePorts));
  if (errors.length === 0) dropWhatTypeHasNot(spec, before);
  dropUnread(spec);
  return errors;
}

/** The real server stores it, and leaves it out of whatever it reads. */
function dropUnread(spec: JsonObject): void {
  if (spec['type'] === 'ExternalName') delete spec['internalTrafficPolicy'];
}

/** What a former type of the service had and the new one has not goes, if the writer just left it as it was. */
function dropWhatTypeHasNot(spec: JsonObject, before: JsonObject): void {
  const same = (name: string): boolean => spec[name] === before[name];
  if (needsAddress(before) && !needsAddress(spec)) {
    if (same('clusterIP') && sameTexts(spec, before, 'clusterIPs')) {
      delete spec['clusterIP'];
      delete spec['clusterIPs'];
    }
    if (sameTexts(spec, before, 'ipFamilies')) delete spec['ipFamilies'];
    if (same('ipFamilyPolicy')) delete spec['ipFamilyPolicy'];
  }
  if (mayHaveNodePorts(before) && !mayHaveNodePorts(spec)) {
    const had = new Set(nodePortsOf(before));
    if (nodePortsOf(spec).every((port) => had.has(port))) {
      for (const port of objectsAt(spec, 'ports')) delete port['nodePort'];
    }
  }
  if (needsHealthPort(before) && !needsHealthPort(spec) && same('healthCheckNodePort')) {
    delete spec['healthCheckNodePort'];
  }
  if (before['type'] === 'LoadBalancer' && spec['type'] !== 'LoadBalancer') {
    for (const name of ['allocateLoadBalancerNodePorts', 'loadBalancerClass']) if (same(name)) delete spec[name];
  }
  if (externallyAccessible(before) && !externallyAccessible(spec) && same('externalTrafficPolicy')) {
    delete spec['externalTrafficPolicy'];
  }
}
