import { badRequest } from '../http/status.ts';
import { isArray, stringAt, valueAt } from '../schema/json.ts';
import type { FieldRequirement } from '../selectors/field-selector.ts';
import type { ApiObject } from '../store/object.ts';
import type { ServedKind } from './served-kind.ts';

/** What field selectors can ask of built-in kinds beside name and namespace. Source: the AddFieldLabelConversionFunc calls. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  '/Pod': [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.podIPs',
    'status.nominatedNodeName',
  ],
  '/Node': ['spec.unschedulable'],
  '/ReplicationController': ['status.replicas'],
  '/Event': [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  'events.k8s.io/Event': [
    'regarding.kind',
    'regarding.namespace',
    'regarding.name',
    'regarding.uid',
    'regarding.apiVersion',
    'regarding.resourceVersion',
    'regarding.fieldPath',
    'reason',
    'reportingController',
    'type',
  ],
  '/Namespace': ['status.phase'],
  '/Secret': ['type'],
  '/Service': ['spec.clusterIP', 'spec.type'],
  'batch/Job': ['status.successful'],
  'certificates.k8s.io/CertificateSigningRequest': ['spec.signerName'],
  'resource.k8s.io/ResourceSlice': ['spec.nodeName', 'spec.driver', 'spec.pool.name'],
};

/** Refuses a selector on fields that this kind cannot be selected by. */
export function checkFields(kind: ServedKind, requirements: readonly FieldRequirement[]): void {
  const own = kind.custom ? kind.selectableFields?.map((path) => path.slice(1)) : FIELDS[idOf(kind)];
  for (const { field } of requirements) {
    if (field === 'metadata.name') continue;
    if (field === 'metadata.namespace' && (kind.namespaced || !own)) continue;
    if (own?.includes(field)) continue;
    if (kind.custom || own) throw badRequest(unsupported(kind, field));
    throw badRequest(`"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`);
  }
}

function unsupported(kind: ServedKind, field: string): string {
  if (idOf(kind) === 'batch/Job') return `field label "${field}" not supported for Job`;
  if (kind.kind === 'ResourceSlice') {
    return `field label not supported for ${kind.group}/${kind.version}, Kind=ResourceSlice: ${field}`;
  }
  return `field label not supported: ${field}`;
}

/** Whether an object of the store is what the selector asks for. */
export function matchesFields(kind: ServedKind, requirements: readonly FieldRequirement[], object: ApiObject): boolean {
  return requirements.every(({ field, negated, value }) => (fieldText(kind, object, field) === value) !== negated);
}

/** A field as selectors compare it: as text, '' where there is none. */
function fieldText(kind: ServedKind, object: ApiObject, field: string): string {
  const id = idOf(kind);
  if (id === '/Event' && field === 'source') {
    return stringAt(object, 'source', 'component') || stringAt(object, 'reportingComponent');
  }
  if (id === '/Pod' && field === 'spec.hostNetwork') return text(valueAt(object, 'spec', 'hostNetwork') ?? false);
  if (id === '/Pod' && field === 'status.podIPs') {
    const addresses = valueAt(object, 'status', 'podIPs');
    return isArray(addresses) ? addresses.map((address) => stringAt(address, 'ip')).join(',') : '';
  }
  if (id === '/Node' && field === 'spec.unschedulable') return text(valueAt(object, 'spec', 'unschedulable') ?? false);
  if (id === 'batch/Job' && field === 'status.successful') return text(valueAt(object, 'status', 'succeeded') ?? 0);
  if (field === 'status.replicas') return text(valueAt(object, 'status', 'replicas') ?? 0);
  return text(valueAt(object, ...field.split('.')));
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function idOf({ group, kind }: ServedKind): string {
  return `${group}/${kind}`;
}
