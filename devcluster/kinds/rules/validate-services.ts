/** Source: k8s.io/kubernetes/pkg/apis/core/validation/validation.go, services. */
import { duplicate, forbidden, invalid, notSupported, required, type FieldError } from '../../schema/field-error.ts';
import { GoStruct } from '../../schema/go-text.ts';
import { objectAt, stringAt, valueAt, type JsonObject } from '../../schema/json.ts';
import { validateLabels } from '../../schema/object-meta.ts';
import {
  dnsLabel,
  dnsSubdomain,
  eachInvalid,
  integerAt,
  isGiven,
  objectsAt,
  oneOf,
  portNumber,
  portNumberOrName,
  qualifiedName,
  textsAt,
} from './checks.ts';
import { cidr, ipAddress } from './ip-addresses.ts';
import { externallyAccessible, isHeadless } from './services.ts';
import { fixedAddresses, validateAddresses } from './validate-addresses.ts';
import type { Validator } from './validation.ts';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

export const validateService: Validator = (object, old) => {
  const spec = objectAt(object, 'spec') ?? {};
  const before = objectAt(old, 'spec');
  const errors: FieldError[] = [];
  if (before !== undefined) errors.push(...fixedAddresses(spec, before), ...fixedLoadBalancerClass(spec, before));
  errors.push(...validateType(spec));
  const ports = objectsAt(spec, 'ports');
  const names = new Set<string>();
  ports.forEach((port, index) => errors.push(...validatePort(port, ports.length > 1, names, `spec.ports[${index}]`)));
  errors.push(...validateLabels(spec['selector'], 'spec.selector'));
  errors.push(...validateAffinity(spec));
  errors.push(...validateAddresses(spec));
  textsAt(spec, 'externalIPs').forEach((address, index) =>
    errors.push(...eachInvalid(`spec.externalIPs[${index}]`, address, ipAddress(address))),
  );
  errors.push(...oneOf(spec['type'], 'spec.type', ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']));
  errors.push(...validatePortSet(spec, ports));
  errors.push(...validateLoadBalancer(spec));
  errors.push(...validateTraffic(spec));
  return errors;
};

function validateType(spec: JsonObject): FieldError[] {
  const type = stringAt(spec, 'type');
  const errors: FieldError[] = [];
  if (objectsAt(spec, 'ports').length === 0 && !isHeadless(spec) && type !== 'ExternalName') {
    errors.push(required('spec.ports'));
  }
  if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(spec)) {
    errors.push(invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`));
  }
  if (type !== 'ExternalName') return errors;
  const detail = 'may not be set for ExternalName services';
  if (textsAt(spec, 'clusterIPs').length > 0) errors.push(forbidden('spec.clusterIPs', detail));
  if (textsAt(spec, 'ipFamilies').length > 0) errors.push(forbidden('spec.ipFamilies', detail));
  if (isGiven(spec['ipFamilyPolicy'])) errors.push(forbidden('spec.ipFamilyPolicy', detail));
  const name = stringAt(spec, 'externalName').replace(/\.$/, '');
  if (name === '') errors.push(required('spec.externalName'));
  else errors.push(...dnsSubdomain(name, 'spec.externalName'));
  return errors;
}

function validatePort(port: JsonObject, nameRequired: boolean, names: Set<string>, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const name = stringAt(port, 'name');
  if (name === '') {
    if (nameRequired) errors.push(required(`${path}.name`));
  } else {
    errors.push(...dnsLabel(name, `${path}.name`));
    if (names.has(name)) errors.push(duplicate(`${path}.name`, name));
    names.add(name);
  }
  const number = integerAt(port, 'port');
  errors.push(...eachInvalid(`${path}.port`, number, portNumber(number)));
  errors.push(...oneOf(port['protocol'], `${path}.protocol`, PROTOCOLS));
  errors.push(...portNumberOrName(port['targetPort'], `${path}.targetPort`));
  const appProtocol = port['appProtocol'];
  if (typeof appProtocol === 'string') errors.push(...qualifiedName(appProtocol, `${path}.appProtocol`));
  return errors;
}

function validateAffinity(spec: JsonObject): FieldError[] {
  const path = 'spec.sessionAffinityConfig';
  const errors = oneOf(spec['sessionAffinity'], 'spec.sessionAffinity', ['ClientIP', 'None']);
  if (spec['sessionAffinity'] === 'None' && isGiven(spec['sessionAffinityConfig'])) {
    errors.push(forbidden(path, 'must not be set when session affinity is None'));
  }
  if (spec['sessionAffinity'] !== 'ClientIP') return errors;
  const seconds = valueAt(spec, 'sessionAffinityConfig', 'clientIP', 'timeoutSeconds');
  if (typeof seconds === 'number' && (seconds <= 0 || seconds > 86_400)) {
    const detail = 'must be greater than 0 and less than 86400';
    errors.push(invalid(`${path}.clientIP.timeoutSeconds`, seconds, detail));
  }
  return errors;
}

function validatePortSet(spec: JsonObject, ports: readonly JsonObject[]): FieldError[] {
  const errors: FieldError[] = [];
  if (spec['type'] === 'ClusterIP') {
    ports.forEach((port, index) => {
      if (integerAt(port, 'nodePort') === 0) return;
      errors.push(forbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'"));
    });
  }
  const nodePorts = new Set<string>();
  ports.forEach((port, index) => {
    const nodePort = integerAt(port, 'nodePort');
    const key = `${stringAt(port, 'protocol')} ${nodePort}`;
    if (nodePort !== 0 && nodePorts.has(key)) errors.push(duplicate(`spec.ports[${index}].nodePort`, nodePort));
    if (nodePort !== 0) nodePorts.add(key);
  });
  const used = new Set<string>();
  ports.forEach((port, index) => {
    const [protocol, number] = [stringAt(port, 'protocol'), integerAt(port, 'port')];
    const key = `${protocol} ${number}`;
    if (used.has(key)) {
      const shown = { Name: '', Protocol: protocol, AppProtocol: null, Port: number, TargetPort: 0, NodePort: 0 };
      errors.push(duplicate(`spec.ports[${index}]`, new GoStruct(shown)));
    }
    used.add(key);
  });
  return errors;
}

function validateLoadBalancer(spec: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const balanced = spec['type'] === 'LoadBalancer';
  const detail = "may only be used when `type` is 'LoadBalancer'";
  const ranges = textsAt(spec, 'loadBalancerSourceRanges');
  if (ranges.length > 0 && !balanced) errors.push(forbidden('spec.LoadBalancerSourceRanges', detail));
  ranges.forEach((range, index) =>
    errors.push(...eachInvalid(`spec.LoadBalancerSourceRanges[${index}]`, range.trim(), cidr(range.trim()))),
  );
  if (isGiven(spec['allocateLoadBalancerNodePorts']) && !balanced) {
    errors.push(forbidden('spec.allocateLoadBalancerNodePorts', detail));
  }
  const className = spec['loadBalancerClass'];
  if (typeof className === 'string') {
    if (balanced) errors.push(...qualifiedName(className, 'spec.loadBalancerClass'));
    else errors.push(forbidden('spec.loadBalancerClass', detail));
  }
  return errors;
}

function validateTraffic(spec: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const external = spec['externalTrafficPolicy'];
  const accessible = externallyAccessible(spec);
  if (accessible) errors.push(...oneOf(external, 'spec.externalTrafficPolicy', ['Cluster', 'Local']));
  else if (isGiven(external) && external !== '') {
    errors.push(invalid('spec.externalTrafficPolicy', external, 'may only be set for externally-accessible services'));
  }
  const checked = spec['type'] === 'LoadBalancer' && external === 'Local';
  const healthPort = integerAt(spec, 'healthCheckNodePort');
  if (!checked && healthPort !== 0) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    errors.push(invalid('spec.healthCheckNodePort', healthPort, detail));
  }
  const internal = spec['internalTrafficPolicy'];
  if (isGiven(internal) && internal !== 'Cluster' && internal !== 'Local') {
    errors.push(notSupported('spec.internalTrafficPolicy', internal, ['Cluster', 'Local']));
  }
  return errors;
}

function fixedLoadBalancerClass(spec: JsonObject, before: JsonObject): FieldError[] {
  if (spec['type'] !== 'LoadBalancer' || before['type'] !== 'LoadBalancer') return [];
  const [now, then] = [spec['loadBalancerClass'] ?? null, before['loadBalancerClass'] ?? null];
  return now === then ? [] : [invalid('spec.loadBalancerClass', now, 'may not change once set')];
}
