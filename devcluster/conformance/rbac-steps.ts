import type { Step } from './scenario.ts';

export const RBAC = '/apis/rbac.authorization.k8s.io/v1';
export const REVIEWS = '/apis/authorization.k8s.io/v1';
const API_GROUP = 'rbac.authorization.k8s.io';

export interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

/** Makes a role in the scenario's namespace. */
export function makeRole(name: string, ...rules: readonly Rule[]): Step {
  const path = `${RBAC}/namespaces/{{ns}}/roles`;
  return { name: `make role ${name}`, method: 'POST', path, body: { metadata: { name }, rules }, setup: true };
}

/** Makes a ClusterRole. Scenarios remove those that they make: `cleanup`. */
export function makeClusterRole(name: string, ...rules: readonly Rule[]): Step {
  const body = { metadata: { name }, rules };
  return { name: `make cluster role ${name}`, method: 'POST', path: `${RBAC}/clusterroles`, body, setup: true };
}

export const user = (name: string): object => ({ kind: 'User', apiGroup: API_GROUP, name });
export const group = (name: string): object => ({ kind: 'Group', apiGroup: API_GROUP, name });
export const account = (name: string, namespace?: string): object => ({ kind: 'ServiceAccount', name, namespace });
export const roleRef = (kind: string, name: string): object => ({ apiGroup: API_GROUP, kind, name });

/** Binds a role of the scenario's namespace, or a ClusterRole there. */
export function bind(name: string, ref: object, ...subjects: readonly object[]): Step {
  const path = `${RBAC}/namespaces/{{ns}}/rolebindings`;
  return {
    name: `bind ${name}`,
    method: 'POST',
    path,
    body: { metadata: { name }, roleRef: ref, subjects },
    setup: true,
  };
}

export function bindCluster(name: string, ref: object, ...subjects: readonly object[]): Step {
  const body = { metadata: { name }, roleRef: ref, subjects };
  return { name: `bind cluster ${name}`, method: 'POST', path: `${RBAC}/clusterrolebindings`, body, setup: true };
}

/** Waits until roles are in force: a real server takes some milliseconds. `may`: what is to be allowed, or not any more. */
export function settled(name: string, spec: object, allowed = true): Step {
  return {
    name: `settled: ${name}`,
    method: 'POST',
    path: `${REVIEWS}/subjectaccessreviews`,
    body: { spec },
    untilValue: ['status.allowed', allowed],
    setup: true,
  };
}

/** What a user does with a resource of the scenario's namespace. */
export function access(name: string, verb: string, resource: string, more: object = {}): object {
  return { user: name, resourceAttributes: { namespace: '{{ns}}', verb, resource, ...more } };
}
