/** Source: validateCustomResourceDefinitionValidation of apiextensions-apiserver. */
import { RuleBudget } from '../../schema/cel/check-rules.ts';
import { checkDefinitionSchema } from '../../schema/definition-schema.ts';
import { forbidden, invalid, type FieldError } from '../../schema/field-error.ts';
import type { Schema } from '../../schema/schema.ts';
import { checkDefaults } from '../../schema/structural-defaults.ts';
import { checkStructural, findUnreadable } from '../../schema/structural.ts';

/**
 * What is wrong with a definition's schema.
 * @param hasStatus the status subresource has its own schema, which is taken from the root's properties.
 * @param path of what `openAPIV3Schema` is a member of.
 * @param isUnchanged it was the version's schema before: its rules may then cost what they cost.
 */
export function validateDefinitionSchema(
  schema: Schema,
  hasStatus: boolean,
  path: string,
  isUnchanged = false,
): FieldError[] {
  const at = `${path}.openAPIV3Schema`;
  const errors = hasStatus ? checkRoot(schema, at) : [];
  if (schema.nullable === true) errors.push(forbidden(`${at}.nullable`, 'nullable cannot be true at the root'));
  const unreadable = findUnreadable(schema);
  let budget: RuleBudget | undefined;
  if (unreadable === undefined) {
    const structural = checkStructural(schema, at);
    const wrong = structural.length > 0 ? structural : checkDefaults(schema, at);
    if (wrong.length === 0) budget = new RuleBudget(isUnchanged);
    errors.push(...wrong);
  }
  errors.push(...checkDefinitionSchema(schema, at, budget));
  if (errors.length === 0 && unreadable !== undefined) errors.push(invalid(at, '', unreadable));
  errors.push(...(budget?.checkTotal(at) ?? []));
  return errors;
}

/** What the root may say with a status subresource, by its name in Go, in the order of the type's fields. */
const AT_ROOT =
  'Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations';

const MEMBERS_AT_ROOT: ReadonlySet<string> = new Set(
  AT_ROOT.split(' ').map((name) =>
    name === 'XPreserveUnknownFields'
      ? 'x-kubernetes-preserve-unknown-fields'
      : name === 'XValidations'
        ? 'x-kubernetes-validations'
        : `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`,
  ),
);

function checkRoot(schema: Schema, path: string): FieldError[] {
  const type = schema.type ?? '';
  if (type !== '' && type !== 'object') {
    const detail =
      'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
    return [invalid(`${path}.type`, type, detail)];
  }
  // Written with false or nothing, a member is not there.
  if (Object.keys(schema).every((member) => member === 'nullable' || MEMBERS_AT_ROOT.has(member))) {
    if (schema.nullable !== true) return [];
  }
  const detail = `only [${AT_ROOT}] fields are allowed at the root of the schema if the status subresource is enabled`;
  return [invalid(path, schema, detail)];
}
