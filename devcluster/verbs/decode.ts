import { badRequest, invalid } from '../http/status.ts';
import { JsonSyntaxError } from '../http/json-text.ts';
import { apiVersionOf } from '../kinds/served-kind.ts';
import { invalid as invalidField } from '../schema/field-error.ts';
import { marshalJson, quote } from '../schema/go-text.ts';
import { deepCopy, isObject } from '../schema/json.ts';
import { pruneObjectMeta } from '../strategies/object-meta.ts';
import type { Body } from '../http/body.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { Draft } from '../store/object.ts';
import type { WriteOptions } from './api.ts';

/**
 * The object of a POST or PUT, as this kind: checked to be one, without unknown fields, with its defaults. The body itself is
 * left as it is.
 */
export function decode(kind: ServedKind, body: Body, options: WriteOptions, forCreate: boolean): Draft {
  const draft = typed(kind, body);
  if (forCreate) kind.strategy.resetForCreate(draft);
  admitFields(kind, draft, 'body', options, body.duplicates);
  return draft;
}

/** 400 for a body that cannot be parsed, in the real server's words. */
export function unreadable(kind: ServedKind, text: string, error: JsonSyntaxError): Error {
  const why = error.message.startsWith('error converting') ? error.message : `json parse error: ${error.message}`;
  return unrecognized(kind, text, `couldn't get version/kind; ${why}`);
}

function unrecognized(kind: ServedKind, text: string, why: string): Error {
  return badRequest(`the object provided is unrecognized (must be of type ${kind.kind}): ${why} (${summary(text)})`);
}

function summary(text: string): string {
  if (text === '') return '<empty>';
  const short = text.startsWith('{') ? text.slice(0, 30) : Buffer.from(text).subarray(0, 30).toString('hex');
  return text.length > 30 ? `${short} ...` : short;
}

/** A copy of the body as an object of the kind. What a body does not say about its type, the path says. */
function typed(kind: ServedKind, { value, text }: Body): Draft {
  if (!isObject(value)) {
    const type = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
    throw unrecognized(
      kind,
      text,
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${type} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    );
  }
  const wanted = apiVersionOf(kind);
  const apiVersion = value['apiVersion'] ?? '';
  const named = value['kind'] ?? '';
  if (kind.custom && named === '') {
    throw unrecognized(kind, text, `Object 'Kind' is missing in '${text}'`);
  }
  if (named !== '' && named !== kind.kind) {
    const [group, version] = splitApiVersion(String(apiVersion));
    throw badRequest(
      `${String(named)} in version ${quote(version)} cannot be handled as a ${kind.kind}: no kind ${quote(String(named))} is registered for version ${quote(group ? `${group}/${version}` : version)} in scheme`,
    );
  }
  if (apiVersion !== '' && apiVersion !== wanted) {
    throw badRequest(
      `the API version in the data (${String(apiVersion)}) does not match the expected API version (${wanted})`,
    );
  }
  const { metadata, ...rest } = deepCopy(value);
  return { ...rest, kind: kind.kind, apiVersion: wanted, metadata: { name: '', ...(isObject(metadata) && metadata) } };
}

function splitApiVersion(apiVersion: string): [group: string, version: string] {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}

/**
 * Drops the fields that the kind does not have, says so as `fieldValidation` asks, refuses wrong types, and fills in defaults.
 * `source`: a strict refusal reads differently for a patch.
 */
export function admitFields(
  kind: ServedKind,
  draft: Draft,
  source: 'body' | 'patch',
  { fieldValidation, warn }: WriteOptions,
  complaints: readonly string[] = [],
): void {
  const before = source === 'patch' && fieldValidation === 'Strict' ? marshalJson(draft) : '';
  const problem = kind.strategy.decodeProblem(draft);
  if (problem !== undefined) throw refusal(kind, source, before, problem);
  const { managedFields } = draft.metadata;
  const unknown = [...pruneObjectMeta(draft), ...kind.strategy.prune(draft)];
  const strict = [...complaints, ...unknown.map((path) => `unknown field ${quote(path)}`)];
  if (strict.length > 0) {
    if (fieldValidation === 'Strict')
      throw refusal(kind, source, before, `strict decoding error: ${strict.join(', ')}`);
    if (fieldValidation === 'Warn') strict.forEach(warn);
  }
  kind.strategy.applyDefaults(draft);
  // An empty list is not nothing here: it asks for a reset.
  if (managedFields) draft.metadata.managedFields = managedFields;
}

function refusal(kind: ServedKind, source: 'body' | 'patch', before: string, why: string): Error {
  if (source === 'patch') return invalid('', '', '', [invalidField('patch', before, why)]);
  return badRequest(`${kind.kind} in version ${quote(kind.version)} cannot be handled as a ${kind.kind}: ${why}`);
}
