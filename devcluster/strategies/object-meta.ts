import { isObject } from '../schema/json.ts';
import { orderMap } from '../schema/member-order.ts';
import type { Draft } from '../store/object.ts';

/** The fields of `metav1.ObjectMeta`: whatever else a client writes below `metadata` is dropped. */
const FIELDS = new Set([
  'annotations',
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'finalizers',
  'generateName',
  'generation',
  'labels',
  'managedFields',
  'name',
  'namespace',
  'ownerReferences',
  'resourceVersion',
  'selfLink',
  'uid',
]);

/**
 * Drops what ObjectMeta does not know, and what is null or empty (which Go's encoding leaves out); but empty managed fields
 * stay: they ask for a reset. Returns the unknown paths.
 */
export function pruneObjectMeta(draft: Draft): string[] {
  const meta: Record<string, unknown> = draft.metadata;
  const unknown: string[] = [];
  for (const texts of [meta['labels'], meta['annotations']]) nullsToEmpty(texts);
  for (const name of Object.keys(meta)) {
    if (!FIELDS.has(name)) {
      unknown.push(`metadata.${name}`);
      delete meta[name];
    } else if (name !== 'managedFields' && name !== 'name' && isEmpty(meta[name])) {
      delete meta[name];
    }
  }
  return unknown;
}

/** In a map of strings, Go reads null as the empty string. */
function nullsToEmpty(texts: unknown): void {
  if (!isObject(texts)) return;
  for (const name of Object.keys(texts)) if (texts[name] === null) texts[name] = '';
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

/** `metadata` in the order in which the real server prints it for built-in kinds, without what is empty. */
export function orderObjectMeta(draft: Draft): void {
  const meta: Record<string, unknown> = draft.metadata;
  const ordered: Record<string, unknown> = {};
  for (const name of ORDER) {
    if (!isEmpty(meta[name])) ordered[name] = meta[name];
  }
  for (const map of [ordered['labels'], ordered['annotations']]) if (isObject(map)) orderMap(map);
  Object.assign(emptied(meta), ordered);
}

const ORDER = [
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
];

function emptied(map: Record<string, unknown>): Record<string, unknown> {
  for (const name of Object.keys(map)) delete map[name];
  return map;
}
