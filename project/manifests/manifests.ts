import type { CustomResourceDefinition } from '../../runtime/crd/crd.ts';
import type { Project } from '../model.ts';
import { deployment } from './deployment.ts';
import { folder } from './kustomization.ts';
import type { Files, Folder, ManifestFile } from './kustomization.ts';
import { leaderElectionFiles } from './leader-election.ts';
import { metricsPort, metricsService } from './metrics.ts';
import { monitoringFolder } from './monitoring/monitoring.ts';
import { networkPolicy } from './network-policy.ts';
import * as objects from './objects.ts';
import { metricsAccessFiles, productionFolder } from './production.ts';
import { HOME_RULES, rightsOf } from './rights.ts';
import { SYSTEM_NAMESPACES, deploymentOf } from './settings.ts';
import type { Deployment, ManifestSettings } from './settings.ts';
import { userRoles } from './user-roles.ts';
import { toYaml } from './yaml.ts';

export type { ManifestSettings } from './settings.ts';
export { checkSettings } from './settings.ts';
export type { ManifestFile } from './kustomization.ts';

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
    { path: 'deploy/kustomization.yaml', contents: entry(project, deploy), owner: 'scaffold' },
    {
      path: `deploy/${project.kind.toLowerCase()}_example.yaml`,
      contents: objects.exampleResource(project, crd),
      owner: 'yours',
    },
    ...folder('deploy/base', { files: baseFiles(project, deploy, crd) }),
    ...(project.scope === 'Namespaced' ? folder('deploy/overlays/namespaced', namespacedFolder(project, deploy)) : []),
    ...folder('deploy/overlays/cluster', { bases: ['../../base'], files: clusterFiles(project, deploy) }),
    ...folder('deploy/overlays/production', productionFolder(project, deploy)),
    ...(isScraped(project) ? folder('deploy/overlays/monitoring', monitoringFolder(project, deploy)) : []),
    ...folder('deploy/overlays/network-policy', { files: { 'network_policy.yaml': networkPolicy(project, deploy) } }),
  ];
}

/** Whether anybody in the cluster can read its metrics. */
function isScraped(project: Project): boolean {
  return metricsPort(project) !== undefined;
}

/**
 * What is installed, and what else there is: above the list, and not as comments between its entries, where they would be in the way of a
 * merge with what a user makes of it.
 */
function entry(project: Project, { watch }: Deployment): string {
  const overlays = (names: Readonly<Record<string, string | undefined>>): readonly string[] =>
    Object.entries(names).flatMap(([name, what]) =>
      what === undefined ? [] : [`  ${`overlays/${name}`.padEnd(OVERLAY_COLUMN)}${what}`],
    );
  return toYaml(
    {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: [`overlays/${watch}`],
    },
    {
      header: [
        'What `kubectl apply -k deploy` installs. Add patches of your own here.',
        'Among `resources` is the operator with its rights, one of these:',
        ...overlays({
          cluster: 'it watches all namespaces',
          namespaced: project.scope === 'Namespaced' ? 'it watches one namespace' : undefined,
          production: 'one of the above with two replicas, and metrics over TLS for those who may read them',
        }),
        'and beside it what you want of these:',
        ...overlays({
          monitoring: isScraped(project)
            ? 'for the Prometheus operator and Grafana: alerts and a dashboard'
            : undefined,
          'network-policy': 'who may connect to the operator',
        }),
      ].join('\n'),
    },
  );
}

const OVERLAY_COLUMN = 'overlays/network-policy  '.length;

function baseFiles(project: Project, deploy: Deployment, crd: CustomResourceDefinition): Files {
  return {
    'namespace.yaml': SYSTEM_NAMESPACES.has(deploy.namespace) ? undefined : objects.namespaceOf(project, deploy),
    'crd.yaml': objects.crd(project, crd),
    ...userRoles(project),
    'service_account.yaml': objects.serviceAccount(project, deploy),
    'configmap.yaml': objects.configMap(project, deploy, objects.operatorConfig(project)),
    ...(project.operator.enableLeaderElection && leaderElectionFiles(project, deploy)),
    ...(isScraped(project) && project.operator.metricsSecure && metricsAccessFiles(project, deploy)),
    'deployment.yaml': deployment(project, deploy),
    'metrics_service.yaml': metricsService(project, deploy),
  };
}

function namespacedFolder(project: Project, deploy: Deployment): Folder {
  const { operatorName, operator } = project;
  const { namespaced, cluster } = rightsOf(project, 'namespaced');
  const namespace = operator.watchNamespace === '' ? deploy.namespace : operator.watchNamespace;
  // Roles of the whole cluster are shared by all operators of this kind: each has its own.
  const clusterRole = `${operatorName}-${deploy.namespace}`;
  const events = `${operatorName}-events`;
  return {
    bases: ['../../base'],
    files: {
      'role.yaml': objects.role(
        project,
        operatorName,
        namespace,
        namespaced,
        'What the operator may do in the namespace that it watches.',
      ),
      'rolebinding.yaml': objects.roleBinding(project, operatorName, namespace, deploy),
      ...(namespace !== deploy.namespace && {
        'events_role.yaml': objects.role(
          project,
          events,
          deploy.namespace,
          HOME_RULES,
          'Events about the operator itself, whose namespace is another than the one that it watches.',
        ),
        'events_rolebinding.yaml': objects.roleBinding(project, events, deploy.namespace, deploy),
      }),
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
    },
    patches: {
      'watch_namespace.yaml': operator.watchNamespace === '' ? watchOwnNamespace(project, deploy) : undefined,
    },
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
