import { defaultBuiltin, validateBuiltin } from '../kinds/builtin-rules.ts';
import { findDecodeProblem } from '../kinds/decode-problem.ts';
import { toGoShape } from '../kinds/go-shape.ts';
import { setCondition } from '../kinds/conditions.ts';
import { builtinWarnings } from '../kinds/warnings/warnings.ts';
import { isObject, listAt, stringAt, valueAt } from '../schema/json.ts';
import { hasGeneration, nextGeneration } from './generation.ts';
import { notEnforced } from './not-enforced.ts';
import { schemaWarnings } from './schema-warnings.ts';
import { keep } from './status-subresource.ts';
import type { BuiltinKind } from '../kinds/builtin.ts';
import type { ApiObject, Draft } from '../store/object.ts';
import type { Strategy } from './strategy.ts';

/** Keeps a CustomResourceDefinition until its objects have gone. */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

/** Kinds of which a PUT creates the object that is not there. Source: AllowCreateOnUpdate in k8s.io/kubernetes/pkg/registry. */
const CREATED_BY_PUT = new Set([
  'coordination.k8s.io/Lease',
  'node.k8s.io/RuntimeClass',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'rbac.authorization.k8s.io/Role',
  'rbac.authorization.k8s.io/RoleBinding',
  '/Endpoints',
  '/Event',
  'events.k8s.io/Event',
  '/LimitRange',
  '/Service',
]);

/** Kinds that want a resource version in every PUT. Source: AllowUnconditionalUpdate. */
const VERSION_REQUIRED = new Set([
  'admissionregistration.k8s.io/MutatingAdmissionPolicy',
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'apiextensions.k8s.io/CustomResourceDefinition',
  'apiregistration.k8s.io/APIService',
  'coordination.k8s.io/Lease',
  'node.k8s.io/RuntimeClass',
  'policy/PodDisruptionBudget',
  'storage.k8s.io/CSIDriver',
  'storage.k8s.io/CSINode',
  'storage.k8s.io/CSIStorageCapacity',
  'storage.k8s.io/VolumeAttachment',
  'storagemigration.k8s.io/StorageVersionMigration',
]);

/** Kinds of which DELETE answers the object. Source: ReturnDeletedObject. */
const RETURNED_WHEN_DELETED = new Set([
  '/Namespace',
  '/PersistentVolume',
  '/PersistentVolumeClaim',
  '/Pod',
  '/PodTemplate',
  '/ResourceQuota',
  '/Service',
  '/ServiceAccount',
  'resource.k8s.io/DeviceClass',
  'resource.k8s.io/ResourceClaim',
  'resource.k8s.io/ResourceClaimTemplate',
  'resource.k8s.io/ResourceSlice',
  'storage.k8s.io/CSIDriver',
  'storage.k8s.io/CSINode',
  'storage.k8s.io/StorageClass',
  'storage.k8s.io/VolumeAttachment',
  'storage.k8s.io/VolumeAttributesClass',
]);

/** Kinds whose dependents stay when they are deleted, for all who do not say otherwise. Source: DefaultGarbageCollectionPolicy. */
const ORPHANED_BY_DEFAULT = new Set(['/ReplicationController', 'batch/Job']);

const PODS_OF_JOBS =
  'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning';

/** What a write of `/status` leaves alone beside `spec`. Source: PrepareForUpdate and GetResetFields of the status strategies. */
const STATUS_KEEPS: Readonly<Record<string, readonly string[]>> = {
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': ['metadata'],
  'apps/Deployment': ['metadata.labels'],
  'flowcontrol.apiserver.k8s.io/FlowSchema': ['metadata'],
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': ['metadata'],
  'networking.k8s.io/ServiceCIDR': ['metadata'],
  '/Pod': ['metadata.deletionTimestamp', 'metadata.ownerReferences'],
  'resource.k8s.io/ResourceClaim': ['metadata'],
  'storage.k8s.io/CSINode': ['metadata'],
  'storage.k8s.io/VolumeAttachment': ['metadata'],
  'storagemigration.k8s.io/StorageVersionMigration': ['metadata'],
};

/** Creators may set the status of these. */
const STATUS_AT_CREATION = new Set(['/Node', 'apiregistration.k8s.io/APIService']);

