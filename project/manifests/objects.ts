import type { CustomResourceDefinition } from '../../runtime/crd/crd.ts';
import { operatorEntries } from '../config/write.ts';
import { OPERATOR_CONFIG_FIELDS } from '../../runtime/config/fields.ts';
import type { PolicyRule, Project } from '../model.ts';
import { CONFIG_KEY } from './deployment.ts';
import { exampleOf } from './example.ts';
import { labels, selectorLabels } from './labels.ts';
import type { Deployment } from './settings.ts';
import { toYaml } from './yaml.ts';

/** The smaller objects of a deployment, one function each. */

export function namespaceOf(project: Project, { namespace }: Deployment): string {
  return toYaml({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: labels(project) } });
}

export function crd(project: Project, definition: CustomResourceDefinition): string {
  const { apiVersion, kind, metadata, spec } = definition;
  return toYaml(
    { apiVersion, kind, metadata: { ...metadata, labels: labels(project) }, spec },
    { header: 'Made from the zod schemas in spec.ts.' },
  );
}

export function serviceAccount(project: Project, { namespace }: Deployment): string {
  return toYaml({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: project.operatorName, namespace, labels: labels(project) },
  });
}

/** The text of `autopilot-operator.yaml` in the cluster: what differs from the defaults, and the rest to look up. */
export function operatorConfig({ operator }: Project): string {
  const defaults = new Map<string, unknown>(
    Object.entries(OPERATOR_CONFIG_FIELDS).map(([key, field]) => [key, field.default]),
  );
  const own = Object.entries(operator).filter(([key, value]) => key === 'version' || defaults.get(key) !== value);
  return operatorEntries(Object.fromEntries(own));
}

export function configMap(project: Project, { namespace }: Deployment, config: string): string {
  return toYaml({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: project.operatorName, namespace, labels: labels(project) },
    data: { [CONFIG_KEY]: config },
  });
}

/** A Role where there is a namespace, else a ClusterRole. */
export function role(
  project: Project,
  name: string,
  namespace: string | undefined,
  rules: readonly PolicyRule[],
  header: string,
  furtherLabels: Readonly<Record<string, string>> = {},
): string {
  return toYaml(
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: namespace === undefined ? 'ClusterRole' : 'Role',
      metadata: {
        name,
        ...(namespace !== undefined && { namespace }),
        labels: { ...labels(project), ...furtherLabels },
      },
      rules,
    },
    { header },
  );
}

/** Gives the role of the same name to the operator's service account. */
export function roleBinding(
  project: Project,
  name: string,
  namespace: string | undefined,
  settings: Deployment,
): string {
  return toYaml({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: { name, ...(namespace !== undefined && { namespace }), labels: labels(project) },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: namespace === undefined ? 'ClusterRole' : 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name: project.operatorName, namespace: settings.namespace }],
  });
}

/** A resource to try the operator with: the least that its schema accepts. */
export function exampleResource(project: Project, definition: CustomResourceDefinition): string {
  const { group, version, kind } = project;
  // A spec that may be left out has the default `{}`, which shows nothing.
  const { default: _default, ...spec } = definition.spec.versions[0]?.schema.openAPIV3Schema.properties?.['spec'] ?? {};
  const { value = {}, missing } = exampleOf(spec, 'spec');
  return toYaml(
    {
      apiVersion: `${group}/${version}`,
      kind,
      metadata: { name: 'example', labels: selectorLabels(project) },
      spec: value,
    },
    missing.length === 0 ? {} : { header: `To complete: ${missing.join(', ')}` },
  );
}
