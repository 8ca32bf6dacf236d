import type { KubernetesObject } from '../../runtime/kube/types.ts';
import { CORE_SCHEMA, load } from 'js-yaml';
import { listAt, textAt } from '../cluster/fields.ts';

/**
 * The namespace whose resources an operator works on; undefined: all. As its pod sees it: WATCH_NAMESPACE, else `watchNamespace` of its
 * ConfigMap. `configMaps`: those of its namespace by name.
 */
export function watchedNamespace(
  deployment: KubernetesObject,
  configMaps: ReadonlyMap<string, KubernetesObject>,
): string | undefined {
  const pod = ['spec', 'template', 'spec'];
  const variable = listAt(deployment, ...pod, 'containers')
    .flatMap((container) => listAt(container, 'env'))
    .find((each) => textAt(each, 'name') === 'WATCH_NAMESPACE');
  if (variable !== undefined) {
    const isOwn = textAt(variable, 'valueFrom', 'fieldRef', 'fieldPath') === 'metadata.namespace';
    return (isOwn ? deployment.metadata.namespace : textAt(variable, 'value')) || undefined;
  }
  for (const volume of listAt(deployment, ...pod, 'volumes')) {
    const configMap = configMaps.get(textAt(volume, 'configMap', 'name'));
    const text = configMap ? textAt(configMap, 'data', 'autopilot-operator.yaml') : '';
    if (text !== '') return watchIn(text);
  }
  return undefined;
}

function watchIn(text: string): string | undefined {
  try {
    return textAt(load(text, { schema: CORE_SCHEMA }), 'watchNamespace') || undefined;
  } catch {
    // The operator has not started by it.
    return undefined;
  }
}
