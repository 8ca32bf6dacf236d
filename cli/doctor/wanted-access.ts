import { leaseRules, rightsOf } from '../../project/manifests/rights.ts';
import { SYSTEM_NAMESPACES, type Deployment } from '../../project/manifests/settings.ts';
import type { PolicyRule, Project } from '../../project/model.ts';
import type { Access } from '../../runtime/kube/access-review.ts';

/** All that the operator's account needs, as its roles should have it. `namespace`: where the operator runs. */
export function operatorAccess(project: Project, { watch }: Deployment, namespace: string): readonly Access[] {
  const { watchNamespace, leaderElectionNamespace, enableLeaderElection } = project.operator;
  const rights = rightsOf(project, watch);
  const home = watchNamespace === '' ? namespace : watchNamespace;
  return [
    ...rights.namespaced.flatMap((rule) => accessesOf(rule, home)),
    ...rights.cluster.flatMap((rule) => accessesOf(rule, undefined)),
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

/** What whoever deploys needs: to apply what `ap deploy` applies, and to see what becomes of it. */
export function deployAccess(project: Project, { watch }: Deployment, namespace: string): readonly Access[] {
  const { cluster, namespaced } = rightsOf(project, watch);
  const rbac = 'rbac.authorization.k8s.io';
  const may = (group: string, resource: string, at: string | undefined, verbs: readonly string[] = APPLY): Access[] =>
    verbs.map((verb) => ({ group, resource, verb, namespace: at }));
  const own = ['roles', 'rolebindings'].flatMap((resource) => may(rbac, resource, namespace));
  const wide = ['clusterroles', 'clusterrolebindings'].flatMap((resource) => may(rbac, resource, undefined));
  const isServed = project.operator.metricsAddr !== '';
  return [
    ...(SYSTEM_NAMESPACES.has(namespace) ? [] : may('', 'namespaces', undefined)),
    ...may('apiextensions.k8s.io', 'customresourcedefinitions', undefined),
    ...may('', 'serviceaccounts', namespace),
    ...may('', 'configmaps', namespace),
    ...(namespaced.length > 0 || project.operator.enableLeaderElection ? own : []),
    ...(cluster.length > 0 ? wide : []),
    ...(isServed ? may('', 'services', namespace) : []),
    ...may('apps', 'deployments', namespace, [...APPLY, 'list', 'watch']),
    ...may('', 'pods', namespace, ['get', 'list', 'watch']),
    { group: '', resource: 'pods', subresource: 'log', verb: 'get', namespace },
    ...may('', 'events', namespace, ['list']),
  ];
}

/** To write roles that grant more than one has oneself. */
export function escalateAccess({ watch }: Deployment, namespace: string): readonly Access[] {
  const group = 'rbac.authorization.k8s.io';
  const at = watch === 'cluster' ? undefined : namespace;
  return [{ group, resource: watch === 'cluster' ? 'clusterroles' : 'roles', verb: 'escalate', namespace: at }];
}
