/** Source: warningsForPodSpecAndMeta of k8s.io/kubernetes/pkg/api/pod. */
import { quote } from '../../schema/go-text.ts';
import { stringAt, valueAt, type JsonObject } from '../../schema/json.ts';
import { isGiven, objectsAt } from '../rules/checks.ts';
import { fractionWarnings } from './fractions.ts';
import { fieldOf } from './path.ts';

export interface ContainerAt {
  readonly container: JsonObject;
  readonly path: string;
}

/** All containers of a pod's spec, those of initialisation first. */
export function containersOf(spec: JsonObject, path: string): readonly ContainerAt[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) =>
    objectsAt(spec, list).map((container, index) => ({ container, path: `${fieldOf(path, list)}[${index}]` })),
  );
}

/** About the amounts that a container asks for. */
export function resourceWarnings({ container, path }: ContainerAt): string[] {
  return ['memory', 'ephemeral-storage'].flatMap((resource) =>
    ['limits', 'requests'].flatMap((list) =>
      fractionWarnings(valueAt(container, 'resources', list), resource, `${path}.resources.${list}`),
    ),
  );
}

/** About variables that are defined twice, but for those that only add to what they were. */
export function variableWarnings({ container, path }: ContainerAt): string[] {
  const names = new Set<string>();
  return objectsAt(container, 'env').flatMap((variable, index) => {
    const name = stringAt(variable, 'name');
    if (!names.has(name)) {
      names.add(name);
      return [];
    }
    const before = `$(${name})`;
    const value = stringAt(variable, 'value');
    if (!isGiven(variable['valueFrom']) && value !== before && value.includes(before)) return [];
    return [
      `${path}.env[${index}]: hides previous definition of ${quote(name)}, which may be dropped when using apply`,
    ];
  });
}
