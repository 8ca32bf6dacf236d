import { attributesOf, forbiddenAttributes } from '../auth/attributes.ts';
import { resourceOf } from '../kinds/served-kind.ts';
import { deepCopy } from '../schema/json.ts';
import { keyOf } from '../store/object.ts';
import { apply } from '../verbs/apply.ts';
import { create } from '../verbs/create.ts';
import { decode, unreadable } from '../verbs/decode.ts';
import { recordWrite } from '../verbs/field-manager.ts';
import { patch } from '../verbs/patch.ts';
import { update } from '../verbs/update.ts';
import { BODY_TYPES, mediaTypeOf, parseBody, parseJsonBody, parseYamlBody } from './body.ts';
import { JsonNumberError, JsonSyntaxError } from './json-text.ts';
import { writeQuery } from './query.ts';
import { answerObject, demand, namespaceOf } from './resource-request.ts';
import { badRequest, conflict, forbidden, methodNotAllowed, refusedByRoute, unsupportedMediaType } from './status.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { ApiObject, Draft } from '../store/object.ts';
import type { WriteOptions } from '../verbs/api.ts';
import type { PatchType } from '../verbs/patch.ts';
import type { Target } from '../verbs/update.ts';
import type { Body } from './body.ts';
import type { ApiResponse } from './exchange.ts';
import type { WriteKind, WriteQuery } from './query.ts';
import type { ResourceRequest } from './resource-request.ts';

export const APPLY = 'application/apply-patch+yaml';

/** All but apply, by content type. */
const PATCH_TYPES: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
};

/** Custom resources have no strategies. */
function patchTypes({ custom }: ServedKind): readonly string[] {
  return [...Object.keys(PATCH_TYPES).filter((type) => !custom || PATCH_TYPES[type] !== 'strategic'), APPLY];
}

/** The type of a patch by its Content-Type; undefined for apply. The routes of built-in kinds refuse what they do not take. */
function patchTypeOf({ kind, request }: ResourceRequest): PatchType | undefined {
  const contentType = mediaTypeOf(request.header('content-type'));
  const accepted = patchTypes(kind);
  if (accepted.includes(contentType)) return PATCH_TYPES[contentType];
  throw kind.custom ? unsupportedMediaType(accepted) : refusedByRoute();
}

export async function handleCreate(resource: ResourceRequest): Promise<ApiResponse> {
  demand(resource, 'create');
  const { api, kind } = resource;
  const namespace = namespaceOf(resource);
  if (kind.namespaced && namespace === undefined) throw methodNotAllowed();
  const body = await readObject(resource);
  const options = writeOptions(resource, 'CreateOptions');
  const draft = decode(kind, body, options, true);
  if (kind.terminating) {
    const why = 'create not allowed while custom resource definition is terminating';
    throw forbidden(resourceOf(kind), draft.metadata.name, why);
  }
  return answerObject(resource, create(api, kind, namespace, draft, options), 201);
}

export async function handleUpdate(resource: ResourceRequest): Promise<ApiResponse> {
  demand(resource, 'update');
  demandName(resource);
  const { api, kind } = resource;
  const target = targetOf(resource);
  const body = await readObject(resource);
  const options = writeOptions(resource, 'UpdateOptions');
  const wanted = decode(kind, body, options, false);
  const make = (old: ApiObject | undefined): Draft => {
    checkUid(kind, wanted, old);
    return recordWrite(api, kind, target.subresource, old, deepCopy<Draft>(wanted), options);
  };
  const changed = update(api, target, { make, createMissing: kind.strategy.createOnUpdate }, options);
  return answerObject(resource, changed.object, changed.created ? 201 : 200);
}

/** A PUT names the very object that it replaces, if it names a uid. */
export function checkUid(kind: ServedKind, { metadata }: Draft, old: ApiObject | undefined): void {
  if (!metadata.uid || !old || metadata.uid === old.metadata.uid) return;
  const why =
    `StorageError: invalid object, Code: 4, Key: ${storageKey(kind, keyOf(old))}, ResourceVersion: 0, ` +
    `AdditionalErrorMsg: Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${old.metadata.uid}`;
  throw conflict(resourceOf(kind), metadata.name, why);
}

