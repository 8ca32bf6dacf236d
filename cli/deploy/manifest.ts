import { objectKey } from '../../runtime/kube/paths.ts';
import type { KubernetesObject, ObjectMeta } from '../../runtime/kube/types.ts';
import { isFields, textAt, type Fields } from '../cluster/fields.ts';

/** An object as it is to be applied. */
export interface Manifest extends KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

export function isManifest(value: unknown): value is Manifest {
  return isFields(value) && textAt(value, 'apiVersion') !== '' && textAt(value, 'kind') !== '' && hasName(value);
}

const hasName = (value: Fields): boolean => textAt(value, 'metadata', 'name') !== '';

/** The group of an apiVersion, '' for the core group. */
export function groupOf({ apiVersion = '' }: KubernetesObject): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** What is the same object whatever the version: `apps Deployment routing/autoroute`. */
export function identityOf(object: KubernetesObject): string {
  const { name, namespace } = object.metadata;
  return `${groupOf(object)} ${object.kind} ${objectKey(name, namespace)}`;
}

/** `Deployment routing/autoroute`, for people. */
export function nameOf({ kind = 'object', metadata }: KubernetesObject): string {
  return `${kind} ${objectKey(metadata.name, metadata.namespace)}`;
}

/** How an object is named in `-o json`. */
export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
}

export function objectNameOf({ apiVersion = '', kind = '', metadata }: KubernetesObject): ObjectName {
  return { apiVersion, kind, name: metadata.name, namespace: metadata.namespace };
}
