/**
 * Defaults in the schema of a CustomResourceDefinition have to fit the schema and its rules, and must have no fields that would be
 * dropped.
 * Source: apiextensions-apiserver/pkg/apiserver/schema/defaulting/validation.go.
 */
import { validateRulesOfDefault } from './cel/validate-rules.ts';
import { validateEmbeddedResources } from './embedded.ts';
import { invalid, type FieldError } from './field-error.ts';
import { deepCopy, deepEqual } from './json.ts';
import { validateOpenApi } from './openapi-validation.ts';
import { pruneUnknown } from './prune.ts';
import type { Schema } from './schema.ts';

const OF_RESOURCES: ReadonlySet<string> = new Set(['metadata', 'apiVersion', 'kind']);

/** What is wrong with the defaults of a structural schema; in its metadata there are none. */
export function checkDefaults(schema: Schema, path: string, isRoot = true): FieldError[] {
  const errors: FieldError[] = [];
  const isResource = isRoot || schema['x-kubernetes-embedded-resource'] === true;
  if (schema.default !== undefined && schema.default !== null)
    errors.push(...checkDefault(schema, `${path}.default`, isResource));
  if (schema.items !== undefined) errors.push(...checkDefaults(schema.items, `${path}.items`, false));
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (isResource && OF_RESOURCES.has(name)) continue;
    errors.push(...checkDefaults(property, `${path}.properties[${name}]`, false));
  }
  return errors;
}

function checkDefault(schema: Schema, path: string, isResourceRoot: boolean): FieldError[] {
  const pruned = deepCopy(schema.default);
  pruneUnknown(schema, pruned, { isResourceRoot });
  const errors: FieldError[] = [];
  if (!deepEqual(pruned, schema.default)) errors.push(invalid(path, schema.default, 'must not have unknown fields'));
  const resource: Schema = isResourceRoot ? { ...schema, 'x-kubernetes-embedded-resource': true } : schema;
  const wrong = validateEmbeddedResources(resource, schema.default, path);
  if (wrong.length > 0) return [...errors, ...wrong];
  const unfit = validateOpenApi(schema, schema.default, { root: path });
  return [...errors, ...(unfit.length > 0 ? unfit : validateRulesOfDefault(schema, path, isResourceRoot))];
}
