import { isDeepStrictEqual } from 'node:util';
import type { Problem } from '../../project/model.ts';
import { isKindMissing, isStatus, type ApiError } from '../../runtime/errors.ts';
import type { KubernetesObject, ResourceType } from '../../runtime/kube/types.ts';
import { askAll } from '../cluster/at-once.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { at, listAt, textAt } from '../cluster/fields.ts';
import { refused } from '../cluster/problems.ts';
import { conflicting, deployedElsewhere, notAccepted, notServed, strangers } from './errors.ts';
import { findDeployed, type Found } from './find-deployed.ts';
import { instanceOf, isDeployed, labelled, type Instance } from './labels.ts';
import { identityOf, nameOf, type Manifest } from './manifest.ts';
import { inOrder } from './order.ts';
import { comparable } from './comparable.ts';
import type { SchemaChange } from '../schema-changes/change.ts';
import { crdChanges } from '../schema-changes/crd-changes.ts';

/** What becomes of an object: `kept` is a namespace that somebody else made. */
export type Change = 'created' | 'changed' | 'unchanged' | 'kept';

export interface PlannedObject {
  readonly manifest: Manifest;
  readonly type: ResourceType;
  /** As it is; undefined: there is none. */
  readonly before: KubernetesObject | undefined;
  /** As the server says that it would be; undefined where it cannot say so before something else is there. */
  readonly after: KubernetesObject | undefined;
  readonly change: Change;
  /** Whether fields of others are taken over: where that was asked for, and of an object that is. */
  readonly force: boolean;
}

export interface Plan {
  readonly instance: Instance;
  /** In the order in which they are written. */
  readonly objects: readonly PlannedObject[];
  /** Deployed before, and not in the manifests any more. */
  readonly obsolete: readonly Found[];
  /** The CustomResourceDefinitions that are there, and whose spec changes, and what that does to stored resources. */
  readonly schemaChanges: readonly { readonly name: string; readonly changes: readonly SchemaChange[] }[];
}

export interface PlanOptions {
  /** Take over objects that were made by others. */
  readonly adopt: boolean;
  /** Take over fields that were set by others. */
  readonly forceConflicts: boolean;
}

/**
 * What applying the manifests would do. Reads, and writes with `dryRun=All` only.
 *
 * @throws CommandError Everything that stands in the way, at once.
 */
export async function planDeployment(
  cluster: Cluster,
  manifests: readonly Manifest[],
  instance: Instance,
  options: PlanOptions,
): Promise<Plan> {
  const typed = await withTypes(cluster, manifests, instance);
  const existing = await askAll(typed, ({ manifest, type }) => find(cluster, type, manifest));
  const objects = typed.map((one, index) => ({ ...one, before: existing[index] }));
  refuseForeign(objects, instance, options.adopt);

  const absent = new Set(
    objects.flatMap(({ manifest, before }) => (isNamespace(manifest) && !before ? [manifest.metadata.name] : [])),
  );
  const problems: Problem[] = [];
  const planned = await askAll(objects, async (object): Promise<PlannedObject> => {
    const { manifest, type, before } = object;
    const force = options.forceConflicts || (before !== undefined && !isDeployed(before, instance));
    if (isNamespace(manifest) && before && !isDeployed(before, instance) && !options.adopt)
      return { ...object, after: before, change: 'kept', force };
    const answer = await rehearse(cluster, type, manifest, {
      force,
      isNamespaceAbsent: absent.has(manifest.metadata.namespace ?? ''),
    });
    if (answer && 'problem' in answer) problems.push(answer.problem);
    const after = answer && 'object' in answer ? answer.object : undefined;
    const isSame = before && after && isDeepStrictEqual(comparable(before), comparable(after));
    return { ...object, after, change: !before ? 'created' : isSame ? 'unchanged' : 'changed', force };
  });
  if (problems.length > 0) throw refused(problems);

  const wanted = new Set(typed.map(({ manifest }) => identityOf(manifest)));
  const { own } = await findDeployed(cluster, instance);
  return {
    instance,
    objects: planned,
    obsolete: own.filter(
      ({ object }) =>
        instanceOf(object) === instance.namespace && !isNamespace(object) && !wanted.has(identityOf(object)),
    ),
    schemaChanges: planned.flatMap(({ manifest, before, after }) =>
      isCrd(manifest) && before && after && !isDeepStrictEqual(at(before, 'spec'), at(after, 'spec'))
        ? [{ name: manifest.metadata.name, changes: crdChanges(before, after) }]
        : [],
    ),
  };
}

export const isNamespace = ({ kind, apiVersion }: KubernetesObject): boolean =>
  kind === 'Namespace' && apiVersion === 'v1';

export const isCrd = ({ kind, apiVersion }: KubernetesObject): boolean =>
  kind === 'CustomResourceDefinition' && (apiVersion ?? '').startsWith('apiextensions.k8s.io/');

interface Typed {
  readonly manifest: Manifest;
  readonly type: ResourceType;
}

