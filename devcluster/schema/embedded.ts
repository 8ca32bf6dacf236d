/**
 * Objects inside of objects (`x-kubernetes-embedded-resource`): their type and metadata.
 * Source: apiextensions-apiserver/pkg/apiserver/schema/objectmeta.
 */
import { invalid, required, type FieldError } from './field-error.ts';
import { isArray, isObject, stringAt, type JsonObject } from './json.ts';
import { childPath } from './list-types.ts';
import { isDns1035Label, nameIsPathSegment } from './names.ts';
import { validateObjectMeta } from './object-meta.ts';
import { memberSchema, type Schema } from './schema.ts';

export function validateEmbeddedResources(schema: Schema, value: unknown, path = ''): FieldError[] {
  if (isArray(value)) {
    const items = schema.items;
    if (items === undefined) return [];
    return value.flatMap((item, index) => validateEmbeddedResources(items, item, `${path}[${index}]`));
  }
  if (!isObject(value)) return [];
  const errors = schema['x-kubernetes-embedded-resource'] === true ? validateEmbedded(value, path) : [];
  for (const key of Object.keys(value)) {
    const member = memberSchema(schema, key);
    if (member === undefined) continue;
    errors.push(...validateEmbeddedResources(member, value[key], childPath(schema, path, key)));
  }
  return errors;
}

function validateEmbedded(value: JsonObject, path: string): FieldError[] {
  const at = (key: string): string => (path === '' ? key : `${path}.${key}`);
  const errors: FieldError[] = [];
  for (const key of ['apiVersion', 'kind']) {
    if (!Object.hasOwn(value, key)) errors.push(required(at(key)));
  }
  for (const key of Object.keys(value)) {
    const found = value[key];
    if (key === 'apiVersion' || key === 'kind') {
      if (typeof found !== 'string') errors.push(invalid(at(key), found, 'must be a string'));
      else if (found === '') errors.push(invalid(at(key), found, 'must not be empty'));
      else if (key === 'apiVersion' && found.split('/').length > 2) {
        errors.push(invalid(at(key), found, `unexpected GroupVersion string: ${found}`));
      } else if (key === 'kind') {
        const wrong = isDns1035Label(found.toLowerCase());
        if (wrong.length > 0) {
          errors.push(invalid(at(key), found, `may have mixed case, but should otherwise match: ${wrong.join(',')}`));
        }
      }
    } else if (key === 'metadata' && isObject(found)) {
      const named = stringAt(found, 'name') === '' ? { ...found, name: 'fakename' } : found;
      errors.push(...validateObjectMeta(named, stringAt(found, 'namespace') !== '', nameIsPathSegment, at(key)));
    }
  }
  return errors;
}
