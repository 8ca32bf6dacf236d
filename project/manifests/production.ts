import type { Project } from '../model.ts';
import type { Files, Folder } from './kustomization.ts';
import { labels, selectorLabels } from './labels.ts';
import { leaderElectionFiles } from './leader-election.ts';
import { certificateMount, metricsPort, READER_RULES, REVIEW_RULES, secureServicePatch } from './metrics.ts';
import { role, roleBinding } from './objects.ts';
import type { Deployment } from './settings.ts';
import { toYaml } from './yaml.ts';

/** As many as can lose one. */
const LEAST_REPLICAS = 2;

/** What an operator has in production over one that is tried: a second replica, and metrics that only those read who may. */
export function productionFolder(project: Project, settings: Deployment): Folder {
  const port = metricsPort(project);
  const securesMetrics = port !== undefined && !project.operator.metricsSecure;
  return {
    bases: [`../${settings.watch}`],
    files: {
      ...(!project.operator.enableLeaderElection && leaderElectionFiles(project, settings)),
      'pod_disruption_budget.yaml': disruptionBudget(project, settings),
      ...(securesMetrics && metricsAccessFiles(project, settings)),
    },
    patches: {
      'deployment_patch.yaml': deploymentPatch(project, settings, securesMetrics),
      'metrics_service_patch.yaml': securesMetrics ? secureServicePatch(project, settings, port) : undefined,
    },
  };
}

/** The roles of an operator that looks up who reads its metrics, and of those who read them. */
export function metricsAccessFiles(project: Project, settings: Deployment): Files {
  const { operatorName } = project;
  // Roles of the whole cluster are shared by all operators of this kind; who is given them is not.
  const name = `${settings.watch === 'cluster' ? operatorName : `${operatorName}-${settings.namespace}`}-metrics-auth`;
  return {
    'metrics_auth_role.yaml': role(
      project,
      name,
      undefined,
      REVIEW_RULES,
      'The operator asks the API server who reads its metrics, and whether they may.',
    ),
    'metrics_auth_rolebinding.yaml': roleBinding(project, name, undefined, settings),
    'metrics_reader_role.yaml': role(
      project,
      `${operatorName}-metrics-reader`,
      undefined,
      READER_RULES,
      'For what scrapes the metrics: bind it to the service account of your Prometheus, unless that may get /metrics anyway.',
    ),
  };
}

function disruptionBudget(project: Project, { namespace }: Deployment): string {
  return toYaml(
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: project.operatorName, namespace, labels: labels(project) },
      spec: {
        maxUnavailable: 1,
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
        selector: { matchLabels: selectorLabels(project) },
      },
    },
    { header: 'Nodes are drained one pod after the other. A pod that does not work anyway holds up no drain.' },
  );
}

function deploymentPatch(project: Project, settings: Deployment, securesMetrics: boolean): string {
  const { operatorName, operator } = project;
  const certificate = securesMetrics ? certificateMount(project) : undefined;
  const env = [
    ...(operator.enableLeaderElection ? [] : [{ name: 'AUTOPILOT_ENABLE_LEADER_ELECTION', value: 'true' }]),
    ...(securesMetrics ? [{ name: 'AUTOPILOT_METRICS_SECURE', value: 'true' }] : []),
    ...(certificate?.env ?? []),
  ];
  const mounts = certificate && { volumeMounts: certificate.volumeMounts };
  const spread = (topologyKey: string) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: selectorLabels(project) },
    matchLabelKeys: ['pod-template-hash'],
  });
  return toYaml(
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: operatorName, namespace: settings.namespace },
      spec: {
        replicas: Math.max(LEAST_REPLICAS, settings.replicas),
        ...(!operator.enableLeaderElection && {
          strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        }),
        template: {
          spec: {
            topologySpreadConstraints: [spread('kubernetes.io/hostname'), spread('topology.kubernetes.io/zone')],
            ...((env.length > 0 || mounts) && {
              containers: [{ name: 'operator', ...(env.length > 0 && { env }), ...mounts }],
            }),
            ...(certificate && { volumes: certificate.volumes }),
          },
        },
      },
    },
    {
      comments: {
        'spec.replicas': 'One works, elected by a lease; the others stand by.',
        'spec.template.spec.topologySpreadConstraints':
          'On different nodes, in different zones, as far as there are any: one node is enough.',
        'spec.template.spec.volumes':
          'A Secret of type kubernetes.io/tls, as cert-manager writes it. Until there is one, the operator signs a certificate itself.',
      },
    },
  );
}
