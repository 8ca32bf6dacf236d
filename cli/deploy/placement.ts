import { ProjectError } from '../../project/errors.ts';
import { at, isFields, listAt, textAt } from '../cluster/fields.ts';
import { noContainer, noDeployment, watchesFormer } from './errors.ts';
import { watchedNamespace } from './resource-scope.ts';
import type { Manifest } from './manifest.ts';

const RBAC_KINDS = new Set(['ClusterRole', 'ClusterRoleBinding']);

/** The operator's Deployment: the one of its name, else the only one. */
export function operatorDeployment(manifests: readonly Manifest[], operatorName: string): Manifest {
  const all = manifests.filter(({ kind, apiVersion }) => kind === 'Deployment' && apiVersion.startsWith('apps/'));
  const found = all.find(({ metadata }) => metadata.name === operatorName) ?? (all.length === 1 ? all[0] : undefined);
  if (found) return found;
  throw new ProjectError([
    noDeployment(
      operatorName,
      all.map(({ metadata }) => metadata.name),
    ),
  ]);
}

/** The manifests with the image in the operator's container. */
export function withImage(manifests: readonly Manifest[], operatorName: string, image: string): readonly Manifest[] {
  const deployment = operatorDeployment(manifests, operatorName);
  const containers = listAt(deployment, 'spec', 'template', 'spec', 'containers');
  const named = containers.find((container) => textAt(container, 'name') === 'operator');
  const target = named ?? (containers.length === 1 ? containers[0] : undefined);
  if (!isFields(target))
    throw new ProjectError([
      noContainer(
        deployment.metadata.name,
        containers.map((each) => textAt(each, 'name')),
      ),
    ]);
  return manifests.map((manifest) =>
    manifest === deployment ? replaced(manifest, target, { ...target, image }) : manifest,
  );
}

/** A copy in which one part stands in the place of another. */
function replaced<T>(value: T, part: object, by: object): T;
function replaced(value: unknown, part: object, by: object): unknown {
  if (value === part) return by;
  if (Array.isArray(value)) return value.map((each: unknown) => replaced(each, part, by));
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replaced(each, part, by)]));
}

/**
 * The manifests in another namespace: what was in the operator's namespace, and what refers to it — subjects of bindings, selectors of
 * namespaces, names of services as hosts. What is in others stays there. Text within ConfigMaps and Secrets is left alone. Throws
 * ERR_AP_WATCHES_OTHER_NAMESPACE where that text has the operator work in the namespace from which its role goes.
 */
export function inNamespace(manifests: readonly Manifest[], operatorName: string, to: string): readonly Manifest[] {
  const deployment = operatorDeployment(manifests, operatorName);
  const from = deployment.metadata.namespace;
  if (from === undefined || from === to) return manifests;
  const isHere = (manifest: Manifest, kind: string): boolean =>
    manifest.kind === kind && manifest.metadata.namespace === from;
  const moved = { ...deployment, metadata: { ...deployment.metadata, namespace: to } };
  const configMaps = manifests
    .filter((each) => isHere(each, 'ConfigMap'))
    .map((each) => [each.metadata.name, each] as const);
  const hasRole = manifests.some((each) => isHere(each, 'Role') && each.metadata.name === operatorName);
  if (hasRole && watchedNamespace(moved, new Map(configMaps)) === from)
    throw new ProjectError([watchesFormer(from, to)]);
  const move = mover(from, to);
  // Of the whole cluster, and named by the generator after the namespace, so that two operators do not share them.
  const [old, now] = [`${operatorName}-${from}`, `${operatorName}-${to}`];
  return manifests.map((manifest) => {
    const { data: _data, ...rest } = manifest as Manifest & { readonly data?: unknown };
    const moved = move(manifest.kind === 'ConfigMap' || manifest.kind === 'Secret' ? rest : manifest) as Manifest;
    const whole = { ...manifest, ...moved };
    if (manifest.kind === 'Namespace' && manifest.metadata.name === from) return renamed(whole, to);
    const renamedRole = RBAC_KINDS.has(manifest.kind) && manifest.metadata.name === old ? renamed(whole, now) : whole;
    return textAt(renamedRole, 'roleRef', 'name') === old && textAt(renamedRole, 'roleRef', 'kind') === 'ClusterRole'
      ? Object.assign({}, renamedRole, { roleRef: { ...fieldsAt(renamedRole, 'roleRef'), name: now } })
      : renamedRole;
  });
}

const fieldsAt = (value: unknown, key: string): object => {
  const found = at(value, key);
  return isFields(found) ? found : {};
};

const renamed = (manifest: Manifest, name: string): Manifest => ({
  ...manifest,
  metadata: { ...manifest.metadata, name },
});

/** Keys whose texts name a namespace. */
const NAMESPACE_KEYS = new Set(['namespace', 'kubernetes.io/metadata.name']);

function mover(from: string, to: string): (value: unknown) => unknown {
  const host = new RegExp(`\\.${from}\\.svc(?=$|[.:/])`, 'g');
  const move = (value: unknown, key: string): unknown => {
    if (typeof value === 'string')
      return NAMESPACE_KEYS.has(key) && value === from ? to : value.replaceAll(host, `.${to}.svc`);
    // `matchNames` of a ServiceMonitor.
    if (Array.isArray(value))
      return value.map((each: unknown) => (key === 'matchNames' && each === from ? to : move(each, key)));
    if (!isFields(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, move(each, name)]));
  };
  return (value) => move(value, '');
}
