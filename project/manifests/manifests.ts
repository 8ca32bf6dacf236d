import type { CustomResourceDefinition } from '../../runtime/crd/crd.ts';
import type { Project } from '../model.ts';
import { deployment } from './deployment.ts';
import * as objects from './objects.ts';
import { leaseRules, rightsOf } from './rights.ts';
import { SYSTEM_NAMESPACES, deploymentOf } from './settings.ts';
import type { Deployment, ManifestSettings } from './settings.ts';
import { toYaml } from './yaml.ts';

export type { ManifestSettings } from './settings.ts';
export { checkSettings } from './settings.ts';

/** A file of `deploy/`. */
export interface ManifestFile {
  /** Relative to the project, with `/`. */
  readonly path: string;
  readonly contents: string;
  /** As in `project/code`: the tool's; the tool's start that users edit; the user's. */
  readonly owner: 'generated' | 'scaffold' | 'yours';
}

/**
 * Everything that a cluster needs to run a project's operator, as kustomize has it: `base` with what is the same anywhere, an
 * overlay for an operator that watches one namespace (its own, unless `watchNamespace` names another), and one for all. The
 * overlay for one namespace is missing for resources of scope Cluster. `kubectl apply -k deploy` takes the one that the settings
 * name.
 *
 * @throws {ProjectError} where a setting is wrong.
 */
export function manifestFiles(
  project: Project,
  settings: ManifestSettings,
  crd: CustomResourceDefinition,
): readonly ManifestFile[] {
  const deploy = deploymentOf(project, settings);
  return [
    {
      path: 'deploy/kustomization.yaml',
      contents: kustomization({ resources: [`overlays/${deploy.watch}`] }, START),
      owner: 'scaffold',
    },
    {
      path: `deploy/${project.kind.toLowerCase()}_example.yaml`,
      contents: objects.exampleResource(project, crd),
      owner: 'yours',
    },
    ...folder('deploy/base', baseFiles(project, deploy, crd)),
    ...(project.scope === 'Namespaced'
      ? folder('deploy/overlays/namespaced', namespacedFiles(project, deploy), '../../base')
      : []),
    ...folder('deploy/overlays/cluster', clusterFiles(project, deploy), '../../base'),
  ];
}

const START = 'What `kubectl apply -k deploy` installs. Add patches of your own here.';

/** Contents by file name; what is undefined is not needed by this project. */
type Files = Readonly<Record<string, string | undefined>>;

function baseFiles(project: Project, deploy: Deployment, crd: CustomResourceDefinition): Files {
  const { operatorName, operator } = project;
  const config = objects.operatorConfig(project);
  const leaseNamespace = operator.leaderElectionNamespace === '' ? deploy.namespace : operator.leaderElectionNamespace;
  const leaseRole = `${operatorName}-leader-election`;
  return {
    'namespace.yaml': SYSTEM_NAMESPACES.has(deploy.namespace) ? undefined : objects.namespaceOf(project, deploy),
    'crd.yaml': objects.crd(project, crd),
    'service_account.yaml': objects.serviceAccount(project, deploy),
    'configmap.yaml': objects.configMap(project, deploy, config),
    ...(operator.enableLeaderElection && {
      'leader_election_role.yaml': objects.role(
        project,
        leaseRole,
        leaseNamespace,
        leaseRules(operatorName),
        'The lease by which one operator of several is elected.',
      ),
      'leader_election_rolebinding.yaml': objects.roleBinding(project, leaseRole, leaseNamespace, deploy),
    }),
    'deployment.yaml': deployment(project, deploy),
    'metrics_service.yaml': objects.metricsService(project, deploy),
  };
}

function namespacedFiles(project: Project, deploy: Deployment): Files {
  const { operatorName, operator } = project;
  const { namespaced, cluster } = rightsOf(project, 'namespaced');
  const namespace = operator.watchNamespace === '' ? deploy.namespace : operator.watchNamespace;
  // Roles of the whole cluster are shared by all operators of this kind: each has its own.
  const clusterRole = `${operatorName}-${deploy.namespace}`;
  return {
    'role.yaml': objects.role(
      project,
      operatorName,
      namespace,
      namespaced,
      'What the operator may do in the namespace that it watches.',
    ),
    'rolebinding.yaml': objects.roleBinding(project, operatorName, namespace, deploy),
    ...(cluster.length > 0 && {
      'clusterrole.yaml': objects.role(
        project,
        clusterRole,
        undefined,
        cluster,
        'What is read or made beyond the namespace, or has none.',
      ),
      'clusterrolebinding.yaml': objects.roleBinding(project, clusterRole, undefined, deploy),
    }),
    [WATCH_PATCH]: operator.watchNamespace === '' ? watchOwnNamespace(project, deploy) : undefined,
  };
}

function clusterFiles(project: Project, deploy: Deployment): Files {
  const { operatorName } = project;
  const { cluster } = rightsOf(project, 'cluster');
  return {
    'clusterrole.yaml': objects.role(project, operatorName, undefined, cluster, 'What the operator may do.'),
    'clusterrolebinding.yaml': objects.roleBinding(project, operatorName, undefined, deploy),
  };
}

const WATCH_PATCH = 'watch_namespace.yaml';

/** A patch of the Deployment. */
function watchOwnNamespace({ operatorName }: Project, { namespace }: Deployment): string {
  const watch = { name: 'WATCH_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } };
  return toYaml(
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: operatorName, namespace },
      spec: { template: { spec: { containers: [{ name: 'operator', env: [watch] }] } } },
    },
    { header: "The operator works in its pod's namespace only." },
  );
}

/** The files and the kustomization that names them. */
function folder(path: string, files: Files, ...others: readonly string[]): readonly ManifestFile[] {
  const present = Object.entries(files).flatMap(([name, contents]) =>
    contents === undefined ? [] : [{ name, contents }],
  );
  const names = present.map(({ name }) => name);
  const patches = names.filter((name) => name === WATCH_PATCH).map((name) => ({ path: name }));
  const resources = [...others, ...names.filter((name) => name !== WATCH_PATCH)];
  return [
    {
      path: `${path}/kustomization.yaml`,
      contents: kustomization({ resources, ...(patches.length > 0 && { patches }) }),
      owner: 'scaffold',
    },
    ...present.map(({ name, contents }) => ({ path: `${path}/${name}`, contents, owner: 'generated' as const })),
  ];
}

function kustomization(
  body: { resources: readonly string[]; patches?: readonly { path: string }[] },
  header?: string,
): string {
  return toYaml(
    { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', ...body },
    header === undefined ? {} : { header },
  );
}