/** Labelled, in order, with their namespaces and kinds; and the operator's namespace first, where no manifest makes it. */
async function withTypes(
  cluster: Cluster,
  manifests: readonly Manifest[],
  instance: Instance,
): Promise<readonly Typed[]> {
  const kinds = await cluster.kinds();
  const made = manifests.flatMap(typesOfCrd);
  const typeOf = ({ apiVersion, kind }: Manifest): ResourceType | undefined =>
    kinds.find(apiVersion, kind)?.type ??
    made.find((one) => one.kind === kind && `${one.group}/${one.version}` === apiVersion);
  const { namespace } = instance;
  const all = manifests.some((one) => isNamespace(one) && one.metadata.name === namespace)
    ? manifests
    : [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, ...manifests];
  const problems: Problem[] = [];
  const typed = inOrder(all).flatMap((manifest) => {
    const type = typeOf(manifest);
    if (!type) {
      problems.push(notServed(nameOf(manifest), manifest.apiVersion));
      return [];
    }
    const placed = type.namespaced ? { namespace, ...manifest.metadata } : manifest.metadata;
    return [{ manifest: labelled({ ...manifest, metadata: placed }, instance), type }];
  });
  if (problems.length > 0) throw refused(problems);
  return typed;
}

/** The kinds that a CustomResourceDefinition makes. */
export function typesOfCrd(crd: KubernetesObject): readonly ResourceType[] {
  if (!isCrd(crd)) return [];
  return listAt(crd, 'spec', 'versions').map((version) => ({
    group: textAt(crd, 'spec', 'group'),
    version: textAt(version, 'name'),
    kind: textAt(crd, 'spec', 'names', 'kind'),
    plural: textAt(crd, 'spec', 'names', 'plural'),
    namespaced: textAt(crd, 'spec', 'scope') !== 'Cluster',
  }));
}

async function find(
  cluster: Cluster,
  type: ResourceType,
  { metadata }: Manifest,
): Promise<KubernetesObject | undefined> {
  const { name, namespace } = metadata;
  try {
    return await cluster.client.get({ type, name, namespace });
  } catch (error) {
    if (isStatus(error, 404) || isKindMissing(error)) return undefined;
    throw error;
  }
}

function refuseForeign(
  objects: readonly (Typed & { readonly before: KubernetesObject | undefined })[],
  instance: Instance,
  adopt: boolean,
): void {
  const there = objects.flatMap(({ manifest, before }) =>
    before && !isNamespace(manifest) ? [{ manifest, before }] : [],
  );
  const foreign = there.filter(({ manifest, before }) => {
    if (!isDeployed(before, instance)) return true;
    // What has no namespace may be shared by several deployments of the operator.
    return manifest.metadata.namespace !== undefined && instanceOf(before) !== instance.namespace;
  });
  if (foreign.length > 0 && !adopt) throw refused([strangers(foreign.map(({ manifest }) => nameOf(manifest)))]);
  const taken = there.filter(
    ({ manifest, before }) =>
      manifest.kind === 'ClusterRoleBinding' &&
      isDeployed(before, instance) &&
      instanceOf(before) !== instance.namespace,
  );
  if (taken.length > 0)
    throw refused(taken.map(({ manifest, before }) => deployedElsewhere(nameOf(manifest), instanceOf(before))));
}

/**
 * Applies it without keeping it. In a namespace that is not there yet nothing can be tried: the server is asked about an object of the same
 * contents in the namespace `default`. Undefined where it cannot tell yet.
 */
async function rehearse(
  cluster: Cluster,
  type: ResourceType,
  manifest: Manifest,
  { force, isNamespaceAbsent }: { readonly force: boolean; readonly isNamespaceAbsent: boolean },
): Promise<{ readonly object: KubernetesObject } | { readonly problem: Problem } | undefined> {
  try {
    if (!isNamespaceAbsent)
      return { object: await cluster.client.apply(type, manifest, { force, strict: true, dryRun: true }) };
    const { name, ...metadata } = manifest.metadata;
    const elsewhere = { ...metadata, name: '', generateName: `${name.slice(0, 50)}-`, namespace: 'default' };
    await cluster.client.create(type, { ...manifest, metadata: elsewhere }, { dryRun: true });
    return undefined;
  } catch (error) {
    // A role that is yet to be made, a kind that is.
    if (isStatus(error, 404) || isKindMissing(error)) return undefined;
    // Rights in `default` say nothing.
    if (isNamespaceAbsent && isStatus(error, 403)) return undefined;
    if (isStatus(error, 409)) return { problem: conflicting(nameOf(manifest), conflictText(error)) };
    if (isStatus(error, 400, 403, 422, 500)) return { problem: notAccepted(nameOf(manifest), error.answer) };
    throw error;
  }
}

/** `.spec.replicas (kubectl)` for each field. */
function conflictText({ causes, answer }: ApiError): string {
  const fields = causes
    .filter(({ reason }) => reason === 'FieldManagerConflict')
    .map(({ field = '', message = '' }) => `${field} (${/"([^"]*)"/.exec(message)?.[1] ?? message})`);
  return fields.join(', ') || answer;
}