/** The strategy of a kind that is built in. Source: k8s.io/kubernetes/pkg/registry. */
export function nativeStrategy(kind: BuiltinKind): Strategy {
  const id = `${kind.group}/${kind.kind}`;
  const status = kind.subresources.some(({ name }) => name === 'status');
  const statusKeeps = STATUS_KEEPS[id] ?? [];
  return {
    prune: (draft) => toGoShape(kind.schema(), draft),
    // Their Go types have none.
    dropNulls: () => undefined,
    decodeProblem: (draft) => findDecodeProblem(kind.schema(), draft, kind.kind),
    applyDefaults: (draft) => defaultBuiltin(kind, draft),
    resetForCreate(draft) {
      if (status && !STATUS_AT_CREATION.has(id)) delete draft['status'];
    },
    prepareForCreate(draft) {
      if (hasGeneration(kind.group, kind.kind)) draft.metadata.generation = 1;
      prepared(kind, draft);
    },
    prepareForUpdate(draft, old) {
      if (status) keep(draft, old, 'status');
      if (id === '/Namespace') keepFinalizers(draft, old);
      if (id === 'apiextensions.k8s.io/CustomResourceDefinition') noteStorageVersion(draft);
      draft.metadata.generation = nextGeneration(kind.group, kind.kind, draft, old);
    },
    prepareForStatus(draft, old) {
      keep(draft, old, 'spec');
      if (statusKeeps.includes('metadata')) {
        draft.metadata = { ...old.metadata, managedFields: draft.metadata.managedFields };
      }
      if (statusKeeps.includes('metadata.labels')) draft.metadata.labels = old.metadata.labels;
      if (statusKeeps.includes('metadata.ownerReferences')) {
        draft.metadata.ownerReferences = old.metadata.ownerReferences;
      }
      draft.metadata.generation = old.metadata.generation;
    },
    validate: (draft, old, subresource) => validateBuiltin(kind, draft, old, subresource),
    warnings: (draft, old, subresource) => [
      ...builtinWarnings(id, draft, old, subresource),
      ...schemaWarnings(id, draft, old),
      ...notEnforced(id, draft),
    ],
    resetFields(subresource) {
      if (!status) return [];
      if (subresource !== 'status') return [['status']];
      return [['spec'], ...statusKeeps.map((path) => path.split('.'))];
    },
    createOnUpdate: CREATED_BY_PUT.has(id),
    unconditionalUpdate: !VERSION_REQUIRED.has(id),
    returnsDeleted: RETURNED_WHEN_DELETED.has(id),
    ...(id === '/Namespace' && { startDeletion: terminateNamespace }),
    ...(id === 'apiextensions.k8s.io/CustomResourceDefinition' && { startDeletion: terminateDefinition }),
    heldByOthers: (object) => id === '/Namespace' && listAt(object, 'spec', 'finalizers').length > 0,
    garbageCollected: kind.kind !== 'Event',
    orphansByDefault: ORPHANED_BY_DEFAULT.has(id),
    ...(id === 'batch/Job' && { deletionWarning: PODS_OF_JOBS }),
    gracePeriod: (object, asked) => (id === '/Pod' ? podGracePeriod(object, asked) : undefined),
  };
}

/** A pod that no node has, or that has ended, goes at once. */
function podGracePeriod(pod: ApiObject, asked: number | undefined): number {
  const phase = stringAt(pod, 'status', 'phase');
  if (stringAt(pod, 'spec', 'nodeName') === '' || phase === 'Failed' || phase === 'Succeeded') return 0;
  const own = valueAt(pod, 'spec', 'terminationGracePeriodSeconds');
  const period = asked ?? (typeof own === 'number' ? own : 0);
  return period < 0 ? 1 : period;
}

/** What the real server fills in for a creator, beyond defaults. */
function prepared(kind: BuiltinKind, draft: Draft): void {
  switch (`${kind.group}/${kind.kind}`) {
    case '/Namespace': {
      const spec = isObject(draft['spec']) ? draft['spec'] : {};
      const finalizers = listAt(draft, 'spec', 'finalizers');
      draft['spec'] = { ...spec, finalizers: [...new Set([...finalizers, 'kubernetes'])] };
      draft['status'] = { phase: 'Active' };
      break;
    }
    case '/PersistentVolume':
      draft['status'] = { phase: 'Pending' };
      break;
    default:
  }
}

/** A namespace's finalizers change through `/finalize` only. */
function keepFinalizers(draft: Draft, old: ApiObject): void {
  const spec = isObject(draft['spec']) ? draft['spec'] : {};
  draft['spec'] = { ...spec, finalizers: valueAt(old, 'spec', 'finalizers') };
}

/** What is stored from now on in another version is noted with the very change. */
function noteStorageVersion(draft: Draft): void {
  const current = listAt(draft, 'spec', 'versions').find((version) => valueAt(version, 'storage') === true);
  const name = stringAt(current, 'name');
  const stored = listAt(draft, 'status', 'storedVersions');
  if (name === '' || stored.includes(name)) return;
  draft['status'] = { ...(isObject(draft['status']) && draft['status']), storedVersions: [...stored, name] };
}

function terminateNamespace(draft: Draft): void {
  draft['status'] = { ...(isObject(draft['status']) && draft['status']), phase: 'Terminating' };
}

/** Keeps the definition until its objects have gone. */
function terminateDefinition(draft: Draft, now: string): void {
  const finalizers = draft.metadata.finalizers ?? [];
  if (!finalizers.includes(CLEANUP_FINALIZER)) draft.metadata.finalizers = [...finalizers, CLEANUP_FINALIZER];
  const message = 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon';
  setCondition(draft, { type: 'Terminating', status: 'True', reason: 'InstanceDeletionPending', message }, now);
}
