import { readFile } from 'node:fs/promises';
import { load } from 'js-yaml';
import type { Rights } from '../../project/manifests/rights.ts';
import type { PolicyRule } from '../../project/model.ts';
import { systemClock } from '../../runtime/clock.ts';
import { fromKubeconfig } from '../../runtime/kube/kubeconfig.ts';
import type { Transport } from '../../runtime/kube/transport.ts';
import type { Kubectl } from './kubectl.ts';
import type { RealCluster } from './kubernetes/real-cluster.ts';

/** One grant, `configmaps: get`. */
export interface Grant {
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
  /** Of the one object that it is for; undefined: for all. */
  readonly name: string | undefined;
}

export const grantsOf = (rules: readonly PolicyRule[]): readonly Grant[] =>
  rules.flatMap(({ apiGroups = [], resources = [], resourceNames: [name] = [], verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => ({ group, resource, verb, name }))),
    ),
  );

export const rulesOf = (grants: readonly Grant[]): readonly PolicyRule[] =>
  grants.map(({ group, resource, verb, name }) => ({
    apiGroups: [group],
    resources: [resource],
    verbs: [verb],
    ...(name !== undefined && { resourceNames: [name] }),
  }));

/** A real cluster, and how one talks to it as its admin. */
export interface Access {
  readonly cluster: RealCluster;
  readonly kubectl: Kubectl;
  readonly transport: Transport;
}

/** A service account of a namespace that it makes, with these rights; returns its kubeconfig once they are in force. */
export async function serviceAccount(access: Access, namespace: string, rights: Partial<Rights>): Promise<string> {
  const { kubectl, cluster } = access;
  const items = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'operator', namespace } },
    ...roleOf('Role', namespace, rights.namespaced ?? []),
    ...roleOf('ClusterRole', namespace, rights.cluster ?? []),
  ];
  kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const token = kubectl(['create', 'token', 'operator', '-n', namespace]).trim();
  const admin = load(await readFile(cluster.kubeconfig, 'utf8')) as object;
  const kubeconfig = JSON.stringify({ ...admin, users: [{ name: 'admin', user: { token } }] });
  await inForce(access.transport, kubeconfig, namespace, grantsOf(rights.namespaced ?? []));
  await inForce(access.transport, kubeconfig, undefined, grantsOf(rights.cluster ?? []));
  return kubeconfig;
}

function roleOf(kind: 'Role' | 'ClusterRole', namespace: string, rules: readonly PolicyRule[]): readonly object[] {
  const metadata = { name: `operator-${namespace}`, ...(kind === 'Role' && { namespace }) };
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata };
  return [
    { ...rbac, kind, rules },
    {
      ...rbac,
      kind: `${kind}Binding`,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: metadata.name },
      subjects: [{ kind: 'ServiceAccount', name: 'operator', namespace }],
    },
  ];
}

/** The authorizer learns of roles and bindings by watches of its own. `namespace` undefined: in all of them. */
async function inForce(
  transport: Transport,
  kubeconfig: string,
  namespace: string | undefined,
  grants: readonly Grant[],
): Promise<void> {
  const access = fromKubeconfig(kubeconfig, systemClock);
  for (const { group, resource, verb, name } of grants) {
    const [plural, subresource] = resource.split('/');
    const resourceAttributes = { namespace, group, resource: plural, subresource, verb, name };
    const body = JSON.stringify({ ...REVIEW, spec: { resourceAttributes } });
    for (let allowed = false; !allowed;) {
      const answer = await transport.send({
        method: 'POST',
        path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        headers: { 'content-type': 'application/json', ...(await access.credentials.headers()) },
        body,
      });
      const { status } = JSON.parse(await answer.body.text()) as { readonly status?: { readonly allowed?: boolean } };
      allowed = status?.allowed ?? false;
    }
  }
}

const REVIEW = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview' };
