import { invalid } from '../http/status.ts';
import { invalid as invalidField } from '../schema/field-error.ts';
import { isObject, listAt, stringAt, valueAt } from '../schema/json.ts';
import type { JsonObject } from '../schema/json.ts';
import type { FieldError } from '../schema/field-error.ts';
import type { ApiObject, Draft } from '../store/object.ts';
import type { Api } from '../verbs/api.ts';

/** The collection of all services. */
export const SERVICES = '/services';

const FIRST_ADDRESS = toNumber('10.96.0.1');
const LAST_ADDRESS = toNumber('10.96.255.254');
const FIRST_PORT = 30_000;
const LAST_PORT = 32_767;

/**
 * Gives a service its addresses and node ports, as the real server's allocators do: the lowest that are free, so that the same
 * services get the same ones in every run. The cluster has IPv4 only. Source: pkg/registry/core/service/storage/alloc.go.
 */
export function assignAddresses(api: Api, draft: Draft, old?: ApiObject): void {
  const spec = draft['spec'];
  if (!isObject(spec)) return;
  const oldSpec = valueAt(old, 'spec');
  if (isObject(oldSpec)) keepAllocated(spec, oldSpec);
  const others = [...api.store.collection(SERVICES).values()].filter(
    (other) => other.metadata.uid !== draft.metadata.uid,
  );
  const errors = [...assignAddress(spec, others), ...assignNodePorts(spec, others)];
  if (errors.length > 0) throw invalid('', 'Service', draft.metadata.name, errors);
}

/** What an update does not name stays as it was allocated. */
function keepAllocated(spec: JsonObject, old: JsonObject): void {
  const [type, before] = [stringAt(spec, 'type'), stringAt(old, 'type')];
  if (before !== 'ExternalName' && type !== 'ExternalName') {
    if (stringAt(spec, 'clusterIP') === '' && listAt(spec, 'clusterIPs').length === 0) {
      for (const field of ['clusterIP', 'clusterIPs']) copy(spec, old, field);
    }
    for (const field of ['ipFamilies', 'ipFamilyPolicy']) if (spec[field] === undefined) copy(spec, old, field);
  }
  if (type === 'ExternalName') {
    for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) delete spec[field];
  }
  if (needsNodePorts(old)) {
    const ports = listAt(old, 'ports');
    for (const port of listAt(spec, 'ports')) {
      const same = ports.find((other) => portKey(other) === portKey(port));
      if (!isObject(port)) continue;
      if (needsNodePorts(spec)) port['nodePort'] ??= valueAt(same, 'nodePort');
      else if (port['nodePort'] === valueAt(same, 'nodePort')) delete port['nodePort'];
      if (port['nodePort'] === undefined) delete port['nodePort'];
    }
  }
}

function copy(target: JsonObject, source: JsonObject, field: string): void {
  if (source[field] !== undefined) target[field] = source[field];
}

function portKey(port: unknown): string {
  return `${stringAt(port, 'protocol')} ${String(valueAt(port, 'port'))}`;
}

function assignAddress(spec: JsonObject, others: readonly ApiObject[]): FieldError[] {
  if (stringAt(spec, 'type') === 'ExternalName') return [];
  const wanted = stringAt(spec, 'clusterIP') || first(spec['clusterIPs']);
  const headless = wanted === 'None';
  const withoutSelector = headless && Object.keys(objectOf(spec['selector'])).length === 0;
  spec['ipFamilies'] ??= withoutSelector ? ['IPv4', 'IPv6'] : ['IPv4'];
  spec['ipFamilyPolicy'] ??= withoutSelector ? 'RequireDualStack' : 'SingleStack';
  const used = new Set(others.map((other) => stringAt(other, 'spec', 'clusterIP')));
  const address = wanted === '' ? lowestFree(used) : wanted;
  spec['clusterIP'] = address;
  spec['clusterIPs'] = [address];
  if (headless || wanted === '' || !used.has(wanted)) return [];
  const why = `failed to allocate IP ${wanted}: provided IP is already allocated`;
  return [invalidField('spec.clusterIPs', [wanted], why)];
}

function first(list: unknown): string {
  return Array.isArray(list) && typeof list[0] === 'string' ? list[0] : '';
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function lowestFree(used: ReadonlySet<string>): string {
  for (let number = FIRST_ADDRESS; number <= LAST_ADDRESS; number++) {
    const address = toAddress(number);
    if (!used.has(address)) return address;
  }
  return '';
}

function toNumber(address: string): number {
  return address.split('.').reduce((number, part) => number * 256 + Number(part), 0);
}

function toAddress(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
}

function needsNodePorts(spec: JsonObject): boolean {
  const type = stringAt(spec, 'type');
  return type === 'NodePort' || (type === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== false);
}

function assignNodePorts(spec: JsonObject, others: readonly ApiObject[]): FieldError[] {
  if (!needsNodePorts(spec)) return [];
  const used = new Set(
    others.flatMap((other) => listAt(other, 'spec', 'ports').map((port) => valueAt(port, 'nodePort'))),
  );
  const errors: FieldError[] = [];
  for (const [index, port] of listAt(spec, 'ports').entries()) {
    if (!isObject(port)) continue;
    const wanted = port['nodePort'];
    if (wanted === undefined) port['nodePort'] = lowestFreePort(used);
    else if (used.has(wanted)) {
      errors.push(invalidField(`spec.ports[${index}].nodePort`, wanted, 'provided port is already allocated'));
    }
    used.add(port['nodePort']);
  }
  const local = stringAt(spec, 'type') === 'LoadBalancer' && stringAt(spec, 'externalTrafficPolicy') === 'Local';
  if (local) spec['healthCheckNodePort'] ??= lowestFreePort(used);
  return errors;
}

function lowestFreePort(used: ReadonlySet<unknown>): number {
  for (let port = FIRST_PORT; port <= LAST_PORT; port++) if (!used.has(port)) return port;
  return 0;
}
