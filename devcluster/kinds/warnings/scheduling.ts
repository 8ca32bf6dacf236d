/** What selects nodes and other pods. Source: warningsForPodSpecAndMeta of k8s.io/kubernetes/pkg/api/pod. */
import { stringAt, valueAt, type JsonObject } from '../../schema/json.ts';
import { isGiven, objectsAt } from '../rules/checks.ts';
import { deprecationOf, plainSelectorWarnings, termWarnings } from './node-labels.ts';
import { fieldOf } from './path.ts';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
const MATCHES_NOTHING = 'a null labelSelector results in matching no pod';

/** About the nodes that a pod wants. @param path of the spec. */
export function nodeWarnings(spec: JsonObject, path: string): string[] {
  const affinity = valueAt(spec, 'affinity', 'nodeAffinity');
  const at = fieldOf(path, 'affinity.nodeAffinity');
  return [
    ...plainSelectorWarnings(spec['nodeSelector'], (label) => `${fieldOf(path, 'nodeSelector')}[${label}]`),
    ...objectsAt(affinity, REQUIRED, 'nodeSelectorTerms').flatMap((term, index) =>
      termWarnings(term, `${at}.${REQUIRED}.nodeSelectorTerms[${index}]`, false),
    ),
    ...objectsAt(affinity, PREFERRED).flatMap((term, index) =>
      termWarnings(term['preference'], `${at}.${PREFERRED}[${index}].preference`, true),
    ),
    ...objectsAt(spec, 'topologySpreadConstraints').flatMap((constraint, index) =>
      spreadWarnings(constraint, `${fieldOf(path, 'topologySpreadConstraints')}[${index}]`),
    ),
  ];
}

function spreadWarnings(constraint: JsonObject, path: string): string[] {
  const key = stringAt(constraint, 'topologyKey');
  const deprecation = deprecationOf(key);
  return [
    ...(deprecation === undefined ? [] : [`${path}.topologyKey: ${key} is ${deprecation}`]),
    ...selectorMissing(constraint, `${path}.labelSelector`),
  ];
}

/** About the pods that a pod wants to be near to, or far from. */
export function podAffinityWarnings(spec: JsonObject, path: string): string[] {
  return ['podAffinity', 'podAntiAffinity'].flatMap((name) => {
    const affinity = valueAt(spec, 'affinity', name);
    const at = fieldOf(path, 'affinity', name);
    const required = objectsAt(affinity, REQUIRED).flatMap((term, index) =>
      selectorMissing(term, `${at}.${REQUIRED}[${index}].labelSelector`),
    );
    const preferred = objectsAt(affinity, PREFERRED).flatMap((term, index) =>
      selectorMissing(term['podAffinityTerm'], `${at}.${PREFERRED}[${index}].podAffinityTerm.labelSelector`),
    );
    return required.concat(preferred);
  });
}

function selectorMissing(term: unknown, path: string): string[] {
  return isGiven(valueAt(term, 'labelSelector')) ? [] : [`${path}: ${MATCHES_NOTHING}`];
}
