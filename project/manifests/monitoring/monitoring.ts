import type { Project } from '../../model.ts';
import type { Folder } from '../kustomization.ts';
import { labels } from '../labels.ts';
import type { Deployment } from '../settings.ts';
import { dashboard } from './dashboard.ts';
import { prometheusRule } from './prometheus-rule.ts';
import { serviceMonitor } from './service-monitor.ts';

/** What stands beside an operator where the cluster has the Prometheus operator, and Grafana with its sidecar. */
export function monitoringFolder(project: Project, settings: Deployment): Folder {
  return {
    files: {
      'service_monitor.yaml': serviceMonitor(project, settings),
      'prometheus_rule.yaml': prometheusRule(project, settings),
    },
    configMap: {
      name: `${project.operatorName}-dashboard`,
      namespace: settings.namespace,
      // Grafana's sidecar finds it by this label.
      labels: { ...labels(project), grafana_dashboard: '1' },
      files: { 'dashboard.json': dashboard(project) },
    },
    header:
      'Beside the operator: how it is scraped, alerts, and a dashboard for Grafana. Needs the CRDs of the Prometheus operator.',
  };
}
