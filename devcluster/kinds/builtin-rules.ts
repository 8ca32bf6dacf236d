/**
 * What the real server does with objects of built-in kinds in Go, and OpenAPI does not tell: defaults and validation.
 * Validation knows the kinds that operators write most (see `rules/validation.ts`); of all others it checks the metadata.
 */
import type { FieldError } from '../schema/field-error.ts';
import { objectAt, type JsonObject } from '../schema/json.ts';
import { nameIsPathSegment } from '../schema/names.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../schema/object-meta.ts';
import type { BuiltinKind } from './builtin.ts';
import { toGoShape } from './go-shape.ts';
import { fillDefaults } from './rules/default-values.ts';
import { declarativeLast } from './rules/declarative.ts';
import { nameRuleOf } from './rules/name-rules.ts';
import { validateByKind } from './rules/validation.ts';

/**
 * Brings an object into the shape of its Go type and fills in the defaults, in place. Unknown members are dropped.
 * Done twice, it changes nothing.
 */
export function defaultBuiltin(kind: BuiltinKind, object: JsonObject): void {
  const schema = kind.schema();
  toGoShape(schema, object);
  fillDefaults(schema, object);
  // Defaults may be empty where their types write nothing, or nothing where they do.
  toGoShape(schema, object);
}

/**
 * Everything that is wrong with an object that has its defaults, with the real server's messages and in its order.
 * @param old the stored object, for an update: what may not change is checked then.
 * @param subresource of the request, '' for the object itself.
 */
export function validateBuiltin(
  kind: BuiltinKind,
  object: JsonObject,
  old?: JsonObject,
  subresource = '',
): FieldError[] {
  const meta = objectAt(object, 'metadata') ?? {};
  const errors =
    old === undefined
      ? validateObjectMeta(meta, kind.namespaced, nameRuleOf(kind.group, kind.kind))
      : [
          ...validateObjectMeta(meta, kind.namespaced, nameIsPathSegment),
          ...validateObjectMetaUpdate(meta, objectAt(old, 'metadata') ?? {}),
        ];
  errors.push(...validateByKind(kind.group, kind.kind, object, old, subresource));
  return eachOnce(declarativeLast(errors));
}

function eachOnce(errors: readonly FieldError[]): FieldError[] {
  const told = new Set<string>();
  return errors.filter(({ field, message }) => {
    const text = `${field}: ${message}`;
    return !told.has(text) && told.add(text);
  });
}
