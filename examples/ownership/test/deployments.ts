import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import { example } from './example.ts';

/** A Deployment in the Ownership's namespace. The Ownership selects it by the label `app: example`. */
export function deployment(name: string, app = 'example') {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: example.metadata.namespace, labels: { app } },
    spec: {
      selector: { matchLabels: { name } },
      template: {
        metadata: { labels: { name } },
        spec: { containers: [{ name: 'main', image: 'example.test/main:1' }] },
      },
    },
  } satisfies IDeployment;
}
