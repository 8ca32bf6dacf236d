import { isObject } from './json.ts';
import { additionalSchema, type Schema } from './schema.ts';

/**
 * The paths of all CEL rules (`x-kubernetes-validations`) in a schema, e.g. `spec.ports[*]`; '' is the object itself.
 * This cluster accepts such rules and does not evaluate them: a server tells so in a warning when a CRD with rules is installed.
 */
export function celRules(schema: Schema, path = ''): string[] {
  const found: string[] = [];
  const own = schema['x-kubernetes-validations'];
  if (own !== undefined && own.length > 0) found.push(path);
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    found.push(...celRules(member, path === '' ? name : `${path}.${name}`));
  }
  const additional = additionalSchema(schema);
  if (additional !== undefined) found.push(...celRules(additional, `${path}.*`));
  if (isObject(schema.items)) found.push(...celRules(schema.items, `${path}[*]`));
  return found;
}
