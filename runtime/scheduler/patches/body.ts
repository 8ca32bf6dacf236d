import { createHash } from 'node:crypto';
import { apiVersionOf, objectKey, resourceName } from '../../kube/paths.ts';
import { patchManager } from '../../kube/patch-manager.ts';
import type { KubernetesObject, ResourceType } from '../../kube/types.ts';
import { hashOf, marksOf, withoutMarks, withoutStringData } from '../body.ts';
import type { CheckedPatch } from './check.ts';

/** Who patches: the operator for one resource and one patch key. */
export interface Patcher {
  readonly operator: string;
  /** The operator's API group. */
  readonly group: string;
  /** Of the resource. */
  readonly uid: string;
  readonly patchKey: string;
}

/** What is sent to set fields in one object, but for the object's uid. */
export interface PatchBody {
  readonly type: ResourceType;
  /** `namespace/name` of the object, or its name. */
  readonly key: string;
  readonly manager: string;
  readonly object: KubernetesObject;
  /** The annotation that holds {@link hash}. */
  readonly mark: string;
  /** Of the whole without that annotation. */
  readonly hash: string;
}

export function managerOf({ operator, uid, patchKey }: Patcher): string {
  return patchManager(operator, uid, patchKey);
}

/** The annotation that says what was applied last: one for each manager, since a shared one would make them conflict. */
export function patchMark({ operator, group, uid, patchKey }: Patcher): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([operator, uid, patchKey]))
    .digest('hex');
  return `${marksOf(group).patched}${digest.slice(0, 40)}`;
}

export function patchBody(patcher: Patcher, type: ResourceType, patch: CheckedPatch): PatchBody {
  const { name, namespace, fields } = patch;
  const mark = patchMark(patcher);
  const marks = marksOf(patcher.group);
  const labels = withoutMarks(patch.labels, marks);
  const annotations = withoutMarks(patch.annotations, marks);
  const rest = type.group === '' && type.kind === 'Secret' ? withoutStringData(fields) : fields;
  const object = (applied: Readonly<Record<string, string>>): KubernetesObject => ({
    ...rest,
    apiVersion: apiVersionOf(type),
    kind: type.kind,
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(labels && { labels }),
      annotations: { ...annotations, ...applied },
    },
  });
  const hash = hashOf(object({}));
  return {
    type,
    key: objectKey(name, namespace),
    manager: managerOf(patcher),
    object: object({ [mark]: hash }),
    mark,
    hash,
  };
}

/** With nothing in it: an apply of this gives up all that the manager holds in the object. */
export function emptyBody(type: ResourceType, { metadata }: KubernetesObject): KubernetesObject {
  const { name, namespace, uid } = metadata;
  return {
    apiVersion: apiVersionOf(type),
    kind: type.kind,
    metadata: { name, ...(namespace !== undefined && { namespace }), uid },
  };
}

/** The name under which what a manager holds in an object is remembered. */
export function patchId(type: ResourceType, key: string, manager: string): string {
  return `${resourceName(type)} ${key} ${manager}`;
}
