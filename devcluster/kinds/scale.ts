import { isArray, isObject, objectAt, setMember, stringAt, valueAt } from '../schema/json.ts';
import type { ApiObject, Draft } from '../store/object.ts';
import type { ScalePaths } from './served-kind.ts';

/** `autoscaling/v1` Scale: the size of anything that has replicas. */
export interface Scale extends ApiObject {
  readonly kind: 'Scale';
  readonly apiVersion: 'autoscaling/v1';
  readonly metadata: ApiObject['metadata'];
  readonly spec: { readonly replicas?: number };
  readonly status: { readonly replicas: number; readonly selector?: string };
}

/** Of built-in kinds. */
export const NATIVE_SCALE: ScalePaths = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' };

/** An object's size; undefined where it says nothing about it, which the real server takes for an error. */
export function readScale(object: ApiObject, paths: ScalePaths): Scale | undefined {
  const replicas = at(object, paths.specReplicasPath);
  if (typeof replicas !== 'number') return undefined;
  const current = at(object, paths.statusReplicasPath);
  const selector = selectorOf(object, paths);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace && { namespace }), uid, resourceVersion, creationTimestamp },
    spec: { ...(replicas !== 0 && { replicas }) },
    status: { replicas: typeof current === 'number' ? current : 0, ...(selector && { selector }) },
  };
}

/** Sets the wanted size. */
export function writeScale(draft: Draft, paths: ScalePaths, replicas: number): void {
  const names = membersOf(paths.specReplicasPath);
  let parent: Record<string, unknown> = draft;
  for (const name of names.slice(0, -1)) {
    const next = objectAt(parent, name) ?? {};
    setMember(parent, name, next);
    parent = next;
  }
  setMember(parent, names.at(-1) ?? '', replicas);
}

function selectorOf(object: ApiObject, { labelSelectorPath }: ScalePaths): string {
  if (labelSelectorPath !== undefined) {
    const text = at(object, labelSelectorPath);
    return typeof text === 'string' ? text : '';
  }
  return labelSelectorText(valueAt(object, 'spec', 'selector'));
}

/** A `metav1.LabelSelector`, or a plain map of labels, as text. */
export function labelSelectorText(selector: unknown): string {
  if (!isObject(selector)) return '';
  const labels = objectAt(selector, 'matchLabels') ?? (selector['matchExpressions'] === undefined ? selector : {});
  const equal = Object.entries(labels).flatMap(([key, value]) =>
    typeof value === 'string' ? [`${key}=${value}`] : [],
  );
  const expressions = isArray(selector['matchExpressions']) ? selector['matchExpressions'] : [];
  return [...equal, ...expressions.map(expressionText)].sort().join(',');
}

function expressionText(expression: unknown): string {
  const key = stringAt(expression, 'key');
  const values = valueAt(expression, 'values');
  const list = isArray(values)
    ? values
        .filter((value) => typeof value === 'string')
        .sort()
        .join(',')
    : '';
  switch (stringAt(expression, 'operator')) {
    case 'In':
      return `${key} in (${list})`;
    case 'NotIn':
      return `${key} notin (${list})`;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return key;
  }
}

/** A simple path: members only, which is all that a CustomResourceDefinition may use here. */
function at(object: unknown, path: string): unknown {
  return valueAt(object, ...membersOf(path));
}

function membersOf(path: string): string[] {
  return path.split('.').filter((name) => name !== '');
}
