/**
 * What apply and update have in common: the parameters of a write, and the object around the typed merge.
 * Source: k8s.io/apimachinery/pkg/util/managedfields/internal (fieldmanager.go, stripmeta.go, skipnonapplied.go).
 */
import { deepEqual, isArray, isObject, objectAt, stringAt, type JsonObject } from '../schema/json.ts';
import { emptyObject } from '../schema/empty-object.ts';
import type { Schema } from '../schema/schema.ts';
import { capUpdateManagers } from './cap-managers.ts';
import { FieldSet } from './field-set.ts';
import { managerId, managerKey, readManagers, writeManagers, type ManagerId, type Managers } from './managers.ts';
import { rootTypeOf } from './merge-type.ts';
import { recordUpdate, reconcileManagers, type OwnershipContext } from './ownership.ts';
import { fieldElement } from './path-element.ts';
import { checkTyped } from './validate-typed.ts';

export interface FieldManagerOptions {
  /** The schema of the object as a whole; undefined: nothing is known of it, lists merge as one piece. */
  readonly schema: Schema | undefined;
  /** The name of the field manager; '' is `unknown`. */
  readonly manager: string;
  /** The subresource that is written, e.g. `status`; none for the object itself. */
  readonly subresource?: string | undefined;
  /** The time of the write, RFC 3339 in whole seconds. */
  readonly now: string;
  /**
   * Fields that this endpoint does not let through, by the names of their members: nobody comes to own them here.
   * E.g. `[['status']]` for the object itself where it has a status subresource.
   */
  readonly resetFields?: readonly (readonly string[])[] | undefined;
  /**
   * The schema in another API version of the kind, for entries of `managedFields` that were written in it; undefined if
   * there is no such version: such entries go. Default: `schema` for all.
   */
  readonly schemaAt?: ((apiVersion: string) => Schema | undefined) | undefined;
}

/** Fields that nobody owns: they are the server's or the object's identity. */
const UNOWNED = FieldSet.of(
  ...[
    ['apiVersion'],
    ['kind'],
    ['metadata'],
    ['metadata', 'name'],
    ['metadata', 'namespace'],
    ['metadata', 'creationTimestamp'],
    ['metadata', 'selfLink'],
    ['metadata', 'uid'],
    ['metadata', 'clusterName'],
    ['metadata', 'generation'],
    ['metadata', 'managedFields'],
    ['metadata', 'resourceVersion'],
  ].map((path) => path.map(fieldElement)),
);

export function ownershipContext(options: FieldManagerOptions, apiVersion: string): OwnershipContext {
  const type = rootTypeOf(options.schema);
  return {
    apiVersion,
    type,
    typeAt(version) {
      if (version === apiVersion || options.schemaAt === undefined) return type;
      const schema = options.schemaAt(version);
      return schema === undefined ? undefined : rootTypeOf(schema);
    },
    resetFields: FieldSet.of(...(options.resetFields ?? []).map((path) => path.map(fieldElement))),
  };
}

/**
 * Records that an update made `after` of `before`, for a manager of updates; `managers` is changed in place.
 * @throws TypedValueError where one of the two does not fit the schema.
 */
export function recordUpdateBy(
  id: ManagerId,
  options: FieldManagerOptions,
  before: JsonObject,
  after: JsonObject,
  managers: Managers,
): void {
  const context = ownershipContext(options, stringAt(after, 'apiVersion'));
  checkTyped(context.type, after, true);
  checkTyped(context.type, before, true);
  const reconciled = reconcileManagers(context, managers);
  const written = recordUpdate(context, before, after, reconciled).difference(UNOWNED);
  managers.clear();
  for (const [key, ownership] of reconciled) managers.set(key, ownership);
  if (!written.isEmpty) {
    const key = managerKey(id);
    const previous = managers.get(key);
    const fields = previous === undefined ? written : written.union(previous.fields);
    managers.set(key, { id, fields, apiVersion: context.apiVersion, time: options.now });
  }
  capUpdateManagers(managers);
}

/** Takes the fields that nobody owns from a manager, and the manager away if that was all. */
export function stripUnowned(managers: Managers, key: string): void {
  const ownership = managers.get(key);
  if (ownership === undefined) return;
  const fields = ownership.fields.difference(UNOWNED);
  if (fields.isEmpty) managers.delete(key);
  else managers.set(key, { ...ownership, fields });
}

/** An object of the kind as it is before anything is set: what a create is compared with. */
export function newObject(schema: Schema | undefined, like: JsonObject): JsonObject {
  return { ...(schema && emptyObject(schema)), apiVersion: like['apiVersion'], kind: like['kind'] };
}

/** The id of a manager that updates. */
export function updaterId(options: FieldManagerOptions, apiVersion: string): ManagerId {
  return managerId(options.manager, 'Update', apiVersion, options.subresource);
}

/** The object without `metadata.managedFields`; nothing else is copied. */
export function withoutManagedFields(object: JsonObject): JsonObject {
  const meta = objectAt(object, 'metadata');
  if (meta === undefined || !Object.hasOwn(meta, 'managedFields')) return object;
  const { managedFields: _managedFields, ...rest } = meta;
  return { ...object, metadata: rest };
}

/** The object with the managers as its `metadata.managedFields`, or none if there are none. */
export function withManagers(object: JsonObject, managers: Managers): JsonObject {
  const bare = withoutManagedFields(object);
  if (managers.size === 0) return bare;
  return { ...bare, metadata: { ...objectAt(bare, 'metadata'), managedFields: writeManagers(managers) } };
}

/** The managers of an object; none if its entries cannot be read. */
export function managersOf(object: JsonObject | undefined): Managers {
  return readManagers(objectAt(object, 'metadata')?.['managedFields']) ?? new Map();
}

/**
 * An object that a write left as it was but for times in `managedFields` keeps those times: such a write is none.
 * To be asked last, once all else (defaults, what the endpoint resets) is done to the object.
 * @returns the object to store, and whether it differs from the former one.
 * Source: k8s.io/apiserver/pkg/endpoints/handlers/fieldmanager/equality.go.
 */
export function settleManagedFields(before: JsonObject, after: JsonObject): { object: JsonObject; changed: boolean } {
  if (!deepEqual(withoutManagedFields(before), withoutManagedFields(after))) return { object: after, changed: true };
  const old = objectAt(before, 'metadata')?.['managedFields'];
  const now = objectAt(after, 'metadata')?.['managedFields'];
  if (!deepEqual(withoutTimes(old), withoutTimes(now))) return { object: after, changed: true };
  return { object: before, changed: false };
}

function withoutTimes(entries: unknown): unknown {
  if (!isArray(entries)) return [];
  return entries.map((entry) => {
    if (!isObject(entry)) return entry;
    const { time: _time, ...rest } = entry;
    return rest;
  });
}
