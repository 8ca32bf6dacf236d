import { compareStrings } from './go-text.ts';
import { isArray, isObject } from './json.ts';
import { memberSchema, preservesUnknownFields, type Schema } from './schema.ts';

export interface PruneOptions {
  /** The value is an object of the API as a whole: `apiVersion`, `kind` and `metadata` stay. Default true. */
  readonly isResourceRoot?: boolean | undefined;
}

const TYPE_AND_META: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * Removes the members that a schema does not name, in place. Where it preserves unknown fields they stay, but what it does
 * name there is pruned inside.
 * @returns the paths that went, sorted, as `fieldValidation` tells them: `spec.ports[0].foo` (`unknown field "…"`).
 * Source: apiextensions-apiserver/pkg/apiserver/schema/pruning.
 */
export function pruneUnknown(schema: Schema, value: unknown, options: PruneOptions = {}): readonly string[] {
  const dropped: string[] = [];
  prune(value, schema, options.isResourceRoot ?? true, '', dropped);
  return dropped.sort(compareStrings);
}

/** Without a schema nothing is known: every member goes. */
function prune(value: unknown, schema: Schema | undefined, root: boolean, path: string, dropped: string[]): void {
  if (schema !== undefined && preservesUnknownFields(schema)) {
    pruneNamedOnly(value, schema, root, path, dropped);
  } else if (isArray(value)) {
    value.forEach((item, index) => prune(item, schema?.items, false, `${path}[${index}]`, dropped));
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) {
      if (isTypeOrMeta(schema, root, key)) continue;
      const memberPath = path === '' ? key : `${path}.${key}`;
      if (schema !== undefined && knowsMember(schema, key)) {
        prune(value[key], memberSchema(schema, key), false, memberPath, dropped);
      } else {
        dropped.push(memberPath);
        delete value[key];
      }
    }
  }
}

/** In a region that preserves unknown fields: unknown members stay, the items of a list too; what is named is pruned. */
function pruneNamedOnly(
  value: unknown,
  schema: Schema | undefined,
  root: boolean,
  path: string,
  dropped: string[],
): void {
  if (schema === undefined) return;
  if (isArray(value)) {
    value.forEach((item, index) => pruneNamedOnly(item, schema.items, false, `${path}[${index}]`, dropped));
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) {
      if (isTypeOrMeta(schema, root, key) || !knowsMember(schema, key)) continue;
      prune(value[key], memberSchema(schema, key), false, path === '' ? key : `${path}.${key}`, dropped);
    }
  }
}

function isTypeOrMeta(schema: Schema | undefined, root: boolean, key: string): boolean {
  return (root || schema?.['x-kubernetes-embedded-resource'] === true) && TYPE_AND_META.has(key);
}

function knowsMember(schema: Schema, key: string): boolean {
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, key)) return true;
  return schema.additionalProperties !== undefined;
}
