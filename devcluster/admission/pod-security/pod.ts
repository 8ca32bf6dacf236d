import { isObject, listAt, objectAt, stringAt, valueAt } from '../../schema/json.ts';
import type { JsonObject } from '../../schema/json.ts';

/** A pod, or a template of one, as the checks look at it. */
export interface PodView {
  readonly annotations: Readonly<Record<string, unknown>>;
  readonly spec: JsonObject;
  /** All containers: of initialisation first, ephemeral ones last. */
  readonly containers: readonly JsonObject[];
}

/** Why a pod does not fit: `detail` says where. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

export type Check = (pod: PodView) => Violation | undefined;

/** A view of an object with `metadata` and `spec`; undefined where it has no spec. */
export function podView(pod: unknown): PodView | undefined {
  const spec = objectAt(pod, 'spec');
  if (!spec) return undefined;
  const containers = ['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) => listAt(spec, list));
  return {
    annotations: objectAt(pod, 'metadata', 'annotations') ?? {},
    spec,
    containers: containers.filter(isObject),
  };
}

/** A member of a container's or a pod's security context. */
export function security(of: JsonObject, ...path: readonly string[]): unknown {
  return valueAt(of, 'securityContext', ...path);
}

export function names(containers: readonly JsonObject[]): readonly string[] {
  return containers.map((container) => stringAt(container, 'name'));
}

export function plural(count: number, singular: string, many = `${singular}s`): string {
  return count === 1 ? singular : many;
}

export function quoted(values: Iterable<string>): string {
  return [...values].map((value) => `"${value}"`).join(', ');
}

export function sorted(values: Iterable<string>): readonly string[] {
  return [...new Set(values)].sort((a, b) => (a < b ? -1 : 1));
}

/** `containers "a", "b"` */
export function theContainers(containers: readonly JsonObject[]): string {
  return `${plural(containers.length, 'container')} ${quoted(names(containers))}`;
}

/** `pod and container "a"`: who has set something. */
export function setters(pod: boolean, containers: readonly JsonObject[]): readonly string[] {
  return [...(pod ? ['pod'] : []), ...(containers.length > 0 ? [theContainers(containers)] : [])];
}
