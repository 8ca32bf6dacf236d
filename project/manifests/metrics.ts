import { portOf } from '../config/operator-fields.ts';
import type { PolicyRule, Project } from '../model.ts';
import { labels, selectorLabels } from './labels.ts';
import type { Deployment } from './settings.ts';
import { toYaml } from './yaml.ts';

/** The names of the metrics Service's port: plain, and over TLS. What scrapes tells by them how. */
export const PLAIN_PORT = 'metrics';
export const SECURE_PORT = 'https-metrics';

/** The port of an address that others in the cluster can reach. */
export function reachablePort(address: string): number | undefined {
  return /^(?:localhost|127\.|\[::1\])/.test(address) ? undefined : portOf(address);
}

/** Undefined where no metrics are served, or on loopback only. */
export function metricsPort({ operator }: Project): number | undefined {
  return reachablePort(operator.metricsAddr);
}

/** A Service's name begins with a letter, which an operator's need not: RFC 1035 for the one, RFC 1123 for the other. */
export function metricsServiceName(operatorName: string): string {
  return /^[a-z]/.test(operatorName) ? `${operatorName}-metrics` : `metrics-${operatorName}`;
}

/** Undefined where nothing is served that it could lead to. */
export function metricsService(project: Project, { namespace }: Deployment): string | undefined {
  const port = metricsPort(project);
  if (port === undefined) return undefined;
  const { metricsSecure } = project.operator;
  return toYaml({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: metricsServiceName(project.operatorName),
      namespace,
      labels: labels(project),
      ...(!metricsSecure && { annotations: SCRAPED(port) }),
    },
    spec: {
      selector: selectorLabels(project),
      ports: [{ name: metricsSecure ? SECURE_PORT : PLAIN_PORT, port, targetPort: 'metrics' }],
    },
  });
}

const SCRAPED = (port: number): Readonly<Record<string, string>> => ({
  'prometheus.io/scrape': 'true',
  'prometheus.io/port': String(port),
  'prometheus.io/path': '/metrics',
});

/** A patch of the Service of an operator that serves its metrics over TLS where the base does not. */
export function secureServicePatch(project: Project, { namespace }: Deployment, port: number): string {
  return toYaml(
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: metricsServiceName(project.operatorName),
        namespace,
        annotations: Object.fromEntries(Object.keys(SCRAPED(port)).map((key) => [key, null])),
      },
      spec: { ports: [{ name: SECURE_PORT, port, targetPort: 'metrics' }] },
    },
    {
      comments: {
        'metadata.annotations': 'Whoever scrapes by them shows no token. deploy/overlays/monitoring does.',
        'spec.ports': 'ServiceMonitors tell by its name that this port wants TLS.',
      },
    },
  );
}

/** Where the certificate is mounted; the operator takes up what is there, now or later. */
const CERTIFICATE_FOLDER = '/etc/autopilot-metrics';

export function certificateSecret(operatorName: string): string {
  return `${operatorName}-metrics-tls`;
}

/** Parts of a pod with the Secret of the certificate; undefined where the project says itself where that is. */
export function certificateMount({ operatorName, operator }: Project) {
  if (operator.metricsCertDir !== '') return undefined;
  return {
    env: [{ name: 'AUTOPILOT_METRICS_CERT_DIR', value: CERTIFICATE_FOLDER }],
    volumeMounts: [{ name: 'metrics-certificate', mountPath: CERTIFICATE_FOLDER, readOnly: true }],
    volumes: [{ name: 'metrics-certificate', secret: { secretName: certificateSecret(operatorName), optional: true } }],
  };
}

/** Which of these an operator needs that looks up who reads its metrics. */
export const REVIEW_RULES: readonly PolicyRule[] = [
  { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
  { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
];

export const READER_RULES: readonly PolicyRule[] = [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }];
