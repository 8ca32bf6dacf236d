import type { Project } from '../../model.ts';
import { labels } from '../labels.ts';
import { metricsServiceName } from '../metrics.ts';
import type { Deployment } from '../settings.ts';
import { toYaml } from '../yaml.ts';
import { alertsOf } from './alerts.ts';

/** The alerts, for the Prometheus operator. */
export function prometheusRule(project: Project, { namespace }: Deployment): string {
  const { operatorName } = project;
  const rules = alertsOf(operatorName, metricsServiceName(operatorName)).map(
    ({ alert, expr, severity, summary, description, ...rest }) => ({
      alert,
      expr,
      for: rest.for,
      labels: { severity, operator: operatorName },
      annotations: { summary, description },
    }),
  );
  return toYaml({
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: operatorName, namespace, labels: labels(project) },
    spec: { groups: [{ name: operatorName, rules }] },
  });
}
