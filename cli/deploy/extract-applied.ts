import { isDeepStrictEqual } from 'node:util';
import type { FieldsV1, KubernetesObject } from '../../runtime/kube/types.ts';
import { isFields, type Fields } from '../cluster/fields.ts';
import type { Manifest } from './manifest.ts';

/**
 * What a manager had applied to an object when it looked like this, made from its entry in `managedFields`: applying it again takes back what
 * was applied since. Undefined where the manager has applied nothing. As client-go's `Extract…` functions.
 */
export function extractApplied(object: KubernetesObject, manager: string): Manifest | undefined {
  const entry = object.metadata.managedFields?.find(
    (each) => each.manager === manager && each.operation === 'Apply' && !each.subresource,
  );
  if (!entry?.fieldsV1) return undefined;
  const { apiVersion = '', kind = '' } = object;
  const { name, namespace } = object.metadata;
  const extracted = extract(object, entry.fieldsV1);
  const fields = isFields(extracted) ? extracted : {};
  const metadata = isFields(fields['metadata']) ? fields['metadata'] : {};
  return {
    ...fields,
    apiVersion,
    kind,
    metadata: { ...metadata, name, ...(namespace !== undefined && { namespace }) },
  };
}

/** The part of a value that a set of fields names. A path without further ones stands for all of what is there. */
function extract(value: unknown, fields: FieldsV1): unknown {
  const paths = Object.entries(fields).filter(([path]) => path !== '.');
  if (paths.length === 0) return value;
  if (Array.isArray(value)) return items(value, paths);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    paths.flatMap(([path, below]) => {
      const key = path.slice(2);
      return path.startsWith('f:') && Object.hasOwn(value, key) ? [[key, extract(value[key], below)]] : [];
    }),
  );
}

/**
 * The items of a list that are named by their keys (`k:`), values (`v:`) or places (`i:`), in the list's order. A key that the manager left to
 * its default is left to it again.
 */
function items(list: readonly unknown[], paths: readonly [string, FieldsV1][]): readonly unknown[] {
  return list.flatMap((item, index) => {
    const found = paths.find(([path]) => isNamedBy(item, index, path));
    return found ? [extract(item, found[1])] : [];
  });
}

function isNamedBy(item: unknown, index: number, path: string): boolean {
  const name = path.slice(2);
  if (path.startsWith('i:')) return String(index) === name;
  if (path.startsWith('v:')) return isDeepStrictEqual(item, JSON.parse(name));
  return (
    path.startsWith('k:') && Object.entries(keysOf(path)).every(([key, value]) => isFields(item) && item[key] === value)
  );
}

function keysOf(path: string): Fields {
  const keys: unknown = JSON.parse(path.slice(2));
  return isFields(keys) ? keys : {};
}
