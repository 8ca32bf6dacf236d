import type { Entry } from '../../cache/store.ts';
import { apiVersionOf } from '../../kube/paths.ts';
import type { FieldsV1, KubernetesObject, ResourceType } from '../../kube/types.ts';
import type { Body } from '../body.ts';
import { unionOf } from '../fields.ts';
import { fieldsOf } from '../own-fields.ts';

/**
 * What we had written of an object, read back from how it was: the fields that our entries of its managed fields hold, with their values.
 * An object of which we held nothing gives a body with nothing in it, which gives up all that we have set since.
 */
export function formerBody(type: ResourceType, entry: Entry, appliedMark: string): Body {
  const { name, namespace, annotations } = entry.object.metadata;
  const held = fieldsOf(entry).reduce(unionOf, {});
  const { metadata, ...fields } = membersOf(held, entry.object) as Partial<KubernetesObject>;
  return {
    type,
    key: entry.key,
    hash: annotations?.[appliedMark] ?? '',
    object: {
      ...fields,
      apiVersion: apiVersionOf(type),
      kind: type.kind,
      metadata: { ...metadata, name, ...(namespace !== undefined && { namespace }) },
    },
  };
}

/** The part of a value that an entry holds. */
function valueOf(held: FieldsV1, value: unknown): unknown {
  const names = Object.keys(held);
  if (names.length === 0 || typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? itemsOf(held, value) : membersOf(held, value);
}

function membersOf(held: FieldsV1, value: object): object {
  const all = new Map<string, unknown>(Object.entries(value));
  return Object.fromEntries(
    Object.entries(held).flatMap(([step, below]) => {
      const name = step.slice(2);
      return step.startsWith('f:') && all.has(name) ? [[name, valueOf(below, all.get(name))] as const] : [];
    }),
  );
}

/** Items are named by their value (`v:`) or by members that are keys (`k:`), which are part of what is sent. */
function itemsOf(held: FieldsV1, items: readonly unknown[]): readonly unknown[] {
  const steps = Object.entries(held).map(([step, below]) => ({ step, below, is: itemOf(step) }));
  return items.flatMap((item) => {
    const found = steps.filter(({ is }) => is(item));
    return found.map(({ step, below }) =>
      step.startsWith('k:') ? Object.assign({}, keysOf(step), asObject(below, item)) : item,
    );
  });
}

function itemOf(step: string): (item: unknown) => boolean {
  if (step.startsWith('v:')) {
    const value: unknown = JSON.parse(step.slice(2));
    return (item) => item === value;
  }
  if (!step.startsWith('k:')) return () => false;
  const keys = Object.entries(keysOf(step));
  return (item) => {
    if (typeof item !== 'object' || item === null) return false;
    const members = new Map<string, unknown>(Object.entries(item));
    return keys.every(([name, value]) => members.get(name) === value);
  };
}

function keysOf(step: string): object {
  return JSON.parse(step.slice(2)) as object;
}

function asObject(held: FieldsV1, item: unknown): object {
  const value = valueOf(held, item);
  return typeof value === 'object' && value !== null ? value : {};
}
