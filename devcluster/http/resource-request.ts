import { presentObject, CONTENT_TYPES, encode } from './render.ts';
import { badRequest, methodNotAllowed } from './status.ts';
import { checkFields } from '../kinds/selectable-fields.ts';
import { quote } from '../schema/go-text.ts';
import { exactValue } from '../selectors/field-selector.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { ApiObject } from '../store/object.ts';
import type { Api } from '../verbs/api.ts';
import type { Selection } from '../verbs/selection.ts';
import type { Representation } from './accept.ts';
import type { ApiRequest, ApiResponse, Caller } from './exchange.ts';
import type { ListQuery } from './query.ts';
import type { TableQuery } from './render.ts';
import type { RequestInfo } from './request-info.ts';

/** A request for objects of one kind, on its way to the verbs. */
export interface ResourceRequest {
  readonly api: Api;
  readonly kind: ServedKind;
  readonly info: RequestInfo;
  readonly request: ApiRequest;
  readonly caller: Caller;
  readonly as: Representation;
}

/** Refuses what this kind does not offer. */
export function demand({ kind }: ResourceRequest, verb: string): void {
  if (!kind.verbs.includes(verb)) throw methodNotAllowed();
}

export function answer({ as }: ResourceRequest, value: unknown, status = 200): ApiResponse {
  return { status, headers: { 'content-type': CONTENT_TYPES[as.format] }, body: encode(value, as) };
}

export function answerObject(resource: ResourceRequest, object: ApiObject, status = 200): ApiResponse {
  return answer(resource, presentObject(resource.kind, object, resource.as, tableQuery(resource)), status);
}

export function tableQuery({ api, request }: ResourceRequest): TableQuery {
  const include = request.query.get('includeObject') ?? 'Metadata';
  if (include !== 'None' && include !== 'Metadata' && include !== 'Object' && include !== '') {
    const why = `includeObject: Invalid value: ${quote(include)}: must be 'Metadata', 'Object', 'None', or empty`;
    throw badRequest(`Unable to convert to Table as requested: ${why}`);
  }
  return { include: include === '' ? 'Metadata' : include, now: api.clock.now() };
}

export function namespaceOf({ kind, info }: ResourceRequest): string | undefined {
  return kind.namespaced && info.namespace !== '' ? info.namespace : undefined;
}

/** What a list, watch or deletecollection is about. A name in the path is a selector like any other. */
export function selectionOf(resource: ResourceRequest, query: ListQuery): Selection {
  const { kind, info } = resource;
  checkFields(kind, query.fields);
  let { fields } = query;
  if (info.name !== '') {
    const named = exactValue(fields, 'metadata.name');
    if (fields.length > 0 && named !== info.name) {
      throw badRequest("fieldSelector metadata.name doesn't match requested name");
    }
    if (fields.length === 0) fields = [{ field: 'metadata.name', negated: false, value: info.name }];
  }
  return { kind, namespace: namespaceOf(resource), labels: query.labels, fields };
}
