/** Source: k8s.io/kubernetes/pkg/api/persistentvolumeclaim. */
import { valueAt } from '../../schema/json.ts';
import { fractionWarnings } from './fractions.ts';

/** About the size of a claim. @param path of its spec. */
export function claimSpecWarnings(spec: unknown, path: string): string[] {
  return ['requests', 'limits'].flatMap((list) =>
    fractionWarnings(valueAt(spec, 'resources', list), 'storage', `${path}.resources.${list}`),
  );
}
