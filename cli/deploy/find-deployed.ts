import { isKindMissing, isStatus } from '../../runtime/errors.ts';
import { apiVersionOf, resourceName } from '../../runtime/kube/paths.ts';
import type { KubernetesObject, ResourceType } from '../../runtime/kube/types.ts';
import { askAll } from '../cluster/at-once.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { instanceOf, isDeployed, selectorOf, type Instance } from './labels.ts';

/** An object on the cluster, its kind and metadata. */
export interface Found {
  readonly type: ResourceType;
  readonly object: KubernetesObject & { readonly apiVersion: string; readonly kind: string };
}

/** What `ap deploy` has made of an operator. */
export interface Deployed {
  /** For this namespace, and what has none, whichever deployment wrote it last. */
  readonly own: readonly Found[];
  /** The namespaces of other deployments of the same operator. */
  readonly elsewhere: readonly string[];
  /** Kinds that could not be looked through, and why. */
  readonly unseen: readonly string[];
}

/** Copies of labels end up here, and there may be a great many. */
const NEVER_DEPLOYED = new Set([
  'events',
  'events.events.k8s.io',
  'pods',
  'endpoints',
  'endpointslices.discovery.k8s.io',
]);

/**
 * Finds by their labels all objects, of whatever kind the cluster serves, that were deployed for an operator: a list of each kind, metadata
 * only. Kinds that the user may list in the operator's namespace only are looked for there.
 */
export async function findDeployed(cluster: Cluster, instance: Instance): Promise<Deployed> {
  const kinds = await cluster.kinds();
  const unseen = kinds.unavailable.map((group) => `${group}: its API server does not answer`);
  const searched = kinds.preferred.filter(
    ({ type, verbs }) => verbs.includes('list') && verbs.includes('delete') && !NEVER_DEPLOYED.has(resourceName(type)),
  );
  const lists = await askAll(searched, async ({ type }) => {
    const objects = await listLabelled(cluster, type, instance);
    if (typeof objects === 'string') unseen.push(`${resourceName(type)}: ${objects}`);
    return typeof objects === 'string' ? [] : objects.map((object) => foundObject(type, object));
  });
  const all = lists.flat().filter(({ object }) => isDeployed(object, instance));
  return {
    own: all.filter(
      ({ object, type }) =>
        instanceOf(object) === instance.namespace || (!type.namespaced && object.kind !== 'Namespace'),
    ),
    elsewhere: [
      ...new Set(
        all
          .filter(({ object, type }) => type.plural === 'deployments' && instanceOf(object) !== instance.namespace)
          .map(({ object }) => instanceOf(object)),
      ),
    ],
    unseen,
  };
}

export function foundObject(type: ResourceType, object: KubernetesObject): Found {
  return { type, object: { ...object, apiVersion: apiVersionOf(type), kind: type.kind } };
}

/** Why not, where they cannot be listed. */
async function listLabelled(
  cluster: Cluster,
  type: ResourceType,
  instance: Instance,
): Promise<readonly KubernetesObject[] | string> {
  const options = { labelSelector: selectorOf(instance), metadataOnly: true };
  try {
    return await cluster.list(type, undefined, options);
  } catch (error) {
    if (isKindMissing(error) || isStatus(error, 404, 405)) return [];
    if (!isStatus(error, 403)) throw error;
    if (!type.namespaced) return 'you may not list them';
  }
  try {
    return await cluster.list(type, instance.namespace, options);
  } catch (error) {
    if (isStatus(error, 403)) return 'you may not list them';
    if (isKindMissing(error) || isStatus(error, 404, 405)) return [];
    throw error;
  }
}
