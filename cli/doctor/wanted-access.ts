import { metricsPort, REVIEW_RULES } from '../../project/manifests/metrics.ts';
import { HOME_RULES, leaseRules, rightsOf } from '../../project/manifests/rights.ts';
import { SYSTEM_NAMESPACES, type Deployment } from '../../project/manifests/settings.ts';
import { userRules } from '../../project/manifests/user-roles.ts';
import type { PolicyRule, Project } from '../../project/model.ts';
import type { Access } from '../../runtime/kube/access-review.ts';

/** What of the manifests is installed, beside what the settings say. */
export interface Installed extends Pick<Deployment, 'watch'> {
  /** Where the operator runs. */
  readonly namespace: string;
  /** With the overlay for production: several replicas, of which one is elected, and metrics for those who may read them. */
  readonly isProduction: boolean;
}

/** All that the operator's account needs: what the generated roles grant it. */
export function operatorAccess(project: Project, installed: Installed): readonly Access[] {
  const { watch, namespace } = installed;
  const rights = rightsOf(project, watch);
  return [
    ...rights.namespaced.flatMap((rule) => accessesOf(rule, watchedNamespace(project, installed))),
    ...rights.cluster.flatMap((rule) => accessesOf(rule, undefined)),
    ...(watchesElsewhere(project, installed) ? HOME_RULES.flatMap((rule) => accessesOf(rule, namespace)) : []),
    ...(looksUpReaders(project, installed) ? REVIEW_RULES.flatMap((rule) => accessesOf(rule, undefined)) : []),
    ...(isElected(project, installed)
      ? leaseRules(project.operatorName).flatMap((rule) =>
          accessesOf(rule, project.operator.leaderElectionNamespace || namespace),
        )
      : []),
  ];
}

/** What the roles for people grant, which are deployed with it. */
export function peoplesAccess(project: Project): readonly Access[] {
  return userRules(project).flatMap((rule) => accessesOf(rule, undefined));
}

const watchedNamespace = ({ operator }: Project, { namespace }: Installed): string =>
  operator.watchNamespace === '' ? namespace : operator.watchNamespace;

const watchesElsewhere = (project: Project, installed: Installed): boolean =>
  installed.watch === 'namespaced' && watchedNamespace(project, installed) !== installed.namespace;

const looksUpReaders = (project: Project, { isProduction }: Installed): boolean =>
  metricsPort(project) !== undefined && (isProduction || project.operator.metricsSecure);

const isElected = ({ operator }: Project, { isProduction }: Installed): boolean =>
  isProduction || operator.enableLeaderElection;

/** Rules on paths that are no resources are not among it. */
function accessesOf(
  { apiGroups = [], resources = [], resourceNames, verbs }: PolicyRule,
  namespace: string | undefined,
): Access[] {
  const accesses: Access[] = [];
  for (const group of apiGroups)
    for (const [resource = '', subresource] of resources.map((each) => each.split('/')))
      for (const verb of verbs)
        for (const name of resourceNames ?? [undefined])
          accesses.push({ group, resource, subresource, verb, namespace, ...(name !== undefined && { name }) });
  return accesses;
}

/** What server-side apply of an object needs, with a look at what is there before. */
const APPLY = ['get', 'create', 'patch'];
const REMOVE = ['list', 'delete'];

/** The kinds that are deployed, and where: what the generated manifests hold. */
function deployedKinds(project: Project, installed: Installed): readonly Omit<Access, 'verb'>[] {
  const { namespace, watch, isProduction } = installed;
  const { cluster, namespaced } = rightsOf(project, watch);
  const { leaderElectionNamespace } = project.operator;
  const of = (group: string, at: string | undefined, ...resources: readonly string[]): Omit<Access, 'verb'>[] =>
    resources.map((resource) => ({ group, resource, namespace: at }));
  const withRoles = new Set([
    ...(namespaced.length > 0 ? [watchedNamespace(project, installed)] : []),
    ...(watchesElsewhere(project, installed) ? [namespace] : []),
    ...(isElected(project, installed) ? [leaderElectionNamespace || namespace] : []),
  ]);
  const bindsClusterRoles = cluster.length > 0 || looksUpReaders(project, installed);
  return [
    ...(SYSTEM_NAMESPACES.has(namespace) ? [] : of('', undefined, 'namespaces')),
    ...of('apiextensions.k8s.io', undefined, 'customresourcedefinitions'),
    ...of('', namespace, 'serviceaccounts', 'configmaps'),
    ...(metricsPort(project) === undefined ? [] : of('', namespace, 'services')),
    ...[...withRoles].flatMap((at) => of(RBAC, at, 'roles', 'rolebindings')),
    // Those for people are always there.
    ...of(RBAC, undefined, 'clusterroles', ...(bindsClusterRoles ? ['clusterrolebindings'] : [])),
    ...of('apps', namespace, 'deployments'),
    ...(isProduction ? of('policy', namespace, 'poddisruptionbudgets') : []),
  ];
}

const RBAC = 'rbac.authorization.k8s.io';

/** What whoever deploys needs: to apply what `ap deploy` applies, and to see what becomes of it. */
export function deployAccess(project: Project, installed: Installed): readonly Access[] {
  const { namespace } = installed;
  return [
    ...withVerbs(deployedKinds(project, installed), APPLY),
    { group: 'apps', resource: 'replicasets', verb: 'list', namespace },
    { group: '', resource: 'pods', verb: 'list', namespace },
    { group: '', resource: 'pods', subresource: 'log', verb: 'get', namespace },
    { group: '', resource: 'events', verb: 'list', namespace },
  ];
}

/** What it takes beside that to find and delete it again. */
export function undeployAccess(project: Project, installed: Installed): readonly Access[] {
  return withVerbs(deployedKinds(project, installed), REMOVE);
}

function withVerbs(kinds: readonly Omit<Access, 'verb'>[], verbs: readonly string[]): readonly Access[] {
  return kinds.flatMap((kind) => verbs.map((verb) => Object.assign({ verb }, kind)));
}

/** To write roles that grant more than one has oneself. */
export function escalateAccess(project: Project, installed: Installed): readonly Access[] {
  return withVerbs(
    deployedKinds(project, installed).filter(({ resource }) => resource === 'roles' || resource === 'clusterroles'),
    ['escalate'],
  );
}
