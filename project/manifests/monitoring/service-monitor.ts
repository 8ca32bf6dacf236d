import type { Project } from '../../model.ts';
import { labels, selectorLabels } from '../labels.ts';
import { PLAIN_PORT, SECURE_PORT } from '../metrics.ts';
import type { Deployment } from '../settings.ts';
import { toYaml } from '../yaml.ts';

/** Has the Prometheus operator scrape each replica, whichever way the metrics are served. */
export function serviceMonitor(project: Project, { namespace }: Deployment): string {
  return toYaml(
    {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'ServiceMonitor',
      metadata: { name: project.operatorName, namespace, labels: labels(project) },
      spec: {
        selector: { matchLabels: selectorLabels(project) },
        endpoints: [
          { port: PLAIN_PORT, path: '/metrics', scheme: 'http' },
          {
            port: SECURE_PORT,
            path: '/metrics',
            scheme: 'https',
            bearerTokenFile: '/var/run/secrets/kubernetes.io/serviceaccount/token',
            tlsConfig: { insecureSkipVerify: true },
          },
        ],
      },
    },
    {
      comments: {
        'spec.endpoints':
          "The Service has one of these ports: the first, or with overlays/production the second. The Prometheus' account has to be allowed to get /metrics.",
        'spec.endpoints.1.tlsConfig':
          'For the certificate that the operator signs itself. With one of your own, name its authority and the Service instead: `ca` and `serverName`.',
      },
    },
  );
}
