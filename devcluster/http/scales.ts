import { nativeKind } from '../kinds/native-kind.ts';
import { NATIVE_SCALE, readScale, writeScale } from '../kinds/scale.ts';
import { builtinSchema } from '../kinds/builtin-definitions.ts';
import { invalid as invalidField } from '../schema/field-error.ts';
import { deepCopy, valueAt } from '../schema/json.ts';
import { decode } from '../verbs/decode.ts';
import { asDraft } from '../verbs/draft.ts';
import { recordWrite } from '../verbs/field-manager.ts';
import { get } from '../verbs/get.ts';
import { patched } from '../verbs/patch.ts';
import { matchTarget, update } from '../verbs/update.ts';
import { answer, answerObject, namespaceOf } from './resource-request.ts';
import { badRequest, internalError, invalid } from './status.ts';
import { checkUid, readObject, readPatchBody, writeOptions } from './writes.ts';
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
    if (scale) return answer(resource, scale);
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
  return scale ? answer(resource, scale) : answerObject(resource, object);
}

interface WantedScale {
  readonly options: WriteOptions;
  readonly wanted: (current: ApiObject) => Draft;
}

async function readReplacement(resource: ResourceRequest): Promise<WantedScale> {
  const body = await readObject({ ...resource, kind: SCALE });
  const options = writeOptions(resource, 'UpdateOptions');
  const scale = decode(SCALE, body, options, false);
  return { options, wanted: () => scale };
}

async function readPatch(resource: ResourceRequest): Promise<WantedScale> {
  const { type, body } = await readPatchBody(resource);
  const options = writeOptions(resource, 'PatchOptions');
  return { options, wanted: (current) => patched(SCALE, type, current, body, options) };
}

function currentScale(object: ApiObject, paths: ScalePaths): ApiObject {
  const { uid, resourceVersion, creationTimestamp, name, namespace } = object.metadata;
  const metadata = { name, ...(namespace && { namespace }), uid, resourceVersion, creationTimestamp };
  return { kind: 'Scale', apiVersion: 'autoscaling/v1', spec: {}, ...readScale(object, paths), metadata };
}

/** The object in the wanted size. */
function scaled(target: Target, paths: ScalePaths, old: ApiObject, scale: Draft): Draft {
  const { name, namespace, resourceVersion } = scale.metadata;
  const copy = deepCopy<ApiObject>(old);
  const draft = asDraft({ ...copy, metadata: { ...copy.metadata, name, ...(namespace && { namespace }) } });
  matchTarget(target, draft);
  const replicas = Number(valueAt(scale, 'spec', 'replicas') ?? 0);
  if (replicas < 0) {
    const negative = invalidField('spec.replicas', replicas, 'must be greater than or equal to 0');
    throw invalid('autoscaling', 'Scale', name, [negative]);
  }
  if (resourceVersion) draft.metadata.resourceVersion = resourceVersion;
  writeScale(draft, paths, replicas);
  return draft;
}
