import { unsupportedMediaType } from './status.ts';
import { duplicateFields, JsonSyntaxError, parseJson } from './json-text.ts';

/** What a request can be written in. */
export const BODY_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

/** A request's body, parsed, with what a strict reader would complain about. */
export interface Body {
  readonly value: unknown;
  /** `duplicate field "…"`. */
  readonly duplicates: readonly string[];
  /** The same as a refusal tells it. */
  readonly strictly: readonly string[];
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
  const duplicates = duplicateFields(text, value);
  return { value, duplicates, strictly: duplicates, text };
}

/** The table of all fields is loaded by the first who sends protobuf. */
async function parseProtobufBody(bytes: Buffer): Promise<Body> {
  const { decodeProtobuf } = await import('../protobuf/decode.ts');
  return { value: decodeProtobuf(bytes), duplicates: [], strictly: [], text: bytes.toString('latin1') };
}

/** JSON is YAML, and far faster to read: tried first. Throws a {@link JsonSyntaxError}. */
export async function parseYamlBody(text: string): Promise<Body> {
  if (/^\s*[{[]/.test(text)) {
    try {
      const body = parseJsonBody(text);
      if (body.duplicates.length === 0) return body;
    } catch (error) {
      if (!(error instanceof JsonSyntaxError)) throw error;
    }
  }
  const { parseYaml } = await import('./yaml-text.ts');
  const { value, duplicates } = parseYaml(text);
  return { value, duplicates, strictly: duplicates.length > 0 ? [asOne(duplicates)] : [], text };
}

/** Go's YAML library tells all in one error. */
function asOne(duplicates: readonly string[]): string {
  return ['yaml: unmarshal errors:', ...duplicates].join('\n  ');
}
