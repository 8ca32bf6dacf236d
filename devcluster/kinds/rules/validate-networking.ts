/** Source: k8s.io/kubernetes/pkg/apis/networking/validation/validation.go. */
import { BlockList, isIP, isIPv4 } from 'node:net';
import { forbidden, invalid, notSupported, required, type FieldError } from '../../schema/field-error.ts';
import { isObject, objectAt, stringAt, valueAt, type JsonObject } from '../../schema/json.ts';
import { isDns1123Subdomain, nameIsDnsLabel } from '../../schema/names.ts';
import {
  eachInvalid,
  integerAt,
  isGiven,
  labelSelector,
  objectsAt,
  portName,
  portNumber,
  portNumberOrName,
  textsAt,
  wildcardSubdomain,
} from './checks.ts';
import { cidr } from './ip-addresses.ts';
import { declarative } from './declarative.ts';
import type { Validator } from './validation.ts';

export const validateNetworkPolicy: Validator = (object) => {
  const spec = objectAt(object, 'spec') ?? {};
  const errors = labelSelector(spec['podSelector'], 'spec.podSelector');
  for (const [direction, peers] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const) {
    for (const [index, rule] of objectsAt(spec, direction).entries()) {
      const at = `spec.${direction}[${index}]`;
      objectsAt(rule, 'ports').forEach((port, i) => errors.push(...validatePolicyPort(port, `${at}.ports[${i}]`)));
      objectsAt(rule, peers).forEach((peer, i) => errors.push(...validatePeer(peer, `${at}.${peers}[${i}]`)));
    }
  }
  const types = textsAt(spec, 'policyTypes');
  if (types.length > 2) {
    return [...errors, invalid('spec.policyTypes', types, 'may not specify more than two policyTypes')];
  }
  types.forEach((type, index) => {
    if (type === 'Ingress' || type === 'Egress') return;
    errors.push(notSupported(`spec.policyTypes[${index}]`, type, ['Ingress', 'Egress']));
  });
  return errors;
};

function validatePolicyPort(port: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const protocol = port['protocol'];
  const protocols = ['TCP', 'UDP', 'SCTP'];
  if (isGiven(protocol) && (typeof protocol !== 'string' || !protocols.includes(protocol))) {
    errors.push(notSupported(`${path}.protocol`, protocol, protocols));
  }
  const end = port['endPort'];
  if (!isGiven(port['port'])) {
    if (isGiven(end)) errors.push(invalid(`${path}.endPort`, end, 'may not be specified when `port` is not specified'));
    return errors;
  }
  if (typeof port['port'] === 'string') {
    if (isGiven(end)) errors.push(invalid(`${path}.endPort`, end, 'may not be specified when `port` is non-numeric'));
    return [...errors, ...portNumberOrName(port['port'], `${path}.port`)];
  }
  errors.push(...portNumberOrName(port['port'], `${path}.port`));
  if (typeof end === 'number') {
    if (end < integerAt(port, 'port')) {
      errors.push(invalid(`${path}.endPort`, end, 'must be greater than or equal to `port`'));
    }
    errors.push(...eachInvalid(`${path}.endPort`, end, portNumber(end)));
  }
  return errors;
}

function validatePeer(peer: JsonObject, path: string): FieldError[] {
  const errors = [
    ...labelSelector(peer['podSelector'], `${path}.podSelector`),
    ...labelSelector(peer['namespaceSelector'], `${path}.namespaceSelector`),
  ];
  const block = objectAt(peer, 'ipBlock');
  if (block !== undefined) errors.push(...validateBlock(block, `${path}.ipBlock`));
  const count = ['podSelector', 'namespaceSelector', 'ipBlock'].filter((name) => isObject(peer[name])).length;
  if (count === 0) errors.push(required(path, 'must specify a peer'));
  if (count > 1 && block !== undefined) {
    errors.push(forbidden(path, 'may not specify both ipBlock and another peer'));
  }
  return errors;
}

function validateBlock(block: JsonObject, path: string): FieldError[] {
  const range = stringAt(block, 'cidr');
  if (range === '') return [declarative(required(`${path}.cidr`))];
  const errors = eachInvalid(`${path}.cidr`, range, cidr(range));
  if (errors.length > 0) return errors;
  for (const [index, except] of textsAt(block, 'except').entries()) {
    const at = `${path}.except[${index}]`;
    const wrong = eachInvalid(at, except, cidr(except));
    if (wrong.length > 0) errors.push(...wrong);
    else if (!isStrictSubset(except, range)) {
      errors.push(invalid(at, except, 'must be a strict subset of `cidr`'));
    }
  }
  return errors;
}

function isStrictSubset(inner: string, outer: string): boolean {
  const [address = '', bits = ''] = outer.split('/');
  const [innerAddress = '', innerBits = ''] = inner.split('/');
  if (isIPv4(address) !== isIPv4(innerAddress) || Number(bits) >= Number(innerBits)) return false;
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family);
  return list.check(innerAddress, family);
}

