/**
 * The server checks some fields by rules that are generated from its types. What those find comes after all that the
 * handwritten checks find, in the order of the types' fields, and tells no details of what is required.
 */
import type { FieldError } from '../../schema/field-error.ts';

const declared = new WeakSet<FieldError>();

/** Marks an error as one that a generated rule finds. */
export function declarative(error: FieldError): FieldError {
  declared.add(error);
  return error;
}

export function declarativeLast(errors: readonly FieldError[]): FieldError[] {
  const late = errors.filter((error) => declared.has(error));
  return late.length === 0 ? [...errors] : [...errors.filter((error) => !declared.has(error)), ...late];
}
