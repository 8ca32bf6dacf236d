import { nativeKind } from '../kinds/native-kind.ts';
import { NATIVE_SCALE, readScale, writeScale, type Scale } from '../kinds/scale.ts';
import { builtinSchema } from '../kinds/builtin-definitions.ts';
import { invalid as invalidField } from '../schema/field-error.ts';
import { deepCopy, valueAt } from '../schema/json.ts';
import { decode } from '../verbs/decode.ts';
import { asDraft } from '../verbs/draft.ts';
import { recordWrite } from '../verbs/field-manager.ts';
import { get } from '../verbs/get.ts';
import { patched } from '../verbs/patch.ts';
import { matchTarget, update } from '../verbs/update.ts';
import { mediaTypeOf, type Body } from './body.ts';
import { answerObject, namespaceOf } from './resource-request.ts';
import { badRequest, internalError, invalid, StatusError } from './status.ts';
import { APPLY, checkUid, readObject, readPatchBody, writeOptions } from './writes.ts';
import type { ScalePaths, Subresource } from '../kinds/served-kind.ts';
import type { ApiObject, Draft } from '../store/object.ts';
import type { WriteOptions } from '../verbs/api.ts';
import type { Target } from '../verbs/update.ts';
import type { ApiResponse } from './exchange.ts';
import type { ResourceRequest } from './resource-request.ts';

/** What is read from and written to `/scale`. It is never stored. */
const SCALE = nativeKind({
  group: 'autoscaling',
  version: 'v1',
  kind: 'Scale',
  plural: 'scales',
  singular: 'scale',
  namespaced: true,
  shortNames: [],
  categories: [],
  verbs: [],
  subresources: [],
  storageVersionHash: undefined,
  stored: false,
  schema: () => builtinSchema('autoscaling', 'v1', 'Scale') ?? {},
});

/** GET, PUT and PATCH of an object's size. */
export async function handleScale(resource: ResourceRequest, sub: Subresource): Promise<ApiResponse> {
  const { api, kind, info, request } = resource;
  const paths = sub.scale ?? NATIVE_SCALE;
  const target: Target = { kind, namespace: namespaceOf(resource), name: info.name, subresource: '' };
  if (request.method === 'GET') {
    const scale = readScale(get(api, kind, target.namespace, info.name), paths);
    if (scale) return answerScale(resource, scale);
    throw internalError(`the spec replicas field ${JSON.stringify(paths.specReplicasPath)} does not exist`);
  }
  const { options, wanted } = request.method === 'PUT' ? await readReplacement(resource) : await readPatch(resource);
  const make = (old: ApiObject | undefined): Draft => {
    if (!old) throw badRequest('a scale needs an object');
    const scale = wanted(currentScale(old, paths));
    checkUid(kind, scale, old);
    const draft = scaled(target, paths, old, scale);
    // The real server records no owner for what is written through a custom resource's scale.
    return kind.custom ? draft : recordWrite(api, kind, 'scale', old, draft, options);
  };
  const { object } = update(api, target, { make, createMissing: false }, options);
  const scale = readScale(object, paths);
  return scale ? answerScale(resource, scale) : answerObject(resource, object);
}

function answerScale(resource: ResourceRequest, scale: Scale): ApiResponse {
  return answerObject({ ...resource, kind: SCALE }, scale);
}

interface WantedScale {
  readonly options: WriteOptions;
  readonly wanted: (current: ApiObject) => Draft;
}

async function readReplacement(resource: ResourceRequest): Promise<WantedScale> {
  const body = await readObject({ ...resource, kind: SCALE });
  const options = writeOptions(resource, 'UpdateOptions');
  const scale = decodeScale(resource, body, options);
  return { options, wanted: () => scale };
}

/** For custom resources a real server has one text for all that is no scale. */
function decodeScale({ kind }: ResourceRequest, body: Body, options: WriteOptions): Draft {
  try {
    return decode(SCALE, body, options, false);
  } catch (error) {
    if (!kind.custom || !(error instanceof StatusError) || error.code !== 400) throw error;
    throw badRequest('no kind is registered for the type v1.Scale in scheme "pkg/runtime/scheme.go:111"');
  }
}

/** What a real server says to an apply of a custom resource's scale: it never worked. */
const NO_APPLY =
  'failed to create manager for existing fields: failed to convert live object (/; autoscaling/v1, Kind=Scale) to proper version: request to convert CR to an invalid group/version: autoscaling/v1';

async function readPatch(resource: ResourceRequest): Promise<WantedScale> {
  const { kind, request } = resource;
  if (kind.custom && mediaTypeOf(request.header('content-type')) === APPLY) throw new StatusError(500, '', NO_APPLY);
  const { type, body } = await readPatchBody(resource);
  const options = writeOptions(resource, 'PatchOptions');
  return { options, wanted: (current) => patched(SCALE, type, current, body, options) };
}

function currentScale(object: ApiObject, paths: ScalePaths): ApiObject {
  const { uid, resourceVersion, creationTimestamp, name, namespace } = object.metadata;
  const metadata = { name, ...(namespace && { namespace }), uid, resourceVersion, creationTimestamp };
  return { kind: 'Scale', apiVersion: 'autoscaling/v1', spec: {}, ...readScale(object, paths), metadata };
}

/** A custom resource tells its own field. */
function tooSmall({ kind }: Target, { specReplicasPath }: ScalePaths, name: string, replicas: number): StatusError {
  if (!kind.custom) {
    const negative = invalidField('spec.replicas', replicas, 'must be greater than or equal to 0');
    return invalid('autoscaling', 'Scale', name, [negative]);
  }
  return invalid(kind.group, kind.kind, name, [
    invalidField(specReplicasPath, replicas, 'should be a non-negative integer'),
  ]);
}

/** The object in the wanted size. */
function scaled(target: Target, paths: ScalePaths, old: ApiObject, scale: Draft): Draft {
  const { name, namespace, resourceVersion } = scale.metadata;
  const copy = deepCopy<ApiObject>(old);
  const draft = asDraft({ ...copy, metadata: { ...copy.metadata, name, ...(namespace && { namespace }) } });
  matchTarget(target, draft);
  const replicas = Number(valueAt(scale, 'spec', 'replicas') ?? 0);
  if (replicas < 0) throw tooSmall(target, paths, name, replicas);
  if (resourceVersion) draft.metadata.resourceVersion = resourceVersion;
  writeScale(draft, paths, replicas);
  return draft;
}
