/**
 * Paths to fields in definitions, e.g. `.spec.color` or `.labels['app']`.
 * Source: ValidFieldPath of apiextensions-apiserver/pkg/apiserver/schema/cel.
 */
import { additionalSchema, type Schema } from './schema.ts';

export interface FoundField {
  /** The path as errors tell it: `a.b[key]`. */
  readonly text: string;
  /** The names on the way. */
  readonly names: readonly string[];
  /** The field's schema; undefined where anything may be. */
  readonly schema: Schema | undefined;
}

/**
 * Follows a path through a schema.
 * @param brackets whether `['name']` is allowed.
 * @returns the field, or what is wrong with the path, in the real server's words.
 */
export function followFieldPath(
  schema: Schema,
  path: string,
  brackets: boolean,
): FoundField | { readonly problem: string } {
  const tokens = path.match(/'(?:[^'\\]|\\.)*'|[.[\]]|[^.[\]']+|'/g) ?? [];
  const names: string[] = [];
  let current: Schema | undefined = schema;
  let text = '';
  for (let i = 0; i < tokens.length; i++) {
    const delimiter = tokens[i];
    if (delimiter !== '.' && delimiter !== '[') return { problem: `expected [ or . but got: ${delimiter ?? ''}` };
    if (delimiter === '[' && !brackets) return { problem: 'array notation is not allowed' };
    const token = tokens[++i];
    if (token === undefined) return { problem: 'unexpected end of JSON path' };
    let name = token;
    if (delimiter === '[') {
      if (!/^'.*'$/s.test(token)) return { problem: `expected single quoted string but got ${token}` };
      name = token.slice(1, -1).replace(/\\(['\\])/g, '$1');
    }
    const next = step(current, name);
    if (next === undefined) return { problem: 'does not refer to a valid field' };
    const isProperty = Object.keys(current?.properties ?? {}).length > 0;
    text += isProperty ? `${text === '' ? '' : '.'}${name}` : `[${name}]`;
    current = next.schema;
    names.push(name);
    if (delimiter !== '[') continue;
    const end = tokens[++i];
    if (end === undefined) return { problem: 'unexpected end of JSON path' };
    if (end !== ']') return { problem: `expected ] but got ${end}` };
  }
  return { text, names, schema: current };
}

function step(schema: Schema | undefined, name: string): { readonly schema: Schema | undefined } | undefined {
  const { properties } = schema ?? {};
  if (properties !== undefined && Object.keys(properties).length > 0) {
    return Object.hasOwn(properties, name) ? { schema: properties[name] } : undefined;
  }
  if (schema?.additionalProperties === undefined) return undefined;
  return { schema: additionalSchema(schema) };
}
