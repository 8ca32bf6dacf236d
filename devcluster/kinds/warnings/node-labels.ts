/** Source: k8s.io/kubernetes/pkg/api/node. */
import { objectAt, stringAt } from '../../schema/json.ts';
import { isLabelValue } from '../../schema/names.ts';
import { objectsAt, textsAt } from '../rules/checks.ts';

const DEPRECATED: ReadonlyMap<string, string> = new Map([
  ['beta.kubernetes.io/arch', 'deprecated since v1.14; use "kubernetes.io/arch" instead'],
  ['beta.kubernetes.io/os', 'deprecated since v1.14; use "kubernetes.io/os" instead'],
  ['failure-domain.beta.kubernetes.io/region', 'deprecated since v1.17; use "topology.kubernetes.io/region" instead'],
  ['failure-domain.beta.kubernetes.io/zone', 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead'],
  ['beta.kubernetes.io/instance-type', 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead'],
  ['app.kubernetes.io/created-by', 'deprecated since v1.9'],
  ['scheduler.alpha.kubernetes.io/preferAvoidPods', 'deprecated since v1.22; use Taints and Tolerations instead'],
  ['node-role.kubernetes.io/master', 'use "node-role.kubernetes.io/control-plane" instead'],
]);

/** What to do instead of using a node's label; undefined for a label that is still in use. */
export function deprecationOf(label: string): string | undefined {
  return DEPRECATED.get(label);
}

/** About the labels of `matchLabels` and `matchExpressions`. */
export function selectorWarnings(selector: unknown, path: string): string[] {
  const labels = Object.keys(objectAt(selector, 'matchLabels') ?? {});
  return [
    ...expressionWarnings(selector, path),
    ...labels.flatMap((label) => told(label, `${path}.matchLabels.${label}`)),
  ];
}

/** About each `label: value` of a plain selector of nodes. */
export function plainSelectorWarnings(selector: unknown, pathOf: (label: string) => string): string[] {
  const labels = Object.keys(objectAt(selector) ?? {});
  return labels.flatMap((label) => told(label, pathOf(label)));
}

/** About the labels of a node selector's term. @param values whether their values are looked at: no rule of validity does. */
export function termWarnings(term: unknown, path: string, values: boolean): string[] {
  const invalidValues = (expression: unknown, at: string): string[] =>
    textsAt(expression, 'values').flatMap((value, index) =>
      isLabelValue(value).map((problem) => `${at}.values[${index}]: ${value} is invalid, ${problem}`),
    );
  return expressionWarnings(term, path, values ? invalidValues : undefined);
}

function expressionWarnings(
  selector: unknown,
  path: string,
  more: (expression: unknown, at: string) => string[] = () => [],
): string[] {
  return objectsAt(selector, 'matchExpressions').flatMap((expression, index) => {
    const at = `${path}.matchExpressions[${index}]`;
    const key = stringAt(expression, 'key');
    const deprecation = deprecationOf(key);
    const own = deprecation === undefined ? [] : [`${at}.key: ${key} is ${deprecation}`];
    return own.concat(more(expression, at));
  });
}

function told(label: string, path: string): string[] {
  const deprecation = deprecationOf(label);
  return deprecation === undefined ? [] : [`${path}: ${deprecation}`];
}
