import { ruleTree } from './cel/rule-tree.ts';
import { validateRules } from './cel/validate-rules.ts';
import { validateEmbeddedResources } from './embedded.ts';
import { invalid, ROOT, type FieldError } from './field-error.ts';
import { objectAt, valueAt } from './json.ts';
import { validateListTypes } from './list-types.ts';
import { validateOpenApi } from './openapi-validation.ts';
import type { Schema } from './schema.ts';

export type { FieldError } from './field-error.ts';

export interface ValidateOptions {
  /**
   * The object as it is stored: the update of an object that was invalid before (a schema has become stricter) passes
   * as long as its invalid parts do not change.
   */
  readonly old?: unknown;
  /** Is told which rules do not hold for parts that did not change. */
  readonly warn?: ((text: string) => void) | undefined;
}

/**
 * Everything that the real server checks in a custom resource by its structural schema: types, bounds and the like,
 * embedded resources, duplicates in lists of type set and map, CEL rules; in that order. Metadata is not checked here but in
 * `object-meta.ts`.
 * @returns what is wrong, nothing if all is well.
 */
export function validateSchema(schema: Schema, value: unknown, options: ValidateOptions = {}): readonly FieldError[] {
  const old = options.old;
  const errors = [
    ...validateOpenApi(schema, value, { old: old === undefined ? undefined : { schema, value, old } }),
    ...validateEmbeddedResources(schema, value),
    ...(old === undefined || validateListTypes(schema, old).length === 0 ? validateListTypes(schema, value) : []),
  ];
  return [...errors, ...checkRules(schema, value, old, errors, options.warn)];
}

/** The same for an update of a custom resource's `status` subresource, which checks the status alone, and all rules. */
export function validateStatusSchema(
  schema: Schema,
  value: unknown,
  old: unknown,
  warn?: (text: string) => void,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const statusSchema = schema.properties === undefined ? undefined : schema.properties['status'];
  const status = valueAt(value, 'status');
  if (statusSchema !== undefined && status !== undefined) {
    const before = objectAt(old, 'status');
    const correlation = before === undefined ? undefined : { schema: statusSchema, value: status, old: before };
    errors.push(...validateOpenApi(statusSchema, status, { old: correlation, root: 'status' }));
  }
  if (validateListTypes(schema, old).length === 0) errors.push(...validateListTypes(schema, value));
  return [...errors, ...checkRules(schema, value, old, errors, warn)];
}

/** Errors of an object that rules may not make sense of. */
const BLOCKING: ReadonlySet<string> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

const NOT_CHECKED =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

function checkRules(
  schema: Schema,
  value: unknown,
  old: unknown,
  found: readonly FieldError[],
  warn?: (text: string) => void,
): readonly FieldError[] {
  if (ruleTree(schema) === undefined) return [];
  if (found.some(({ reason }) => BLOCKING.has(reason))) return [invalid(ROOT, null, NOT_CHECKED)];
  const { errors, warnings } = validateRules(schema, value, old);
  for (const warning of warnings) warn?.(warning);
  return errors;
}