export const validateIngress: Validator = (object, old) => {
  const spec = objectAt(object, 'spec') ?? {};
  const errors: FieldError[] = [];
  const rules = objectsAt(spec, 'rules');
  const backend = objectAt(spec, 'defaultBackend');
  if (rules.length === 0 && backend === undefined) {
    errors.push(invalid('spec', null, 'either `defaultBackend` or `rules` must be specified'));
  }
  if (backend !== undefined) errors.push(...validateBackend(backend, 'spec.defaultBackend'));
  rules.forEach((rule, index) => errors.push(...validateRule(rule, `spec.rules[${index}]`)));
  objectsAt(spec, 'tls').forEach((tls, index) => errors.push(...validateTls(tls, `spec.tls[${index}]`)));
  const className = spec['ingressClassName'];
  if (typeof className === 'string') {
    errors.push(...eachInvalid('spec.ingressClassName', className, isDns1123Subdomain(className)));
  }
  const annotated = valueAt(object, 'metadata', 'annotations', 'kubernetes.io/ingress.class');
  if (old === undefined && typeof annotated === 'string' && typeof className === 'string' && annotated !== className) {
    const path = 'annotations.kubernetes.io/ingress.class';
    errors.push(invalid(path, annotated, 'must match `ingressClassName` when both are specified'));
  }
  return errors;
};

function hostErrors(host: string, path: string): FieldError[] {
  const wrong = host.includes('*') ? wildcardSubdomain(host) : isDns1123Subdomain(host);
  return eachInvalid(path, host, wrong);
}

function validateTls(tls: JsonObject, path: string): FieldError[] {
  const errors = textsAt(tls, 'hosts').flatMap((host, index) => hostErrors(host, `${path}.hosts[${index}]`));
  const secret = stringAt(tls, 'secretName');
  if (secret !== '') errors.push(...eachInvalid(`${path}.secretName`, secret, isDns1123Subdomain(secret)));
  return errors;
}

function validateRule(rule: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const host = stringAt(rule, 'host');
  if (host !== '') {
    if (isIP(host) > 0) errors.push(invalid(`${path}.host`, host, 'must be a DNS name, not an IP address'));
    errors.push(...hostErrors(host, `${path}.host`));
  }
  const http = objectAt(rule, 'http');
  if (http === undefined) return errors;
  const paths = objectsAt(http, 'paths');
  if (paths.length === 0) errors.push(required(`${path}.http.paths`));
  paths.forEach((item, index) => errors.push(...validateHttpPath(item, `${path}.http.paths[${index}]`)));
  return errors;
}

function validateHttpPath(item: JsonObject, path: string): FieldError[] {
  const type = item['pathType'];
  if (!isGiven(type)) return [required(`${path}.pathType`, 'pathType must be specified')];
  const errors: FieldError[] = [];
  const route = stringAt(item, 'path');
  const at = `${path}.path`;
  if (type === 'Exact' || type === 'Prefix') {
    if (!route.startsWith('/')) errors.push(invalid(at, route, 'must be an absolute path'));
    for (const part of ['//', '/./', '/../', '%2f', '%2F']) {
      if (route.includes(part)) errors.push(invalid(at, route, `must not contain '${part}'`));
    }
    for (const end of ['/..', '/.']) {
      if (route.endsWith(end)) errors.push(invalid(at, route, `cannot end with '${end}'`));
    }
  } else if (type === 'ImplementationSpecific') {
    if (route !== '' && !route.startsWith('/')) errors.push(invalid(at, route, 'must be an absolute path'));
  } else {
    errors.push(notSupported(`${path}.pathType`, type, ['Exact', 'ImplementationSpecific', 'Prefix']));
  }
  return [...errors, ...validateBackend(objectAt(item, 'backend') ?? {}, `${path}.backend`)];
}

function validateBackend(backend: JsonObject, path: string): FieldError[] {
  const service = objectAt(backend, 'service');
  const resource = objectAt(backend, 'resource');
  if (service !== undefined && resource !== undefined) {
    return [invalid(path, '', 'cannot set both resource and service backends')];
  }
  if (resource !== undefined) {
    return ['kind', 'name'].flatMap((field) =>
      stringAt(resource, field) === '' ? [required(`${path}.resource.${field}`)] : [],
    );
  }
  if (service === undefined) return [invalid(path, '', 'resource or service backend is required')];
  const errors: FieldError[] = [];
  const name = stringAt(service, 'name');
  if (name === '') errors.push(required(`${path}.service.name`));
  else errors.push(...eachInvalid(`${path}.service.name`, name, nameIsDnsLabel(name)));
  const port = objectAt(service, 'port') ?? {};
  const [text, number] = [stringAt(port, 'name'), integerAt(port, 'number')];
  if (text !== '' && number !== 0) errors.push(invalid(path, '', 'cannot set both port name & port number'));
  else if (text !== '') errors.push(...eachInvalid(`${path}.service.port.name`, text, portName(text)));
  else if (number !== 0) errors.push(...eachInvalid(`${path}.service.port.number`, number, portNumber(number)));
  else errors.push(required(path, 'port name or number is required'));
  return errors;
}
