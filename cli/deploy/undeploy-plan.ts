import { isKindMissing, isStatus } from '../../runtime/errors.ts';
import type { KubernetesObject } from '../../runtime/kube/types.ts';
import type { Project } from '../../project/model.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { numberAt } from '../cluster/fields.ts';
import { findDeployed, foundObject, type Found } from './find-deployed.ts';
import { hasFinalizer } from './finalizers.ts';
import { instanceOf, type Instance } from './labels.ts';
import { identityOf } from './manifest.ts';
import { resourcesOf, stageOf } from './removal.ts';
import { watchedNamespace } from './resource-scope.ts';
import { CONFIG_MAPS, DEPLOYMENTS } from '../cluster/kinds.ts';

/** What there is to undo. */
export interface UndeployPlan {
  readonly instance: Instance;
  /** All that was deployed and that goes, but for resources of the operator's kind. */
  readonly objects: readonly Found[];
  /** Resources of the operator's kind that `ap deploy` made, since they are in the manifests. */
  readonly deployedResources: readonly Found[];
  /** The other resources that the operator works on. */
  readonly resources: readonly Found[];
  /** Of those, what carries the operator's finalizer. */
  readonly finalized: readonly Found[];
  /** Whether a pod of the operator is there to run finalizers. */
  readonly isRunning: boolean;
  /** What other deployments of the same operator use too, and where those are. */
  readonly shared: readonly Found[];
  readonly elsewhere: readonly string[];
  readonly unseen: readonly string[];
}

/** Looks what was deployed, and which resources the operator works on. Writes nothing. */
export async function planUndeployment(
  cluster: Cluster,
  project: Pick<Project, 'group' | 'version' | 'kind'>,
  instance: Instance,
): Promise<UndeployPlan> {
  const { own, elsewhere, unseen } = await findDeployed(cluster, instance);
  const shared = elsewhere.length === 0 ? [] : own.filter((found) => isShared(found, instance));
  const deployment = await operatorIn(cluster, own);
  const watched = await scopeOf(cluster, deployment, instance, elsewhere);
  // Of an operator that is not there, nobody asks for resources.
  const all = own.length > shared.length ? await operatorResources(cluster, project, own, watched) : [];
  const isOwn = new Set(own.map(({ object }) => identityOf(object)));
  const resources = all.filter(({ object }) => !isOwn.has(identityOf(object)));
  const kinds = new Set(all.map(({ type }) => `${type.kind}.${type.group}`));
  const deployedResources = own.filter(({ type }) => kinds.has(`${type.kind}.${type.group}`));
  return {
    instance,
    objects: own.filter((found) => !shared.includes(found) && !deployedResources.includes(found)),
    deployedResources,
    resources,
    finalized: resources.filter((found) => hasFinalizer(found, instance.operatorName)),
    isRunning: numberAt(deployment, 'status', 'availableReplicas') > 0,
    shared,
    elsewhere,
    unseen,
  };
}

/** What has no namespace serves all deployments of an operator, but for what bears the name of one. Namespaces are their own. */
function isShared(found: Found, { namespace, operatorName }: Instance): boolean {
  if (found.type.namespaced || stageOf(found) === 'namespace') return false;
  return instanceOf(found.object) !== namespace || found.object.metadata.name !== `${operatorName}-${namespace}`;
}

async function operatorIn(cluster: Cluster, own: readonly Found[]): Promise<KubernetesObject | undefined> {
  const found = own.find(({ object }) => object.kind === 'Deployment');
  if (!found) return undefined;
  const { name, namespace } = found.object.metadata;
  return cluster.client.get({ type: DEPLOYMENTS, name, namespace }).catch((error: unknown) => {
    if (!isStatus(error, 404)) throw error;
    return undefined;
  });
}

/** Where nothing says what the operator watched, all of it; beside other deployments, its own namespace. */
async function scopeOf(
  cluster: Cluster,
  deployment: KubernetesObject | undefined,
  instance: Instance,
  elsewhere: readonly string[],
): Promise<string | undefined> {
  if (!deployment) return elsewhere.length > 0 ? instance.namespace : undefined;
  const maps = await cluster.list(CONFIG_MAPS, instance.namespace);
  return watchedNamespace(deployment, new Map(maps.map((map) => [map.metadata.name, map])));
}

/** Of all kinds that were deployed, and of the project's, whoever installed that; of one namespace or (undefined) of all. */
async function operatorResources(
  cluster: Cluster,
  { group, version, kind }: Pick<Project, 'group' | 'version' | 'kind'>,
  own: readonly Found[],
  namespace: string | undefined,
): Promise<readonly Found[]> {
  const definitions = own.filter((found) => stageOf(found) === 'definition');
  const ofDefinitions = (await Promise.all(definitions.map((crd) => resourcesOf(cluster, crd, namespace)))).flat();
  const type = (await cluster.kinds()).find(`${group}/${version}`, kind)?.type;
  if (!type || ofDefinitions.some((found) => found.type.plural === type.plural && found.type.group === group))
    return ofDefinitions;
  try {
    const objects = await cluster.list(type, namespace, { metadataOnly: true });
    return [...ofDefinitions, ...objects.map((object) => foundObject(type, object))];
  } catch (error) {
    if (isKindMissing(error) || isStatus(error, 404)) return ofDefinitions;
    throw error;
  }
}
