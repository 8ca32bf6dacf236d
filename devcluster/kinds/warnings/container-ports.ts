/** Ports that a pod names twice. Source: warningsForPodSpecAndMeta of k8s.io/kubernetes/pkg/api/pod. */
import { quote } from '../../schema/go-text.ts';
import { stringAt, type JsonObject } from '../../schema/json.ts';
import { integerAt, objectsAt } from '../rules/checks.ts';
import type { ContainerAt } from './containers.ts';

interface PortAt {
  readonly port: JsonObject;
  readonly path: string;
}

export function portWarnings(containers: readonly ContainerAt[]): string[] {
  const ports = containers.flatMap(({ container, path }) =>
    objectsAt(container, 'ports').map((port, index) => ({ port, path: `${path}.ports[${index}]` })),
  );
  return [
    ...ports.flatMap((port, index) => [...addressWithoutPort(port), ...conflicts(port, ports.slice(0, index))]),
    ...namesTwice(ports),
  ];
}

function addressWithoutPort({ port, path }: PortAt): string[] {
  const address = stringAt(port, 'hostIP');
  if (address === '' || integerAt(port, 'hostPort') !== 0) return [];
  const shown = [
    `Name:${stringAt(port, 'name')}`,
    'HostPort:0',
    `ContainerPort:${integerAt(port, 'containerPort')}`,
    `Protocol:${stringAt(port, 'protocol')}`,
    `HostIP:${address}`,
  ];
  return [`${path}: hostIP set without hostPort: {${shown.join(' ')}}`];
}

function conflicts({ port, path }: PortAt, earlier: readonly PortAt[]): string[] {
  return earlier.flatMap((other) => {
    const how = isSamePort(port, other.port) ? conflict(port, other.port) : undefined;
    return how === undefined ? [] : [`${path}: ${how} port definition with ${other.path}`];
  });
}

function isSamePort(port: JsonObject, other: JsonObject): boolean {
  return (
    integerAt(port, 'containerPort') === integerAt(other, 'containerPort') &&
    stringAt(port, 'protocol') === stringAt(other, 'protocol')
  );
}

/** How two definitions of one port are in each other's way. */
function conflict(port: JsonObject, other: JsonObject): string | undefined {
  const [address, otherAddress] = [stringAt(port, 'hostIP'), stringAt(other, 'hostIP')];
  const [onHost, otherOnHost] = [integerAt(port, 'hostPort'), integerAt(other, 'hostPort')];
  if (address === otherAddress && onHost === otherOnHost) return 'duplicate';
  if (onHost === 0 || otherOnHost === 0) return 'overlapping';
  const oneAddressOnly = (address === '') !== (otherAddress === '');
  return onHost === otherOnHost && oneAddressOnly ? 'dangerously ambiguous' : undefined;
}

function namesTwice(ports: readonly PortAt[]): string[] {
  const first = new Map<string, string>();
  return ports.flatMap(({ port, path }) => {
    const name = stringAt(port, 'name');
    const other = first.get(name);
    if (name === '') return [];
    if (other === undefined) {
      first.set(name, path);
      return [];
    }
    const which = `services and probes that select ports by name will use ${other}`;
    return [`${path}: duplicate port name ${quote(name)} with ${other}, ${which}`];
  });
}
