import { REVIEW_RULES } from '../../project/manifests/metrics.ts';
import { leaseRules, rightsOf } from '../../project/manifests/rights.ts';
import { SYSTEM_NAMESPACES, type Deployment } from '../../project/manifests/settings.ts';
import type { PolicyRule, Project } from '../../project/model.ts';
import type { Access } from '../../runtime/kube/access-review.ts';

/**
 * All that the operator's account needs, as its roles should have it. `namespace`: where the operator runs. `isProduction`: it looks up who reads
 * its metrics.
 */
export function operatorAccess(
  project: Project,
  { watch }: Deployment,
  namespace: string,
  isProduction: boolean,
): readonly Access[] {
  const { watchNamespace, leaderElectionNamespace, enableLeaderElection } = project.operator;
  const rights = rightsOf(project, watch);
  const home = watchNamespace === '' ? namespace : watchNamespace;
  return [
    ...rights.namespaced.flatMap((rule) => accessesOf(rule, home)),
    ...rights.cluster.flatMap((rule) => accessesOf(rule, undefined)),
    ...(isProduction ? REVIEW_RULES.flatMap((rule) => accessesOf(rule, undefined)) : []),
    ...(enableLeaderElection
      ? leaseRules(project.operatorName).flatMap((rule) => accessesOf(rule, leaderElectionNamespace || namespace))
      : []),
  ];
}

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
function deployedKinds(project: Project, { watch }: Deployment, namespace: string): readonly Omit<Access, 'verb'>[] {
  const { cluster, namespaced } = rightsOf(project, watch);
  const { enableLeaderElection, metricsAddr } = project.operator;
  const rbac = 'rbac.authorization.k8s.io';
  const of = (group: string, at: string | undefined, ...resources: readonly string[]): Omit<Access, 'verb'>[] =>
    resources.map((resource) => ({ group, resource, namespace: at }));
  return [
    ...(SYSTEM_NAMESPACES.has(namespace) ? [] : of('', undefined, 'namespaces')),
    ...of('apiextensions.k8s.io', undefined, 'customresourcedefinitions'),
    ...of('', namespace, 'serviceaccounts', 'configmaps', ...(metricsAddr === '' ? [] : ['services'])),
    ...(namespaced.length > 0 || enableLeaderElection ? of(rbac, namespace, 'roles', 'rolebindings') : []),
    ...(cluster.length > 0 ? of(rbac, undefined, 'clusterroles', 'clusterrolebindings') : []),
    ...of('apps', namespace, 'deployments'),
  ];
}

/** What whoever deploys needs: to apply what `ap deploy` applies, and to see what becomes of it. */
export function deployAccess(project: Project, deployment: Deployment, namespace: string): readonly Access[] {
  return [
    ...withVerbs(deployedKinds(project, deployment, namespace), APPLY),
    { group: 'apps', resource: 'replicasets', verb: 'list', namespace },
    { group: '', resource: 'pods', verb: 'list', namespace },
    { group: '', resource: 'pods', subresource: 'log', verb: 'get', namespace },
    { group: '', resource: 'events', verb: 'list', namespace },
  ];
}

/** What it takes beside that to find and delete it again. */
export function undeployAccess(project: Project, deployment: Deployment, namespace: string): readonly Access[] {
  return withVerbs(deployedKinds(project, deployment, namespace), REMOVE);
}

function withVerbs(kinds: readonly Omit<Access, 'verb'>[], verbs: readonly string[]): readonly Access[] {
  return kinds.flatMap((kind) => verbs.map((verb) => Object.assign({ verb }, kind)));
}

/** To write roles that grant more than one has oneself. */
export function escalateAccess({ watch }: Deployment, namespace: string): readonly Access[] {
  const group = 'rbac.authorization.k8s.io';
  const at = watch === 'cluster' ? undefined : namespace;
  return [{ group, resource: watch === 'cluster' ? 'clusterroles' : 'roles', verb: 'escalate', namespace: at }];
}
