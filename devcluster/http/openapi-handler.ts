import { openApiDocument, openApiPaths } from '../openapi/v3.ts';
import { openApiV2 } from '../openapi/v2.ts';
import { encodeOpenApiV2 } from '../openapi/v2-protobuf.ts';
import { isObject } from '../schema/json.ts';
import { mediaRanges } from './accept.ts';
import type { Documents } from '../kinds/documents.ts';
import type { KindRegistry } from '../kinds/registry.ts';
import type { ApiRequest, PlainResponse } from './exchange.ts';
import type { Served } from './route.ts';

const V2 = '/openapi/v2';
const V3 = '/openapi/v3';
const JSON_TYPE = 'application/json';
/** What protobuf is called in answers; requests may have a `@` for its fifth dot, as kubectl's. */
const PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** Answers `/openapi/v2`, `/openapi/v3` and the documents below it. */
export function answerOpenApi({ documents }: Served, request: ApiRequest): PlainResponse | undefined {
  const path = request.path.replace(/\/$/, '');
  if (path === V2) return answerV2(documents, request);
  if (path === V3) return json(documents.get(V3, (kinds) => index(kinds, documents))?.text ?? '', {});
  if (!path.startsWith(`${V3}/`)) return undefined;
  return answerV3(documents, request, path.slice(V3.length + 1));
}

function answerV2(documents: Documents, request: ApiRequest): PlainResponse {
  const vary = { vary: 'Accept' };
  const type = v2Type(request.header('accept'));
  if (type === undefined) return { status: 406, headers: vary, body: '' };
  const document = documents.get(V2, openApiV2);
  if (!document) throw new Error('there is no OpenAPI v2 document');
  const headers = { ...vary, etag: `"${document.hash}"` };
  if (request.header('if-none-match') === headers.etag) return { status: 304, headers, body: '' };
  if (type === JSON_TYPE) return json(document.text, headers);
  const body = documents.bytes(document, ({ value }) => encodeOpenApiV2(isObject(value) ? value : {}));
  return { status: 200, headers: { ...headers, 'content-type': PROTOBUF }, body };
}

/** The first of the wanted media types that there is. */
function v2Type(accept: string | undefined): string | undefined {
  const wanted = accept === undefined || accept === '' ? '*/*' : accept;
  for (const { type } of mediaRanges(wanted)) {
    if (type === JSON_TYPE || type === 'application/*' || type === '*/*') return JSON_TYPE;
    if (type.replace('spec.v2@v1.0', 'spec.v2.v1.0') === PROTOBUF) return PROTOBUF;
  }
  return undefined;
}

function answerV3(documents: Documents, request: ApiRequest, below: string): PlainResponse | undefined {
  const document = documents.get(`${V3}/${below}`, (kinds) => openApiDocument(kinds, below));
  if (!document) return undefined;
  const vary = { vary: 'Accept' };
  const types = mediaRanges(request.header('accept') ?? JSON_TYPE).map(({ type }) => type);
  if (!types.some((type) => type === JSON_TYPE || type === 'application/*' || type === '*/*')) {
    return { status: 406, headers: vary, body: '' };
  }
  const hash = documents.versionHash();
  const asked = request.query.get('hash');
  if (asked !== null && asked !== '' && asked !== hash) {
    return { status: 301, headers: { ...vary, location: `${V3}/${below}?hash=${hash}` }, body: '' };
  }
  const headers = { ...vary, etag: `"${hash}"`, ...(asked === hash && IMMUTABLE) };
  if (request.header('if-none-match') === headers.etag) return { status: 304, headers, body: '' };
  return json(document.text, headers);
}

/** What is found under the address with its hash is never anything else. */
const IMMUTABLE = { 'cache-control': 'public, immutable' };

function json(text: string, headers: PlainResponse['headers']): PlainResponse {
  return { status: 200, headers: { ...headers, 'content-type': JSON_TYPE }, body: text };
}

/** Where the documents are. The hash in each address tells clients whether they know that document already. */
function index(kinds: KindRegistry, documents: Documents): object {
  const hash = documents.versionHash();
  const paths = openApiPaths(kinds).map((path): [string, object] => [
    path,
    { serverRelativeURL: `${V3}/${path}?hash=${hash}` },
  ]);
  return { paths: Object.fromEntries(paths) };
}
