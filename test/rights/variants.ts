import { posix } from 'node:path';
import { load } from 'js-yaml';
import { manifestFiles } from '../../project/manifests/manifests.ts';
import type { ManifestFile } from '../../project/manifests/kustomization.ts';
import type { PolicyRule } from '../../project/model.ts';
import { grantsOf, type Grant } from './grants.ts';
import { KINDS, type GeneratedOperator, type Kind } from './projects.ts';

/** How an operator is generated and deployed. */
export interface Variant {
  readonly kind: Kind;
  /** The overlay: where it works. */
  readonly watch: 'namespaced' | 'cluster';
  readonly finalizer: boolean;
  /** With the overlay for production: elected, and with metrics for those who may read them. */
  readonly election: boolean;
}

export const VARIANTS: readonly Variant[] = KINDS.flatMap((kind) =>
  (['cluster', 'namespaced'] as const).flatMap((watch) =>
    [false, true].flatMap((finalizer) => [false, true].map((election) => ({ kind, watch, finalizer, election }))),
  ),
);

export function describeVariant({ kind, watch, finalizer, election }: Variant): string {
  return `${kind}, ${watch}, ${finalizer ? 'with' : 'without'} finalizer, ${election ? 'with' : 'without'} election`;
}

/** Namespaces of a deployment. An operator of one namespace that is elected works in another than its own. */
export const HOME = 'home';
export const WORK = 'work';

export function worksAtHome({ watch, election }: Variant): boolean {
  return watch === 'namespaced' && !election;
}

/** The project's settings that make the variant. */
export function settingsOf(variant: Variant): string {
  const watched = variant.watch === 'namespaced' && !worksAtHome(variant) ? `watchNamespace: ${WORK}\n` : '';
  return `enableLeaderElection: ${variant.election}\n${watched}`;
}

/** A role that the manifests bind to the operator's account. */
export interface BoundRole {
  /** Where it is generated. */
  readonly file: string;
  /** Undefined: a ClusterRole, which is bound in the whole cluster. */
  readonly namespace: typeof HOME | typeof WORK | undefined;
  readonly rules: readonly PolicyRule[];
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly PolicyRule[];
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
}

/** All roles that the manifests of a variant bind to its account, as `kubectl apply -k` would bring them to a cluster. */
export function boundRoles(variant: Variant, { projectBy, crd }: GeneratedOperator): readonly BoundRole[] {
  const { watch, election } = variant;
  const project = projectBy(settingsOf(variant));
  const files = manifestFiles(project, { namespace: HOME, watch }, crd);
  const manifests = builtFrom(files, `deploy/overlays/${election ? 'production' : watch}`);
  return manifests.flatMap(({ manifest: binding }) => {
    const isBound = binding.subjects?.some(
      ({ kind, name, namespace }) => kind === 'ServiceAccount' && name === project.operatorName && namespace === HOME,
    );
    if (!isBound) return [];
    const { namespace } = binding.metadata;
    const role = manifests.find(
      ({ manifest: { kind, metadata } }) =>
        kind === binding.roleRef?.kind && metadata.name === binding.roleRef.name && metadata.namespace === namespace,
    );
    if (!role?.manifest.rules) throw new Error(`${binding.metadata.name} binds a role that there is not`);
    if (namespace !== undefined && namespace !== HOME && namespace !== WORK) throw new Error(namespace);
    const { rules } = role.manifest;
    // What `grantsOf` does not see would not be taken away.
    if (rules.some(({ nonResourceURLs, resourceNames = [] }) => nonResourceURLs || resourceNames.length > 1))
      throw new Error(`${role.path} has a rule of another form`);
    return [{ file: role.path, namespace, rules }];
  });
}

/** What the kustomization of a folder holds; patches are of no role. */
function builtFrom(
  files: readonly ManifestFile[],
  folder: string,
): readonly { readonly path: string; readonly manifest: Manifest }[] {
  const text = (path: string): string => {
    const file = files.find((each) => each.path === path);
    if (!file) throw new Error(`there is no ${path}`);
    return file.contents;
  };
  const { resources } = load(text(`${folder}/kustomization.yaml`)) as { readonly resources: readonly string[] };
  return resources.flatMap((resource) => {
    const path = posix.join(folder, resource);
    return resource.endsWith('.yaml') ? [{ path, manifest: load(text(path)) as Manifest }] : builtFrom(files, path);
  });
}

/** One verb on one resource by one role. */
export interface RoleGrant {
  readonly role: BoundRole;
  readonly grant: Grant;
}

export function grantedBy(roles: readonly BoundRole[]): readonly RoleGrant[] {
  return roles.flatMap((role) => grantsOf(role.rules).map((grant) => ({ role, grant })));
}

export function describeGrant({ role, grant: { group, resource, verb, name } }: RoleGrant): string {
  const kind = `${resource}${group && `.${group}`}${name === undefined ? '' : ` ${name}`}`;
  return `${verb} ${kind} (${role.file.replace('deploy/', '')})`;
}

/** What is taken from one variant. */
export interface Removal extends RoleGrant {
  readonly variant: Variant;
}

/** The grants of several variants that differ: the same verb on the same kind, by the same file of the same operator, is one. */
export function byGrant(removals: readonly Removal[]): ReadonlyMap<string, readonly Removal[]> {
  return Map.groupBy(removals, keyOf);
}

const keyOf = (removal: Removal): string => `${removal.variant.kind}: ${describeGrant(removal)}`;

/** How a server gives lists: as streams, for which `watch` is needed and `list` is not, or by pages. */
export type Lists = 'streamed' | 'paged';

export function neededFor(lists: Lists, removals: readonly Removal[]): readonly Removal[] {
  return removals.filter(({ grant: { verb } }) => lists === 'paged' || verb !== 'list');
}

/**
 * One of the variants for each grant that differs, so chosen that all of them have their turn: they do the same with it, by the same
 * code. The same for the same removals.
 */
export function covering(removals: readonly Removal[]): readonly Removal[] {
  return [...byGrant(removals).values()].flatMap((same, index) => same[index % same.length] ?? []);
}

/**
 * The share of a server with such lists, of two. `list` and `watch` are what the servers differ in; of the other verbs, each is tried on
 * one of the two.
 */
export function shareOf(lists: Lists, removals: readonly Removal[]): readonly Removal[] {
  const others = [...byGrant(removals.filter(({ grant: { verb } }) => verb !== 'list' && verb !== 'watch')).keys()];
  const mine = new Set(others.filter((_, index) => index % 2 === (lists === 'streamed' ? 0 : 1)));
  const shared = neededFor(lists, removals).filter(
    (removal) => ['list', 'watch'].includes(removal.grant.verb) || mine.has(keyOf(removal)),
  );
  return covering(shared);
}
