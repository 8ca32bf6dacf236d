import { deepCopy, objectAt, stringAt, type JsonObject } from '../schema/json.ts';
import { ApplyConflictError } from './conflict.ts';
import {
  managersOf,
  newObject,
  ownershipContext,
  recordUpdateBy,
  settleManagedFields,
  stripUnowned,
  withManagers,
  withoutManagedFields,
  type FieldManagerOptions,
} from './field-manager.ts';
import { allowedByLastApplied, refreshLastApplied } from './last-applied.ts';
import { managerId, managerKey, type Managers } from './managers.ts';
import { rootTypeOf } from './merge-type.ts';
import { applyConfiguration, reconcileManagers } from './ownership.ts';
import { TypedValueError } from './typed-error.ts';
import { checkTyped } from './validate-typed.ts';

export { ApplyConflictError } from './conflict.ts';

export interface ApplyOptions extends FieldManagerOptions {
  /** The stored object; undefined if the apply creates it. */
  readonly live: JsonObject | undefined;
  /** What is applied, as it came: neither defaulted nor pruned. */
  readonly config: JsonObject;
  /** Take fields that others own. */
  readonly force?: boolean | undefined;
}

export interface ApplyResult {
  /**
   * The merged object with its managed fields, sharing nothing with what was given. It is not defaulted yet, and for a
   * built-in kind may hold nulls and empty values that its Go type would not have.
   */
  readonly object: JsonObject;
  /** Whether it differs from the live one (before defaulting; ask `settleManagedFields` after it). */
  readonly changed: boolean;
}

/** An apply that cannot be done, with the real server's message. */
export class ApplyRefusedError extends Error {
  readonly code: 400 | 500;

  constructor(code: ApplyRefusedError['code'], message: string) {
    super(message);
    this.name = 'ApplyRefusedError';
    this.code = code;
  }
}

/**
 * Server-side apply. The kind and API version of the request have been checked against the object's.
 * @throws ApplyConflictError if fields of other managers would change and `force` is not set.
 * @throws ApplyRefusedError 400 for managed fields in what is applied, 500 for what does not fit the schema.
 * Source: k8s.io/apimachinery/pkg/util/managedfields/internal/structuredmerge.go.
 */
export function applyServerSide(options: ApplyOptions): ApplyResult {
  const { live, config, schema } = options;
  if ((objectAt(config, 'metadata')?.['managedFields'] ?? null) !== null) {
    throw new ApplyRefusedError(400, 'metadata.managedFields must be nil');
  }
  const current = live ?? newObject(schema, config);
  const managers = managersOf(live);
  if (managers.size === 0) recordFirstOwners(options, current, managers);
  const bare = withoutManagedFields(current);
  const type = rootTypeOf(schema);
  checkFits(() => checkTyped(type, config, false), `failed to create typed patch object (${describe(config, config)})`);
  checkFits(() => checkTyped(type, bare, true), `failed to create typed live object (${describe(current, config)})`);

  const outcome = applyOrConflict(options, bare, managers);
  const merged = deepCopy(outcome ?? bare);
  if (options.manager === 'kubectl') refreshLastApplied(merged, config);
  const object = withManagers(merged, managers);
  if (live === undefined) return { object, changed: true };
  const settled = settleManagedFields(live, object);
  return settled.changed ? settled : { object: deepCopy(settled.object), changed: false };
}

/** An object that nobody owns yet is owned by `before-first-apply` as far as it goes. */
function recordFirstOwners(options: ApplyOptions, current: JsonObject, managers: Managers): void {
  const { config, schema, subresource } = options;
  const id = managerId('before-first-apply', 'Update', stringAt(config, 'apiVersion'), subresource);
  const empty = newObject(schema, config);
  checkFits(
    () => recordUpdateBy(id, options, empty, withoutManagedFields(current), managers),
    'failed to create manager for existing fields: failed to convert new object to smd typed',
  );
}

/** @returns the merged object, undefined if it is the live one. */
function applyOrConflict(options: ApplyOptions, live: JsonObject, managers: Managers): JsonObject | undefined {
  const force = options.force ?? false;
  if (options.manager !== 'kubectl' || force) return applyOnce(options, live, managers, force);
  const attempt: Managers = new Map(managers);
  try {
    const merged = applyOnce(options, live, attempt, false);
    replaceManagers(managers, attempt);
    return merged;
  } catch (error) {
    if (!(error instanceof ApplyConflictError)) throw error;
    const allowed = allowedByLastApplied(rootTypeOf(options.schema), live, stringAt(options.config, 'apiVersion'));
    if (allowed === undefined) throw error;
    const left = error.conflicts.filter(({ path }) => !allowed.has(path));
    if (left.length > 0) throw new ApplyConflictError(left);
    return applyOnce(options, live, managers, true);
  }
}

function applyOnce(
  options: ApplyOptions,
  live: JsonObject,
  managers: Managers,
  force: boolean,
): JsonObject | undefined {
  const { config, manager, subresource, now } = options;
  const context = ownershipContext(options, stringAt(config, 'apiVersion'));
  const id = managerId(manager, 'Apply', context.apiVersion, subresource);
  const key = managerKey(id);
  const reconciled = reconcileManagers(context, managers);
  const { object } = checkFits(
    () => applyConfiguration(context, live, config, reconciled, id, force),
    'failed to merge config',
  );
  stripUnowned(reconciled, key);
  const ownership = reconciled.get(key);
  if (object !== undefined && ownership !== undefined) {
    reconciled.set(key, { ...ownership, time: now });
  }
  replaceManagers(managers, reconciled);
  return object === undefined ? undefined : asObject(object);
}

function replaceManagers(target: Managers, source: Managers): void {
  target.clear();
  for (const [key, ownership] of source) target.set(key, ownership);
}

function asObject(value: unknown): JsonObject {
  const object = objectAt({ value }, 'value');
  if (object === undefined) throw new ApplyRefusedError(500, 'failed to convert value to unstructured');
  return object;
}

function checkFits<T>(action: () => T, what: string): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof TypedValueError) throw new ApplyRefusedError(500, `${what}: ${error.message}`);
    throw error;
  }
}

/** `namespace/name; group/version, Kind=Kind` */
function describe(object: JsonObject, typed: JsonObject): string {
  const meta = objectAt(object, 'metadata');
  const apiVersion = stringAt(typed, 'apiVersion');
  // The core group has an empty name before its slash here.
  const kind = `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${stringAt(typed, 'kind')}`;
  return `${stringAt(meta, 'namespace')}/${stringAt(meta, 'name')}; ${kind}`;
}
