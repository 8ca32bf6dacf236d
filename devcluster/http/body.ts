import { unsupportedMediaType } from './status.ts';
import { duplicateFields, JsonSyntaxError, parseJson } from './json-text.ts';

/** What a request can be written in. */
export const BODY_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

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

/** Parses an object in JSON, YAML or protobuf. No Content-Type means JSON. */
export async function parseBody(bytes: Buffer, contentType: string | undefined): Promise<Body> {
  const type = mediaTypeOf(contentType);
  if (type === 'application/vnd.kubernetes.protobuf') return parseProtobufBody(bytes);
  const text = bytes.toString('utf8');
  if (type === '' || type === 'application/json') return parseJsonBody(text);
  if (type === 'application/yaml') return parseYamlBody(text);
  throw unsupportedMediaType(BODY_TYPES);
}

/** Throws a {@link JsonSyntaxError}. */
export function parseJsonBody(text: string): Body {
  const value = parseJson(text);
  return { value, duplicates: duplicateFields(text, value), text };
}

/** The table of all fields is loaded by the first who sends protobuf. */
async function parseProtobufBody(bytes: Buffer): Promise<Body> {
  const { decodeProtobuf } = await import('../protobuf/decode.ts');
  return { value: decodeProtobuf(bytes), duplicates: [], text: bytes.toString('latin1') };
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
  const { boolYaml11Tag, CORE_SCHEMA, load, mergeTag } = await import('js-yaml');
  // As Go's YAML library reads it: yes and no are booleans, and << merges.
  const schema = CORE_SCHEMA.withTags(boolYaml11Tag, mergeTag);
  try {
    return { value: load(text, { schema }), duplicates: [], text };
  } catch (strict) {
    try {
      const value: unknown = load(text, { schema, json: true });
      return { value, duplicates: [`yaml: ${reasonOf(strict)}`], text };
    } catch (error) {
      throw new JsonSyntaxError(`error converting YAML to JSON: yaml: ${reasonOf(error)}`);
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
}
