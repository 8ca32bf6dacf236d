import { SERVER_VERSION } from '../kinds/builtin-definitions.ts';
import { groupVersionPaths } from '../openapi/v3.ts';
import { negotiate } from './accept.ts';
import { CONTENT_TYPES, encode } from './render.ts';
import { methodNotAllowed } from './status.ts';
import type { ApiRequest, PlainResponse } from './exchange.ts';
import type { Served } from './route.ts';

/** Single checks, below those of all. */
const CHECKS = ['/ping', '/log', '/etcd'];

const HEALTH = new Set(['/healthz', '/livez', '/readyz']);

/** Answers health checks, `/version` and `/`. */
export function answerServerInfo(served: Served, request: ApiRequest): PlainResponse | undefined {
  const path = request.path === '/' ? '/' : request.path.replace(/\/$/, '');
  if (HEALTH.has(path)) return health(path.slice(1), request.query.has('verbose'));
  if (CHECKS.some((check) => HEALTH.has(path.slice(0, -check.length)) && path.endsWith(check)))
    return health('', false);
  if (path === '/version') {
    if (request.method !== 'GET') throw methodNotAllowed();
    return json(request, VERSION);
  }
  if (path === '/') return json(request, { paths: paths(served) });
  return undefined;
}

function health(name: string, verbose: boolean): PlainResponse {
  const body = verbose ? `[+]ping ok\n${name} check passed\n` : 'ok';
  return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

const [MAJOR = '', MINOR = ''] = SERVER_VERSION.slice(1).split('.');

/** The version of the real server that this one is modelled on; `gitVersion` says that it is not that server. */
const VERSION = {
  major: MAJOR,
  minor: MINOR,
  emulationMajor: MAJOR,
  emulationMinor: MINOR,
  minCompatibilityMajor: MAJOR,
  minCompatibilityMinor: String(Number(MINOR) - 1),
  gitVersion: `${SERVER_VERSION}+autopilot-devcluster`,
  gitCommit: '',
  gitTreeState: '',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: 'node',
  platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
};

function paths({ api }: Served): readonly string[] {
  const groupVersions = groupVersionPaths(api.kinds).map((path) => `/${path}`);
  const groups = groupVersions.map((path) => path.split('/').slice(0, 3).join('/'));
  const all = new Set([
    '/api',
    '/apis',
    '/healthz',
    '/livez',
    '/openapi/v2',
    '/openapi/v3',
    '/readyz',
    '/version',
    ...groups,
    ...groupVersions,
  ]);
  return [...all].sort();
}

function json(request: ApiRequest, value: unknown): PlainResponse {
  const as = negotiate(request.header('accept'), request.query, request.header('user-agent'));
  return { status: 200, headers: { 'content-type': CONTENT_TYPES[as.format] }, body: encode(value, as) };
}
