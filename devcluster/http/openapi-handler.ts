import { openApiDocument, openApiPaths } from '../kinds/openapi.ts';
import type { KindRegistry } from '../kinds/registry.ts';
import type { ApiRequest, PlainResponse } from './exchange.ts';
import type { Served } from './route.ts';

const ROOT = '/openapi/v3';

/** Answers `/openapi/v3` and the documents below it. There is no `/openapi/v2`. */
export function answerOpenApi({ documents }: Served, { path }: ApiRequest): PlainResponse | undefined {
  if (path !== ROOT && !path.startsWith(`${ROOT}/`)) return undefined;
  const below = path.slice(ROOT.length + 1).replace(/\/$/, '');
  const document = documents.get(path, (kinds) =>
    below === '' ? index(kinds, documents.instance) : openApiDocument(kinds, below),
  );
  return document && { status: 200, headers: { 'content-type': 'application/json' }, body: document.text };
}

/**
 * Where the documents are. The hash in each address tells clients whether they know that document already. It is not made of the
 * document, which need not exist yet, but changes whenever the document may have changed.
 */
function index(kinds: KindRegistry, instance: string): object {
  const hash = `${instance}${kinds.generation}`;
  const paths = openApiPaths(kinds).map((path): [string, object] => [
    path,
    { serverRelativeURL: `${ROOT}/${path}?hash=${hash}` },
  ]);
  return { paths: Object.fromEntries(paths) };
}