/** Where etcd would keep the object; part of a message. */
function storageKey(kind: ServedKind, key: string): string {
  return kind.custom ? `/registry/${kind.group}/${kind.plural}/${key}` : `/registry/${kind.plural}/${key}`;
}

export async function handlePatch(resource: ResourceRequest): Promise<ApiResponse> {
  demand(resource, 'patch');
  const { api, request } = resource;
  const type = patchTypeOf(resource);
  demandName(resource);
  const target = targetOf(resource);
  const text = (await request.body()).toString('utf8');
  const query = writeQuery(request.query, 'PatchOptions', type === undefined);
  const options = { ...query, ...whoWrites(resource, query) };
  if (type === undefined) {
    const body = await readPatch(() => parseYamlBody(text));
    const changed = apply(api, target, body, query.force ?? false, options);
    return answerObject(resource, changed.object, changed.created ? 201 : 200);
  }
  const body = parsePatch(text);
  const changed = patch(api, target, type, body, options);
  return answerObject(resource, changed.object);
}

/** A patch of `/scale`, which is not applied to here. */
export async function readPatchBody(resource: ResourceRequest): Promise<{ type: PatchType; body: Body }> {
  const type = patchTypeOf(resource);
  if (type === undefined) throw unsupportedMediaType(patchTypes(resource.kind).filter((other) => other !== APPLY));
  return { type, body: parsePatch((await resource.request.body()).toString('utf8')) };
}

function demandName({ info }: ResourceRequest): void {
  if (info.name === '') throw badRequest('name must be provided');
}

function targetOf(resource: ResourceRequest): Target {
  const { kind, info } = resource;
  return { kind, namespace: namespaceOf(resource), name: info.name, subresource: info.subresource };
}

export function writeOptions(resource: ResourceRequest, kind: WriteKind): WriteOptions {
  const query = writeQuery(resource.request.query, kind);
  return { ...query, ...whoWrites(resource, query) };
}

function whoWrites(
  { api, info, request, caller }: ResourceRequest,
  { fieldManager }: WriteQuery,
): Pick<WriteOptions, 'fieldManager' | 'user' | 'warn' | 'demandCreate'> {
  const manager = fieldManager === '' ? managerOf(request.header('user-agent')) : fieldManager;
  const demandCreate = (): void => {
    const attributes = { ...attributesOf(caller.user, info, request), verb: 'create' };
    const { allowed, reason } = api.authorizer.authorize(attributes);
    if (!allowed) throw forbiddenAttributes(attributes, reason);
  };
  return { fieldManager: manager, user: caller.user, warn: caller.warn, demandCreate };
}

/** The field manager of who names none: the user agent up to its first slash, printable, at most 128 bytes. */
function managerOf(userAgent = ''): string {
  let manager = '';
  for (const char of (userAgent.split('/')[0] ?? '').replaceAll(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '')) {
    if (Buffer.byteLength(manager + char) > 128) break;
    manager += char;
  }
  return manager;
}

export async function readObject({ kind, request }: ResourceRequest): Promise<Body> {
  const contentType = request.header('content-type');
  const type = mediaTypeOf(contentType);
  if ((type !== '' && !BODY_TYPES.includes(type)) || !hasReadableParameters(contentType)) {
    throw unsupportedMediaType(BODY_TYPES);
  }
  const bytes = await request.body();
  try {
    return await parseBody(bytes, contentType);
  } catch (error) {
    throw error instanceof JsonSyntaxError ? unreadable(kind, bytes.toString('utf8'), error) : error;
  }
}

/** All that follows the media type has a name and a value. */
function hasReadableParameters(contentType = ''): boolean {
  const [, ...parameters] = contentType.split(';');
  return parameters.every((parameter) => parameter.trim() === '' || parameter.includes('='));
}

function parsePatch(text: string): Body {
  try {
    return parseJsonBody(text);
  } catch (error) {
    if (error instanceof JsonNumberError) throw badRequest(`error decoding patch: ${error.message}`);
    throw error instanceof JsonSyntaxError ? badRequest('invalid JSON patch') : error;
  }
}

async function readPatch(parse: () => Promise<Body>): Promise<Body> {
  try {
    return await parse();
  } catch (error) {
    throw error instanceof JsonSyntaxError ? badRequest(`error encoding patch: ${error.message}`) : error;
  }
}
