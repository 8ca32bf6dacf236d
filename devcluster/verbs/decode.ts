import { badRequest, invalid } from '../http/status.ts';
import { JsonNumberError } from '../http/json-text.ts';
import type { JsonSyntaxError } from '../http/json-text.ts';
import { builtinSchema } from '../kinds/builtin-definitions.ts';
import { jsonType } from '../kinds/decode-problem.ts';
import { apiVersionOf } from '../kinds/served-kind.ts';
import { invalid as invalidField } from '../schema/field-error.ts';
import { quote } from '../schema/go-text.ts';
import { deepCopy, isObject, own, stringAt, type JsonObject } from '../schema/json.ts';
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
  const complaints = options.fieldValidation === 'Strict' ? body.strictly : body.duplicates;
  if (!forCreate || draft['status'] === undefined) {
    admitFields(kind, draft, 'body', options, complaints);
    return draft;
  }
  // A status that is not kept has to be right all the same.
  admitFields(kind, deepCopy(draft), 'body', options, complaints);
  kind.strategy.resetForCreate(draft);
  admitFields(kind, draft, 'body', { ...options, fieldValidation: 'Ignore' });
  return draft;
}

/** 400 for a body that cannot be parsed, in the real server's words. */
export function unreadable(kind: ServedKind, text: string, error: JsonSyntaxError): Error {
  if (error instanceof JsonNumberError) return refusedBody(kind, error.message);
  const fromYaml = /^(yaml|json: unsupported value): /.test(error.message);
  const why = fromYaml ? error.message : `couldn't get version/kind; json parse error: ${error.message}`;
  return unrecognized(kind, text, why);
}

function unrecognized(kind: ServedKind, text: string, why: string): Error {
  return badRequest(`the object provided is unrecognized (must be of type ${kind.kind}): ${why} (${summary(text)})`);
}

function summary(text: string): string {
  if (text === '') return '<empty>';
  const short = text.startsWith('{') ? text.slice(0, 30) : Buffer.from(text).subarray(0, 30).toString('hex');
  return text.length > 30 ? `${short} ...` : short;
}

/** What keeps a body from telling its type, as every object does first. */
export function typeMetaProblem(value: unknown): string | undefined {
  const wrong = (what: unknown, target: string): string =>
    `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonType(what)} into Go ${target}`;
  if (!isObject(value)) {
    return wrong(
      value,
      'value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }',
    );
  }
  const name = ['apiVersion', 'kind'].find((key) => typeof (own(value, key) ?? '') !== 'string');
  return name === undefined ? undefined : wrong(value[name], `struct field .${name} of type string`);
}

export function noSuchKind(kind: string, apiVersion: string): string {
  return `no kind ${quote(kind)} is registered for version ${quote(apiVersion)} in scheme ${SCHEME}`;
}

/** A copy of the body as an object of the kind. What a body does not say about its type, the path says. */
function typed(kind: ServedKind, body: Body): Draft {
  const { text } = body;
  const value = body.value ?? {};
  const problem = typeMetaProblem(value);
  if (problem !== undefined || !isObject(value)) throw unrecognized(kind, text, problem ?? 'not an object');
  const wanted = apiVersionOf(kind);
  const apiVersion = stringAt(value, 'apiVersion');
  const named = stringAt(value, 'kind');
  if (kind.custom) checkCustomType(kind, text, apiVersion, named);
  else checkNativeType(kind, apiVersion === '' ? wanted : apiVersion, named === '' ? kind.kind : named);
  const { metadata, ...rest } = deepCopy(value);
  if ((metadata ?? undefined) !== undefined && !isObject(metadata)) {
    const target = kind.custom ? 'value' : `struct field ${kind.kind}.metadata`;
    throw refusedBody(kind, `json: cannot unmarshal ${jsonType(metadata)} into Go ${target} of type v1.ObjectMeta`);
  }
  return {
    ...rest,
    kind: kind.custom ? named : kind.kind,
    apiVersion: wanted,
    metadata: { name: '', ...(isObject(metadata) && metadata) },
  };
}

