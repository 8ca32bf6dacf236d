import type { Access } from '../../runtime/kube/access-review.ts';
import { at, isFields, listAt, textAt, type Fields } from '../cluster/fields.ts';
import type { Manifest } from '../deploy/manifest.ts';

/** An account, and where the rules of a role hold for it; `namespace` undefined: everywhere. */
interface Grant {
  readonly namespace: string | undefined;
  readonly rules: readonly unknown[];
}

/** What of these the roles and bindings among the manifests do not let a ServiceAccount do. */
export function notGranted(
  manifests: readonly Manifest[],
  account: { readonly name: string; readonly namespace: string },
  wanted: readonly Access[],
): readonly Access[] {
  const grants = grantsOf(manifests, account);
  return wanted.filter(
    (access) =>
      !grants.some(
        ({ namespace, rules }) =>
          (namespace === undefined || namespace === access.namespace) && rules.some((rule) => covers(rule, access)),
      ),
  );
}

function grantsOf(
  manifests: readonly Manifest[],
  account: { readonly name: string; readonly namespace: string },
): readonly Grant[] {
  return manifests.flatMap((binding) => {
    if (binding.kind !== 'RoleBinding' && binding.kind !== 'ClusterRoleBinding') return [];
    const isBound = listAt(binding, 'subjects').some(
      (subject) =>
        textAt(subject, 'kind') === 'ServiceAccount' &&
        textAt(subject, 'name') === account.name &&
        textAt(subject, 'namespace') === account.namespace,
    );
    const namespace = binding.kind === 'RoleBinding' ? (binding.metadata.namespace ?? account.namespace) : undefined;
    const role = manifests.find(
      ({ kind, metadata }) =>
        kind === textAt(binding, 'roleRef', 'kind') &&
        metadata.name === textAt(binding, 'roleRef', 'name') &&
        (kind === 'ClusterRole' || (metadata.namespace ?? account.namespace) === namespace),
    );
    return isBound && role ? [{ namespace, rules: listAt(role, 'rules') }] : [];
  });
}

function covers(rule: unknown, { group, resource, subresource, verb, name }: Access): boolean {
  if (!isFields(rule)) return false;
  const full = subresource === undefined ? resource : `${resource}/${subresource}`;
  const names = listAt(rule, 'resourceNames');
  return (
    has(rule, 'apiGroups', group) &&
    (has(rule, 'resources', full) || listAt(rule, 'resources').includes(`*/${subresource ?? ''}`)) &&
    has(rule, 'verbs', verb) &&
    (names.length === 0 || (name !== undefined && names.includes(name)))
  );
}

const has = (rule: Fields, key: string, value: string): boolean => {
  const listed = at(rule, key);
  return Array.isArray(listed) && (listed.includes(value) || listed.includes('*'));
};
