import { NATIVE_SCALE, readScale, writeScale } from '../kinds/scale.ts';
import { resourceOf } from '../kinds/served-kind.ts';
import { deepCopy, isObject, valueAt } from '../schema/json.ts';
import { applyJsonPatch } from '../patch/json-patch.ts';
import { applyMergePatch } from '../patch/merge-patch.ts';
import { get } from '../verbs/get.ts';
import { recordWrite } from '../verbs/field-manager.ts';
import { update } from '../verbs/update.ts';
import { negotiate } from './accept.ts';
import { mediaTypeOf } from './body.ts';
import { handleResource } from './resource-handler.ts';
import { answer, answerObject, namespaceOf } from './resource-request.ts';
import {
  badRequest,
  internalError,
  methodNotAllowed,
  methodNotSupported,
  noSuchResource,
  notFound,
  StatusError,
  unsupportedMediaType,
} from './status.ts';
import { handleUpdate, readObject, writeOptions } from './writes.ts';
import type { ScalePaths, ServedKind, Subresource } from '../kinds/served-kind.ts';
import type { ApiObject, Draft } from '../store/object.ts';
import type { Api, WriteOptions } from '../verbs/api.ts';
import type { ApiRequest, ApiResponse, Caller } from './exchange.ts';
import type { RequestInfo } from './request-info.ts';
import type { ResourceRequest } from './resource-request.ts';

const PATCHES = ['application/json-patch+json', 'application/merge-patch+json'];

/** Answers what lies below an object, but for its status and what is answered without being stored. */
export async function handleSubresource(
  api: Api,
  kind: ServedKind,
  info: RequestInfo,
  request: ApiRequest,
  caller: Caller,
): Promise<ApiResponse> {
  const sub = kind.subresources.find(({ name }) => name === info.subresource);
  if (!sub) throw kind.custom ? notFound(resourceOf(kind), info.name) : noSuchResource();
  if (!METHODS.has(request.method)) throw refusedMethod(kind, request.method);
  if (sub.name === 'status') return handleResource(api, kind, info, request, caller);
  const as = negotiate(request.header('accept'), request.query, request.header('user-agent'));
  const resource: ResourceRequest = { api, kind, info, request, caller, as };
  if (sub.name === 'scale') return handleScale(resource, sub);
  if (sub.name === 'finalize' && request.method === 'PUT') return handleUpdate(resource);
  const message = `the embedded cluster does not serve ${kind.plural}/${sub.name}: it runs no containers`;
  throw new StatusError(501, 'NotImplemented', message);
}

/** All that subresources offer here. */
const METHODS = new Set(['GET', 'PUT', 'PATCH']);

const VERBS: Readonly<Record<string, string>> = { POST: 'create', DELETE: 'delete' };

function refusedMethod(kind: ServedKind, method: string): Error {
  return kind.custom ? methodNotSupported(resourceOf(kind), VERBS[method] ?? method) : methodNotAllowed();
}

async function handleScale(resource: ResourceRequest, sub: Subresource): Promise<ApiResponse> {
  const { api, kind, info, request } = resource;
  const paths = sub.scale ?? NATIVE_SCALE;
  const namespace = namespaceOf(resource);
  if (request.method === 'GET') {
    const scale = readScale(get(api, kind, namespace, info.name), paths);
    if (scale) return answer(resource, scale);
    throw internalError(`the spec replicas field ${JSON.stringify(paths.specReplicasPath)} does not exist`);
  }
  const { options, wanted } = await readChange(resource);
  const target = { kind, namespace, name: info.name, subresource: '' };
  const make = (old: ApiObject | undefined): Draft => {
    if (!old) throw badRequest('a scale needs an object');
    return scaled(resource, paths, old, wanted, options);
  };
  const { object } = update(api, target, { make, createMissing: false }, options);
  const scale = readScale(object, paths);
  return scale ? answer(resource, scale) : answerObject(resource, object);
}

/** The wanted Scale, given the one that is there. */
type WantedScale = (current: Record<string, unknown>) => unknown;

async function readChange(resource: ResourceRequest): Promise<{ options: WriteOptions; wanted: WantedScale }> {
  const { request } = resource;
  if (request.method === 'PUT') {
    const { value } = await readObject(resource);
    return { options: writeOptions(resource, 'UpdateOptions'), wanted: () => value };
  }
  if (request.method !== 'PATCH') throw methodNotAllowed();
  const type = mediaTypeOf(request.header('content-type'));
  if (!PATCHES.includes(type)) throw unsupportedMediaType(PATCHES);
  const patch: unknown = JSON.parse((await request.body()).toString('utf8'));
  const options = writeOptions(resource, 'PatchOptions');
  const apply = type === PATCHES[0] ? applyJsonPatch : applyMergePatch;
  return { options, wanted: (current) => apply(current, patch) };
}

function scaled(
  { api, kind }: ResourceRequest,
  paths: ScalePaths,
  old: ApiObject,
  wanted: WantedScale,
  options: WriteOptions,
): Draft {
  const current = readScale(old, paths) ?? {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: old.metadata,
    spec: {},
  };
  const scale = wanted({ ...current });
  if (!isObject(scale)) throw badRequest('the object provided is unrecognized (must be of type Scale)');
  const replicas = valueAt(scale, 'spec', 'replicas') ?? 0;
  if (typeof replicas !== 'number' || !Number.isInteger(replicas)) {
    throw badRequest('Scale in version "v1" cannot be handled as a Scale: spec.replicas is no integer');
  }
  const draft: Draft = deepCopy<ApiObject>(old);
  const version = valueAt(scale, 'metadata', 'resourceVersion');
  if (typeof version === 'string' && version !== '') draft.metadata.resourceVersion = version;
  writeScale(draft, paths, replicas);
  // The real server records no owner for what is written through a custom resource's scale.
  if (kind.custom) return draft;
  return recordWrite(api, kind, 'scale', old, draft, options);
}