/** Another kind in the right version is found out by validation. */
function checkCustomType(kind: ServedKind, text: string, apiVersion: string, named: string): void {
  if (named === '') throw unrecognized(kind, text, `Object 'Kind' is missing in '${text}'`);
  const wanted = apiVersionOf(kind);
  if (apiVersion === wanted) return;
  throw badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${wanted})`);
}

function checkNativeType(kind: ServedKind, apiVersion: string, named: string): void {
  const problem = nativeTypeProblem(kind, apiVersion, named);
  if (problem === undefined) return;
  const [, version] = splitApiVersion(apiVersion);
  throw badRequest(`${named} in version ${quote(version)} cannot be handled as a ${kind.kind}: ${problem}`);
}

/** Source: the scheme of k8s.io/kubernetes: another type that it knows cannot be converted, others it does not know. */
function nativeTypeProblem(kind: ServedKind, apiVersion: string, named: string): string | undefined {
  if (apiVersion === apiVersionOf(kind) && named === kind.kind) return undefined;
  const [group, version] = splitApiVersion(apiVersion);
  if (builtinSchema(group, version, named)) {
    const internal = kind.group.split('.')[0] || 'core';
    return `converting (${version}.${named}) to (${internal}.${kind.kind}): unknown conversion`;
  }
  return noSuchKind(named, apiVersion);
}

/** Where the real server made its scheme; part of its message. */
const SCHEME = '"pkg/runtime/scheme.go:111"';

function splitApiVersion(apiVersion: string): [group: string, version: string] {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}

/** What a refusal tells of where the object comes from: it shows the patched object, or the strategic patch itself. */
export type Source = 'body' | 'patch' | 'apply' | { readonly patch: string };

/**
 * Drops the fields that the kind does not have, says so as `fieldValidation` asks, refuses wrong types, and fills in defaults.
 */
export function admitFields(
  kind: ServedKind,
  draft: Draft,
  source: Source,
  { fieldValidation, warn }: WriteOptions,
  complaints: readonly string[] = [],
): void {
  const problem = (source === 'body' ? undefined : typeProblem(kind, draft)) ?? kind.strategy.decodeProblem(draft);
  if (problem !== undefined) throw refusal(kind, draft, source, problem);
  const { managedFields, name } = draft.metadata;
  const whole =
    (source === 'patch' || source === 'apply') && fieldValidation === 'Strict' ? { patch: patchedText(draft) } : source;
  const unknown = [...pruneObjectMeta(draft), ...kind.strategy.prune(draft)];
  const strict = [...complaints, ...unknown.map((path) => `unknown field ${quote(path)}`)];
  if (strict.length > 0 && fieldValidation === 'Strict') {
    throw refusal(kind, draft, whole, `strict decoding error: ${strict.join(', ')}`);
  }
  if (fieldValidation === 'Warn') strict.forEach(warn);
  // What an apply gave or left as null is there, and is refused.
  if (source !== 'apply') kind.strategy.dropNulls(draft);
  kind.strategy.applyDefaults(draft);
  // Neither is nothing when it is empty: no name is told in errors, no managed fields ask for a reset.
  draft.metadata.name = name;
  if (managedFields) draft.metadata.managedFields = managedFields;
}

function typeProblem(kind: ServedKind, draft: Draft): string | undefined {
  return kind.custom ? undefined : nativeTypeProblem(kind, draft.apiVersion, draft.kind);
}

/** A patched object as text: its members in order, as Go prints a map. */
export function patchedText(draft: Draft | JsonObject): string {
  return JSON.stringify(Object.fromEntries(Object.entries(draft).sort(([a], [b]) => (a < b ? -1 : 1))));
}

function refusal(kind: ServedKind, draft: Draft, source: Source, why: string): Error {
  if (source === 'body') return refusedBody(kind, why);
  return unreadablePatch(typeof source === 'string' ? patchedText(draft) : source.patch, why);
}

function refusedBody(kind: ServedKind, why: string): Error {
  return badRequest(`${kind.kind} in version ${quote(kind.version)} cannot be handled as a ${kind.kind}: ${why}`);
}

/** 422 for what a patch makes that is no object of its kind. */
export function unreadablePatch(shown: string, why: string): Error {
  return invalid('', '', '', [invalidField('patch', shown, why)]);
}
