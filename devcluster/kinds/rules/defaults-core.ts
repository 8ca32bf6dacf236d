/** Source: k8s.io/kubernetes/pkg/apis/core/v1/defaults.go, but for what makes up a pod. */
import { deepCopy, isObject, listAt, objectAt, stringAt, valueAt, type JsonObject } from '../../schema/json.ts';
import { externallyAccessible } from './services.ts';
import { setDefault } from './set-default.ts';
import type { Defaulter } from './default-values.ts';

function service(object: JsonObject): void {
  const spec = objectAt(object, 'spec');
  if (spec === undefined) return;
  setDefault(spec, 'sessionAffinity', 'None');
  if (spec['sessionAffinity'] === 'None') delete spec['sessionAffinityConfig'];
  if (spec['sessionAffinity'] === 'ClientIP' && timeoutOf(spec) === undefined) {
    spec['sessionAffinityConfig'] = { clientIP: { timeoutSeconds: 10_800 } };
  }
  setDefault(spec, 'type', 'ClusterIP');
  for (const port of listAt(spec, 'ports').filter(isObject)) {
    setDefault(port, 'protocol', 'TCP');
    if (port['targetPort'] === 0 || port['targetPort'] === '' || port['targetPort'] === undefined) {
      port['targetPort'] = port['port'];
    }
  }
  if (externallyAccessible(spec)) setDefault(spec, 'externalTrafficPolicy', 'Cluster');
  const type = stringAt(spec, 'type');
  if (['NodePort', 'LoadBalancer', 'ClusterIP'].includes(type)) setDefault(spec, 'internalTrafficPolicy', 'Cluster');
  if (type !== 'LoadBalancer') return;
  setDefault(spec, 'allocateLoadBalancerNodePorts', true);
  for (const ingress of listAt(object, 'status', 'loadBalancer', 'ingress').filter(isObject)) {
    if (stringAt(ingress, 'ip') !== '') setDefault(ingress, 'ipMode', 'VIP');
  }
}

function timeoutOf(spec: JsonObject): unknown {
  return valueAt(spec, 'sessionAffinityConfig', 'clientIP', 'timeoutSeconds');
}

function replicationController(object: JsonObject): void {
  const labels = objectAt(object, 'spec', 'template', 'metadata', 'labels');
  const spec = objectAt(object, 'spec');
  const meta = objectAt(object, 'metadata');
  if (labels === undefined || spec === undefined || meta === undefined) return;
  setDefault(spec, 'selector', deepCopy(labels));
  setDefault(meta, 'labels', deepCopy(labels));
}

/** Every namespace bears its name as a label. */
function namespace(object: JsonObject): void {
  const meta = objectAt(object, 'metadata');
  const name = stringAt(meta, 'name');
  if (meta === undefined || name === '') return;
  const labels = objectAt(meta, 'labels') ?? {};
  meta['labels'] = { ...labels, 'kubernetes.io/metadata.name': name };
}

function limitRangeItem(object: JsonObject): void {
  if (object['type'] !== 'Container') return;
  const limits = { ...objectAt(object, 'max'), ...objectAt(object, 'default') };
  const requests = { ...objectAt(object, 'min'), ...limits, ...objectAt(object, 'defaultRequest') };
  if (Object.keys(limits).length > 0) object['default'] = limits;
  if (Object.keys(requests).length > 0) object['defaultRequest'] = requests;
}

function nodeStatus(object: JsonObject): void {
  const capacity = objectAt(object, 'capacity');
  if (capacity !== undefined) setDefault(object, 'allocatable', deepCopy(capacity));
}

/** What was written as text is stored as data. */
function secret(object: JsonObject): void {
  setDefault(object, 'type', 'Opaque');
  const texts = objectAt(object, 'stringData');
  if (texts === undefined) return;
  const data = { ...objectAt(object, 'data') };
  for (const [key, text] of Object.entries(texts)) {
    data[key] = Buffer.from(typeof text === 'string' ? text : '', 'utf8').toString('base64');
  }
  if (Object.keys(data).length > 0) object['data'] = data;
  delete object['stringData'];
}

export const CORE_DEFAULTS: Readonly<Record<string, Defaulter>> = {
  'api.core.v1.Service': service,
  'api.core.v1.ReplicationController': replicationController,
  'api.core.v1.Namespace': namespace,
  'api.core.v1.NamespaceStatus': (object) => setDefault(object, 'phase', 'Active'),
  'api.core.v1.Secret': secret,
  'api.core.v1.PersistentVolumeSpec': (object) => {
    setDefault(object, 'persistentVolumeReclaimPolicy', 'Retain');
    setDefault(object, 'volumeMode', 'Filesystem');
  },
  'api.core.v1.PersistentVolumeStatus': (object) => setDefault(object, 'phase', 'Pending'),
  'api.core.v1.PersistentVolumeClaimSpec': (object) => setDefault(object, 'volumeMode', 'Filesystem'),
  'api.core.v1.PersistentVolumeClaimStatus': (object) => setDefault(object, 'phase', 'Pending'),
  'api.core.v1.EndpointPort': (object) => setDefault(object, 'protocol', 'TCP'),
  'api.core.v1.LimitRangeItem': limitRangeItem,
  'api.core.v1.NodeStatus': nodeStatus,
};
