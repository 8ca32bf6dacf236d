import { isObject, listAt, stringAt, valueAt } from '../../schema/json.ts';
import { ageOf, count, firstOf, labelCells, nameOf, printer, scalar, selectorCell, text, textOr } from './define.ts';
import type { ApiObject } from '../../store/object.ts';
import type { Printers } from './define.ts';

const SHOWN = 3;

export const NETWORK: Printers = {
  '/Service': printer(['Name', 'Type', 'Cluster-IP', 'External-IP', 'Port(s)', 'Age', 'Selector*'], (service, now) => [
    nameOf(service),
    text(service, 'spec', 'type'),
    firstText(valueAt(service, 'spec', 'clusterIPs')) || '<none>',
    externalIp(service),
    servicePorts(service) || '<none>',
    ageOf(service, now),
    labelCells(valueAt(service, 'spec', 'selector')),
  ]),
  '/Endpoints': printer(['Name', 'Endpoints', 'Age'], (object, now) => [
    nameOf(object),
    endpoints(object),
    ageOf(object, now),
  ]),
  'discovery.k8s.io/EndpointSlice': printer(['Name', 'AddressType', 'Ports', 'Endpoints', 'Age'], (slice, now) => [
    nameOf(slice),
    text(slice, 'addressType'),
    firstOf(
      listAt(slice, 'ports').map((port) => scalar(textOr('*', port, 'name'), port, 'port')),
      SHOWN,
    ),
    firstOf(
      listAt(slice, 'endpoints').flatMap((endpoint) => texts(valueAt(endpoint, 'addresses'))),
      SHOWN,
    ),
    ageOf(slice, now),
  ]),
  'networking.k8s.io/Ingress': printer(['Name', 'Class', 'Hosts', 'Address', 'Ports', 'Age'], (ingress, now) => [
    nameOf(ingress),
    textOr('<none>', ingress, 'spec', 'ingressClassName'),
    hosts(ingress),
    balancers(ingress),
    listAt(ingress, 'spec', 'tls').length > 0 ? '80, 443' : '80',
    ageOf(ingress, now),
  ]),
  'networking.k8s.io/IngressClass': printer(['Name', 'Controller', 'Parameters', 'Age'], (object, now) => {
    const isDefault = object.metadata.annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true';
    return [
      `${nameOf(object)}${isDefault ? ' (default)' : ''}`,
      text(object, 'spec', 'controller'),
      parameters(valueAt(object, 'spec', 'parameters')),
      ageOf(object, now),
    ];
  }),
  'networking.k8s.io/NetworkPolicy': printer(['Name', 'Pod-Selector', 'Age'], (policy, now) => [
    nameOf(policy),
    selectorCell(valueAt(policy, 'spec', 'podSelector')),
    ageOf(policy, now),
  ]),
  'networking.k8s.io/ServiceCIDR': printer(['Name', 'CIDRs', 'Age'], (object, now) => [
    nameOf(object),
    texts(valueAt(object, 'spec', 'cidrs')).join(','),
    ageOf(object, now),
  ]),
  'networking.k8s.io/IPAddress': printer(['Name', 'ParentRef'], (object) => [
    nameOf(object),
    parent(valueAt(object, 'spec', 'parentRef')),
  ]),
};

function texts(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
}

function firstText(list: unknown): string {
  return texts(list)[0] ?? '';
}

function externalIp(service: ApiObject): string {
  const external = texts(valueAt(service, 'spec', 'externalIPs'));
  switch (text(service, 'spec', 'type')) {
    case 'ClusterIP':
    case 'NodePort':
      return external.join(',') || '<none>';
    case 'LoadBalancer': {
      const own = balancers(service);
      return [...(own === '' ? [] : own.split(',')), ...external].join(',') || '<pending>';
    }
    case 'ExternalName':
      return text(service, 'spec', 'externalName');
    default:
      return '<unknown>';
  }
}

/** Addresses of load balancers, or their names. */
function balancers(object: ApiObject): string {
  const all = listAt(object, 'status', 'loadBalancer', 'ingress').map(
    (ingress) => stringAt(ingress, 'ip') || stringAt(ingress, 'hostname'),
  );
  return [...new Set(all.filter((address) => address !== ''))].sort().join(',');
}

function servicePorts(service: ApiObject): string {
  return listAt(service, 'spec', 'ports')
    .map((port) => {
      const nodePort = count(port, 'nodePort');
      return `${count(port, 'port')}${nodePort > 0 ? `:${nodePort}` : ''}/${stringAt(port, 'protocol')}`;
    })
    .join(',');
}

function endpoints(object: ApiObject): string {
  const all = listAt(object, 'subsets').flatMap((subset) => {
    const addresses = listAt(subset, 'addresses').map((address) => stringAt(address, 'ip'));
    const ports = listAt(subset, 'ports');
    if (ports.length === 0) return addresses;
    return ports.flatMap((port) => addresses.map((address) => joined(address, count(port, 'port'))));
  });
  return all.length === 0 ? '<none>' : firstOf(all, SHOWN);
}

function joined(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function hosts(ingress: ApiObject): string {
  const all = listAt(ingress, 'spec', 'rules')
    .map((rule) => stringAt(rule, 'host'))
    .filter((host) => host !== '');
  return all.length === 0 ? '*' : firstOf(all, SHOWN);
}

function parameters(value: unknown): string {
  if (!isObject(value)) return '<none>';
  const group = stringAt(value, 'apiGroup');
  return `${stringAt(value, 'kind')}${group && `.${group}`}/${stringAt(value, 'name')}`;
}

function parent(value: unknown): string {
  if (!isObject(value)) return '<none>';
  const group = stringAt(value, 'group');
  const namespace = stringAt(value, 'namespace');
  const resource = `${stringAt(value, 'resource')}${group && `.${group}`}`.toLowerCase();
  return `${resource}${namespace && `/${namespace}`}/${stringAt(value, 'name')}`;
}
