import { badRequest, unsupportedMediaType } from './status.ts';
import { duplicateFields, JsonSyntaxError, parseJson } from './json-text.ts';

/** What a request can be written in. */
export const BODY_TYPES = ['application/json', 'application/yaml'];

/** A request's body, parsed, with what a strict reader would complain about. */
export interface Body {
  readonly value: unknown;
  /** `duplicate field "…"`. */
  readonly duplicates: readonly string[];
  readonly text: string;
}

/** The media type of a Content-Type header, without parameters. */
export function mediaTypeOf(contentType: string | undefined): string {
  return (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** Parses an object in JSON or YAML. No Content-Type means JSON. */
export async function parseBody(text: string, contentType: string | undefined): Promise<Body> {
  const type = mediaTypeOf(contentType);
  if (type === '' || type === 'application/json') return parseJsonBody(text);
  if (type === 'application/yaml') return parseYamlBody(text);
  throw unsupportedMediaType(BODY_TYPES);
}

/** Throws a {@link JsonSyntaxError}. */
export function parseJsonBody(text: string): Body {
  const value = parseJson(text);
  return { value, duplicates: duplicateFields(text, value), text };
}

/** JSON is YAML, and far faster to read: tried first. Throws a {@link JsonSyntaxError}. */
export async function parseYamlBody(text: string): Promise<Body> {
  if (/^\s*[{[]/.test(text)) {
    try {
      return parseJsonBody(text);
    } catch (error) {
      if (!(error instanceof JsonSyntaxError)) throw error;
    }
  }
  const { load } = await import('js-yaml');
  try {
    return { value: load(text), duplicates: [], text };
  } catch (strict) {
    try {
      const value: unknown = load(text, { json: true });
      return { value, duplicates: [`yaml: ${reasonOf(strict)}`], text };
    } catch (error) {
      throw new JsonSyntaxError(`error converting YAML to JSON: yaml: ${reasonOf(error)}`);
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
}

/** The parsed body, or 400 where it is no JSON. */
export function orBadRequest<T>(parse: () => T, prefix: string): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw badRequest(`${prefix}${error.message}`);
    throw error;
  }
}
