import type { Project } from '../model.ts';
import { versionTag } from './settings.ts';

/** What selects an operator's pods: never changes, since a Deployment's selector cannot. */
export function selectorLabels({ operatorName }: Project): Readonly<Record<string, string>> {
  return { app: operatorName, 'app.kubernetes.io/name': operatorName };
}

/** On everything that is deployed: `kubectl get all -l app=<operatorName>` finds it. */
export function labels(project: Project): Readonly<Record<string, string>> {
  return {
    ...selectorLabels(project),
    'app.kubernetes.io/version': versionTag(project.operator.version),
    'app.kubernetes.io/part-of': project.operatorName,
    'app.kubernetes.io/managed-by': 'autopilot',
  };
}
