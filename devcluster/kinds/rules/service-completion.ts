/**
 * Addresses and ports of services. The cluster has one address family, IPv4.
 * Source: k8s.io/kubernetes/pkg/registry/core/service (storage.go, strategy.go, alloc.go).
 */
import { deepEqual, objectAt, stringAt, type JsonObject } from '../../schema/json.ts';
import { integerAt, objectsAt, textsAt } from './checks.ts';

/** What the services of the cluster have already. */
export interface Allocations {
  readonly addresses: ReadonlySet<string>;
  readonly nodePorts: ReadonlySet<number>;
}

const FIRST_NODE_PORT = 30_000;
const LAST_NODE_PORT = 32_767;

const needsAddress = (spec: JsonObject): boolean => stringAt(spec, 'type') !== 'ExternalName';

function needsNodePorts(spec: JsonObject): boolean {
  const type = stringAt(spec, 'type');
  return type === 'NodePort' || (type === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== false);
}

function needsHealthPort(spec: JsonObject): boolean {
  return spec['type'] === 'LoadBalancer' && spec['externalTrafficPolicy'] === 'Local';
}

/** Takes back what a former type of the service had and the new one has not, if the writer just left it as it was. */
export function releaseServiceFields(object: JsonObject, old: JsonObject): void {
  const [spec, before] = [objectAt(object, 'spec'), objectAt(old, 'spec')];
  if (spec === undefined || before === undefined) return;
  const addressFields = ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'];
  const sameAddresses =
    deepEqual(spec['clusterIPs'], before['clusterIPs']) && spec['clusterIP'] === before['clusterIP'];
  if (needsAddress(before) && !needsAddress(spec) && sameAddresses) {
    for (const field of addressFields) delete spec[field];
  }
  const hadPorts = needsNodePorts(before) || before['type'] === 'LoadBalancer';
  if (hadPorts && spec['type'] === 'ClusterIP' && deepEqual(nodePortsOf(spec), nodePortsOf(before))) {
    for (const port of objectsAt(spec, 'ports')) delete port['nodePort'];
  }
  if (needsHealthPort(before) && !needsHealthPort(spec)) delete spec['healthCheckNodePort'];
  if (before['type'] === 'LoadBalancer' && spec['type'] !== 'LoadBalancer') {
    for (const field of ['allocateLoadBalancerNodePorts', 'loadBalancerClass']) {
      if (deepEqual(spec[field], before[field])) delete spec[field];
    }
  }
}

function nodePortsOf(spec: JsonObject): number[] {
  return objectsAt(spec, 'ports').map((port) => integerAt(port, 'nodePort'));
}

/** Gives a service what it needs and does not have: former addresses and ports first, then free ones. */
export function completeService(object: JsonObject, old: JsonObject | undefined, allocations: Allocations): void {
  const spec = objectAt(object, 'spec');
  if (spec === undefined) return;
  const before = objectAt(old, 'spec');
  completeAddresses(spec, before, allocations);
  completeNodePorts(spec, before, allocations);
}

function completeAddresses(spec: JsonObject, before: JsonObject | undefined, { addresses }: Allocations): void {
  if (!needsAddress(spec)) return;
  if (stringAt(spec, 'clusterIP') === '' && textsAt(spec, 'clusterIPs').length === 0) {
    if (before !== undefined && needsAddress(before)) {
      spec['clusterIP'] = before['clusterIP'];
      spec['clusterIPs'] = before['clusterIPs'];
    } else {
      spec['clusterIP'] = freeAddress(addresses);
    }
  }
  const address = stringAt(spec, 'clusterIP');
  const listed = textsAt(spec, 'clusterIPs');
  const kept = before !== undefined && deepEqual(listed, textsAt(before, 'clusterIPs'));
  // The single field leads: it fills the list, and what replaces it replaces the list that was left as it was.
  if (address !== '' && (listed.length === 0 || (kept && listed[0] !== address))) spec['clusterIPs'] = [address];
  const selectsNothing = address === 'None' && Object.keys(objectAt(spec, 'selector') ?? {}).length === 0;
  spec['ipFamilyPolicy'] ??= before?.['ipFamilyPolicy'] ?? (selectsNothing ? 'RequireDualStack' : 'SingleStack');
  spec['ipFamilies'] ??= before?.['ipFamilies'] ?? (selectsNothing ? ['IPv4', 'IPv6'] : ['IPv4']);
}

function completeNodePorts(spec: JsonObject, before: JsonObject | undefined, { nodePorts }: Allocations): void {
  const ports = objectsAt(spec, 'ports');
  const used = new Set([...nodePorts, ...nodePortsOf(spec)]);
  if (needsNodePorts(spec)) {
    const former = new Map<string, number>();
    for (const port of before === undefined ? [] : objectsAt(before, 'ports')) {
      former.set(portKey(port), integerAt(port, 'nodePort'));
    }
    const own = new Set(nodePortsOf(spec));
    for (const port of ports) {
      if (integerAt(port, 'nodePort') !== 0) continue;
      const kept = former.get(portKey(port)) ?? 0;
      port['nodePort'] = kept !== 0 && !own.has(kept) ? kept : freeNodePort(used);
      own.add(integerAt(port, 'nodePort'));
      used.add(integerAt(port, 'nodePort'));
    }
  }
  if (needsHealthPort(spec) && integerAt(spec, 'healthCheckNodePort') === 0) {
    const kept = integerAt(before, 'healthCheckNodePort');
    spec['healthCheckNodePort'] = kept === 0 ? freeNodePort(used) : kept;
  }
}

const portKey = (port: JsonObject): string => `${stringAt(port, 'protocol')} ${integerAt(port, 'port')}`;

/** The lowest free address of 10.96.0.0/16; the first belongs to the API server. */
function freeAddress(used: ReadonlySet<string>): string {
  for (let index = 2; index < 65_535; index++) {
    const address = `10.96.${index >> 8}.${index & 255}`;
    if (!used.has(address)) return address;
  }
  throw new RangeError('all addresses of 10.96.0.0/16 are taken by services');
}

function freeNodePort(used: ReadonlySet<number>): number {
  for (let port = FIRST_NODE_PORT; port <= LAST_NODE_PORT; port++) {
    if (!used.has(port)) return port;
  }
  throw new RangeError('all node ports are taken by services');
}
