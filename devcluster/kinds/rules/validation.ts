import type { FieldError } from '../../schema/field-error.ts';
import type { JsonObject } from '../../schema/json.ts';

/** Checks one object beyond its metadata; `old` is the stored one, for an update. */
export type Validator = (object: JsonObject, old: JsonObject | undefined, subresource: string) => FieldError[];

const VALIDATORS: ReadonlyMap<string, Validator> = new Map<string, Validator>([]);

export function validatorOf(group: string, kind: string): Validator | undefined {
  return VALIDATORS.get(`${group}/${kind}`);
}
