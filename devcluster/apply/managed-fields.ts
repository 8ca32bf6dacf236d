import { isArray, isObject, objectAt, stringAt, type JsonObject } from '../schema/json.ts';
import {
  managersOf,
  newObject,
  recordUpdateBy,
  updaterId,
  withManagers,
  withoutManagedFields,
  type FieldManagerOptions,
} from './field-manager.ts';
import { readManagers, type Managers } from './managers.ts';
import { TypedValueError } from './typed-error.ts';

export { settleManagedFields, type FieldManagerOptions } from './field-manager.ts';

export interface TrackUpdateOptions extends FieldManagerOptions {
  /** The stored object; undefined for a create. */
  readonly before: JsonObject | undefined;
  /** The object that is to be stored: defaulted, before what the endpoint resets is reset. It is left as it is. */
  readonly after: JsonObject;
}

/**
 * Tracks who owns which fields over a create, an update or a patch that is no apply.
 * The entries that the request brings are taken (`[]` and `[{}]` reset them, none at all or unreadable ones leave the
 * stored ones), those of a subresource request never are. An object that has no owners gets none by an update.
 * A value that does not fit the schema leaves the stored entries as they are.
 * @returns the object to store; its managed fields' times may be all that differs: see `settleManagedFields`.
 */
export function trackUpdate(options: TrackUpdateOptions): JsonObject {
  const { before, after } = options;
  const managers = managersToStartFrom(options);
  const stored = stringAt(objectAt(before, 'metadata'), 'uid') !== '';
  if (managers.size === 0 && stored) return withoutManagedFields(after);
  const old = before ?? newObject(options.schema, after);
  try {
    const id = updaterId(options, stringAt(after, 'apiVersion'));
    recordUpdateBy(id, options, withoutManagedFields(old), withoutManagedFields(after), managers);
    return withManagers(after, managers);
  } catch (error) {
    if (!(error instanceof TypedValueError)) throw error;
    return withManagers(after, managersOf(before));
  }
}

function managersToStartFrom({ before, after, subresource }: TrackUpdateOptions): Managers {
  if (subresource !== undefined && subresource !== '') return managersOf(before);
  const requested = objectAt(after, 'metadata')?.['managedFields'];
  if (isReset(requested)) return new Map();
  const managers = readManagers(requested);
  return managers === undefined || managers.size === 0 ? managersOf(before) : managers;
}

function isReset(entries: unknown): boolean {
  if (!isArray(entries)) return false;
  return entries.length === 0 || (entries.length === 1 && isObject(entries[0]) && Object.keys(entries[0]).length === 0);
}
