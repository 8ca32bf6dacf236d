import type { Project } from '../model.ts';
import { labels, selectorLabels } from './labels.ts';
import { metricsPort } from './metrics.ts';
import type { Deployment } from './settings.ts';
import { toYaml } from './yaml.ts';

/** Who may connect to the operator's pods. What they connect to is left open: where the API server and others are, only the user knows. */
export function networkPolicy(project: Project, { namespace }: Deployment): string {
  const scraped = metricsPort(project) !== undefined;
  return toYaml(
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: project.operatorName, namespace, labels: labels(project) },
      spec: {
        podSelector: { matchLabels: selectorLabels(project) },
        policyTypes: ['Ingress'],
        ingress: scraped
          ? [
              {
                from: [{ namespaceSelector: { matchLabels: { metrics: 'enabled' } } }],
                ports: [{ port: 'metrics', protocol: 'TCP' }],
              },
            ]
          : [],
      },
    },
    {
      header: scraped
        ? "Only pods of namespaces with the label `metrics: enabled` may connect to the operator, and only to its metrics:\n`kubectl label namespace monitoring metrics=enabled`. The kubelet's probes come from the node, which is always let through."
        : 'Nobody may connect to the operator but the kubelet for its probes, which come from the node and are always let through.',
    },
  );
}
