import type { Project } from '../model.ts';
import { labels, selectorLabels } from './labels.ts';
import { certificateMount, metricsPort, reachablePort } from './metrics.ts';
import type { Deployment } from './settings.ts';
import { toYaml } from './yaml.ts';

/** Where the ConfigMap is mounted: a folder, so that changes arrive by the swap of one link. */
const CONFIG_FOLDER = '/etc/autopilot';
export const CONFIG_KEY = 'autopilot-operator.yaml';

/** Longer than the operator takes at most to end what is under way (20 s). */
const GRACE_SECONDS = 30;

/** `deployment.yaml`: fits the Pod Security Standard "restricted". */
export function deployment(project: Project, settings: Deployment): string {
  const { operatorName, operator } = project;
  const { image, namespace, replicas, cpuRequest, memoryRequest, memoryLimit } = settings;
  const [health, metrics] = [reachablePort(operator.healthAddr), metricsPort(project)];
  const certificate = operator.metricsSecure ? certificateMount(project) : undefined;
  const probe = (path: string) => ({ httpGet: { path, port: 'health' }, periodSeconds: 10, timeoutSeconds: 5 });
  const container = {
    name: 'operator',
    image,
    imagePullPolicy: 'IfNotPresent',
    env: [
      { name: 'AUTOPILOT_CONFIG', value: `${CONFIG_FOLDER}/${CONFIG_KEY}` },
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
      { name: 'POD_UID', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
      ...(certificate?.env ?? []),
    ],
    ports: [
      ...(health === undefined ? [] : [{ name: 'health', containerPort: health }]),
      ...(metrics === undefined ? [] : [{ name: 'metrics', containerPort: metrics }]),
    ],
    ...(health !== undefined && {
      livenessProbe: { ...probe('/healthz'), failureThreshold: 6 },
      readinessProbe: probe('/readyz'),
    }),
    resources: { requests: { cpu: cpuRequest, memory: memoryRequest }, limits: { memory: memoryLimit } },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    },
    volumeMounts: [{ name: 'config', mountPath: CONFIG_FOLDER, readOnly: true }, ...(certificate?.volumeMounts ?? [])],
  };
  return toYaml(
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: operatorName, namespace, labels: labels(project) },
      spec: {
        replicas,
        strategy: operator.enableLeaderElection
          ? { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }
          : { type: 'Recreate' },
        selector: { matchLabels: selectorLabels(project) },
        template: {
          metadata: { labels: labels(project) },
          spec: {
            serviceAccountName: operatorName,
            terminationGracePeriodSeconds: GRACE_SECONDS,
            securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
            containers: [container],
            volumes: [{ name: 'config', configMap: { name: operatorName } }, ...(certificate?.volumes ?? [])],
          },
        },
      },
    },
    {
      comments: {
        'spec.strategy': operator.enableLeaderElection
          ? 'The new pod stands by with all that it has to know before the old one ends, and hands over to it.'
          : 'Never two at once: the old pod has ended before the new one starts.',
        'spec.template.spec.volumes':
          'The operator takes up a changed configuration while it runs: no new pod is needed, and no checksum that would start one.',
        'spec.template.spec.terminationGracePeriodSeconds':
          'The operator ends what is under way, which takes 20 s at most.',
        'spec.template.spec.containers.0.resources':
          'No limit of processors: throttling would make syncs late and probes fail.',
      },
    },
  );
}
