import type { KubernetesObject } from '../../runtime/kube/types.ts';
import { FIELD_MANAGER } from '../cluster/cluster.ts';
import type { Manifest } from './manifest.ts';

const NAME = 'app.kubernetes.io/name';
const MANAGED_BY = 'app.kubernetes.io/managed-by';
const PART_OF = 'app.kubernetes.io/part-of';
const INSTANCE = 'app.kubernetes.io/instance';
const CREATED_BY = 'app.kubernetes.io/created-by';
const DEPLOY = 'ap-deploy';

/** One deployment of an operator: the same operator may be deployed in several namespaces. */
export interface Instance {
  readonly operatorName: string;
  readonly namespace: string;
}

/**
 * The object with the labels by which it is found again. `created-by` is what tells it from what is applied by other means, and `instance`
 * is the operator's namespace; those and `part-of` are set, the others only where the manifest has none of its own.
 */
export function labelled(manifest: Manifest, { operatorName, namespace }: Instance): Manifest {
  const labels = {
    [NAME]: operatorName,
    [MANAGED_BY]: 'autopilot',
    ...manifest.metadata.labels,
    [PART_OF]: operatorName,
    [INSTANCE]: namespace,
    [CREATED_BY]: DEPLOY,
  };
  return { ...manifest, metadata: { ...manifest.metadata, labels } };
}

/** Selects all that was deployed of an operator, in whatever namespace. */
export function selectorOf({ operatorName }: Pick<Instance, 'operatorName'>): string {
  return `${CREATED_BY}=${DEPLOY},${PART_OF}=${operatorName}`;
}

/**
 * Whether `ap deploy` made it, for this operator. Controllers copy labels to what they make (EndpointSlices of a Service), and people copy
 * manifests: neither are ours, since we have set none of their fields.
 */
export function isDeployed(object: KubernetesObject, { operatorName }: Pick<Instance, 'operatorName'>): boolean {
  const { labels = {}, managedFields = [] } = object.metadata;
  return (
    labels[CREATED_BY] === DEPLOY &&
    labels[PART_OF] === operatorName &&
    managedFields.some(({ manager, operation }) => manager === FIELD_MANAGER && operation === 'Apply')
  );
}

/** The namespace of the operator that it was deployed for. */
export function instanceOf({ metadata }: KubernetesObject): string {
  return metadata.labels?.[INSTANCE] ?? '';
}
