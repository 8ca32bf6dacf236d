import { definitionSchema } from '../kinds/builtin-definitions.ts';
import { findDecodeProblem } from '../kinds/decode-problem.ts';
import { resourceOf } from '../kinds/served-kind.ts';
import { stringAt } from '../schema/json.ts';
import { noSuchKind, typeMetaProblem } from '../verbs/decode.ts';
import { remove } from '../verbs/delete.ts';
import { removeCollection } from '../verbs/delete-collection.ts';
import { parseBody } from './body.ts';
import { JsonSyntaxError } from './json-text.ts';
import { deleteOptions, listQuery } from './query.ts';
import { presentList } from './render.ts';
import { answer, answerObject, demand, namespaceOf, selectionOf, tableQuery } from './resource-request.ts';
import { badRequest, methodNotAllowed, success } from './status.ts';
import type { DeleteOptions } from '../verbs/delete.ts';
import type { ApiResponse } from './exchange.ts';
import type { ResourceRequest } from './resource-request.ts';

export async function handleDelete(resource: ResourceRequest): Promise<ApiResponse> {
  demand(resource, 'delete');
  const { api, kind, info } = resource;
  const options = await readDeleteOptions(resource);
  warnOfDependents(resource, options);
  const { object, gone } = remove(api, kind, namespaceOf(resource), info.name, options);
  if (!gone || kind.strategy.returnsDeleted) {
    return answerObject(resource, object, !gone && options.orphanDependents === false ? 202 : 200);
  }
  const { group, resource: plural } = resourceOf(kind);
  const { name, uid } = object.metadata;
  return answer(resource, success({ name, ...(group && { group }), kind: plural, ...(uid !== undefined && { uid }) }));
}

export async function handleDeleteCollection(resource: ResourceRequest): Promise<ApiResponse> {
  demand(resource, 'deletecollection');
  if (resource.kind.namespaced && namespaceOf(resource) === undefined) throw methodNotAllowed();
  const query = listQuery(resource.request.query);
  const selection = selectionOf(resource, query);
  const options = await readDeleteOptions(resource);
  warnOfDependents(resource, options);
  const page = removeCollection(resource.api, selection, query, options);
  return answer(resource, presentList(resource.kind, page, resource.as, tableQuery(resource)));
}

/** Of kinds whose dependents stay, and their writer may not know. */
function warnOfDependents({ kind, caller }: ResourceRequest, options: DeleteOptions): void {
  const { deletionWarning } = kind.strategy;
  const { propagationPolicy, orphanDependents } = options;
  if (deletionWarning === undefined || propagationPolicy !== undefined || orphanDependents !== undefined) return;
  caller.warn(deletionWarning);
}

async function readDeleteOptions({ request }: ResourceRequest): Promise<DeleteOptions> {
  const bytes = await request.body();
  if (bytes.length === 0) return deleteOptions(request.query, undefined);
  try {
    const { value } = await parseBody(bytes, request.header('content-type'));
    const problem = deleteOptionsProblem(value);
    if (problem !== undefined) throw badRequest(problem);
    return deleteOptions(request.query, value ?? {});
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const fromYaml = error.message.startsWith('yaml: ');
    throw badRequest(fromYaml ? error.message : `couldn't get version/kind; json parse error: ${error.message}`);
  }
}

/** What keeps a body from being read as DeleteOptions. Whatever the API version, those of all groups are the same. */
function deleteOptionsProblem(value: unknown): string | undefined {
  const problem = value === null ? undefined : typeMetaProblem(value);
  if (problem !== undefined) return problem;
  const kind = stringAt(value, 'kind');
  if (kind !== '' && kind !== 'DeleteOptions')
    return noSuchKind(kind, stringAt(value, 'apiVersion') || 'meta.k8s.io/v1');
  return findDecodeProblem(definitionSchema('apimachinery.pkg.apis.meta.v1.DeleteOptions'), value, 'DeleteOptions');
}
