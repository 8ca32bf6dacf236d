import { attributesOf, forbiddenAttributes } from '../auth/attributes.ts';
import { authenticate } from '../auth/authenticate.ts';
import { flag } from './query.ts';
import { negotiate } from './accept.ts';
import { toStatusError } from './errors.ts';
import { CONTENT_TYPES, encode } from './render.ts';
import { mediaTypeOf } from './body.ts';
import { parsePath } from './request-info.ts';
import { route } from './route.ts';
import { checkTimeout } from './timeout.ts';
import { warningHeaders } from './warnings.ts';
import type { Attributes } from '../auth/attributes.ts';
import type { Authorizer } from '../auth/authorizer.ts';
import type { Impersonation } from '../auth/impersonation.ts';
import type { Tokens } from '../auth/tokens.ts';
import type { User } from '../auth/user.ts';
import type { Clock } from '../clock.ts';
import type { FaultScript } from '../faults/faults.ts';
import type { RequestLog } from '../requests/request-log.ts';
import type { RequestRecord, Verb } from '../requests/request-record.ts';
import type { Representation } from './accept.ts';
import type { ApiRequest, ApiResponse, StreamResponse } from './exchange.ts';
import type { RequestInfo } from './request-info.ts';
import type { Served } from './route.ts';
import { StatusError } from './status.ts';

/** An answer, or the end of the connection without one, or nothing at all. */
export type Outcome = ApiResponse | 'cut' | 'silent';

/** What stands between the network and an API, whichever that is: the record of requests, and their faults. */
export interface Front {
  readonly clock: Clock;
  readonly requests: RequestLog;
  readonly faults: FaultScript;
  /** Told of what should not have happened. */
  readonly report: (error: unknown) => void;
  readonly identify: (request: ApiRequest, info: RequestInfo) => Identity;
  /** A StatusError that it throws is an answer, too: that a body is too large, for example. */
  readonly respond: (request: ApiRequest, info: RequestInfo, user: User) => Promise<ApiResponse>;
}

/** The embedded API, and what stands before it. */
export interface Handler extends Pick<Front, 'requests' | 'faults' | 'report'> {
  readonly served: Served;
  readonly tokens: Tokens;
  readonly impersonation: Impersonation;
}

export function frontOf(handler: Handler): Front {
  const { served, requests, faults, report } = handler;
  return {
    clock: served.api.clock,
    requests,
    faults,
    report,
    identify: (request, info) => identify(handler, request, info),
    respond: (request, info, user) => respond(handler, request, info, user),
  };
}

/**
 * Answers a request that came over the network: who sends it, the record of it, its faults, then the API. `destroy` cuts the
 * request's connection.
 */
export async function handleRequest(front: Front, request: ApiRequest, destroy: () => void): Promise<Outcome> {
  const { requests, faults } = front;
  const info = parsePath(request.path);
  const { user, sender = user, refusal } = front.identify(request, info);
  const record = requests.begin(describe(request, info, sender));
  if (faults.silences(record, destroy)) return 'silent';
  const injected = faults.inject(record);
  const asked = faults.seen(record, request);
  try {
    if (injected.delay > 0) await pause(front, injected.delay);
    if (injected.cut === 'before') return 'cut';
    if (injected.answer) {
      const { error, asEvent } = injected.answer;
      const answer = asEvent ? errorEvent(error) : refused(request, error);
      return finish(front, record, answer, destroy);
    }
    const answer = user
      ? await front.respond(asked, info, user).catch((error: unknown) => refusedBy(error, request))
      : refused(request, toStatusError(refusal, front.report));
    if (injected.cut === 'after') return 'cut';
    return finish(front, record, answer, destroy);
  } finally {
    if (record.code === undefined) requests.ended(record);
  }
}

export interface Identity {
  /** In whose name the request is answered; undefined: it is refused. */
  readonly user?: User | undefined;
  /** Who sends it, where that one is known and the user is not. */
  readonly sender?: User | undefined;
  readonly refusal?: unknown;
}

function identify({ tokens, impersonation }: Handler, request: ApiRequest, info: RequestInfo): Identity {
  let sender: User | undefined;
  try {
    sender = authenticate(tokens, request);
    return { user: impersonation.actingUser(attributesOf(sender, info, request), request) };
  } catch (refusal) {
    return { sender, refusal };
  }
}

/** Answers a request of a user who is known: what all ways into the API have in common. */
export async function respond(
  { served, report }: Pick<Handler, 'served' | 'report'>,
  request: ApiRequest,
  info: RequestInfo,
  user: User,
): Promise<ApiResponse> {
  const warnings = new Set<string>();
  const warn = (text: string): void => void warnings.add(text);
  let response: ApiResponse;
  try {
    const verb = verbOf(request, info);
    if (verb !== 'watch') checkTimeout(request.query);
    authorize(served.api.authorizer, attributesOf(user, info, request));
    response = await route(served, info, request, { user, warn });
  } catch (error) {
    response = refused(request, toStatusError(error, report));
  }
  if (warnings.size === 0) return response;
  return { ...response, headers: { ...response.headers, warning: warningHeaders([...warnings]) } };
}

function authorize(authorizer: Authorizer, attributes: Attributes): void {
  const { allowed, reason } = authorizer.authorize(attributes);
  if (!allowed) throw forbiddenAttributes(attributes, reason);
}

function pause({ clock }: Front, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve);
  });
}

function finish(
  { requests, faults }: Front,
  record: ReturnType<RequestLog['begin']>,
  answer: ApiResponse,
  destroy: () => void,
): ApiResponse {
  if (!('start' in answer)) {
    requests.ended(record);
    requests.answered(record, answer.status);
    return answer;
  }
  requests.answered(record, answer.status);
  const start: StreamResponse['start'] = (sink) => {
    const gated = faults.gate.pass(record, sink, destroy);
    // Silence may have begun while it was answered.
    if (faults.silences(record, destroy)) gated.mute();
    const stop = answer.start(gated);
    return () => {
      stop();
      faults.gate.close(gated);
      requests.ended(record);
    };
  };
  return { ...answer, start };
}

function refusedBy(error: unknown, request: ApiRequest): ApiResponse {
  if (error instanceof StatusError) return refused(request, error);
  throw error;
}

function refused(request: ApiRequest, error: StatusError): ApiResponse {
  const { retryAfterSeconds } = error.status.details ?? {};
  const as = errorRepresentation(request);
  return {
    status: error.code,
    headers: {
      'content-type': CONTENT_TYPES[as.format],
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
    },
    body: encode(error.status, as),
  };
}

/** Errors come in the format that was asked for, if there is such a format. */
function errorRepresentation({ header, query }: ApiRequest): Representation {
  const agent = header('user-agent');
  try {
    return negotiate(header('accept'), query, agent);
  } catch {
    return negotiate(undefined, query, agent);
  }
}

function errorEvent(error: StatusError): StreamResponse {
  return {
    status: 200,
    headers: { 'content-type': CONTENT_TYPES.json },
    start: (sink) => {
      sink.write(`${JSON.stringify({ type: 'ERROR', object: error.status })}\n`);
      sink.end();
      return () => undefined;
    },
  };
}

function describe(
  request: ApiRequest,
  info: RequestInfo,
  user: User | undefined,
): Omit<RequestRecord, 'id' | 'code' | 'started' | 'ended'> {
  const { group, version, resource, subresource, namespace, name } = info;
  return {
    user: user?.name ?? '',
    userAgent: request.header('user-agent') ?? '',
    accept: request.header('accept') ?? '',
    verb: verbOf(request, info),
    method: request.method,
    path: request.path,
    group,
    version,
    resource,
    subresource,
    namespace,
    name,
    query: Object.fromEntries(request.query),
  };
}

function verbOf({ method, query, header }: ApiRequest, { isResource, name, watchPath }: RequestInfo): Verb {
  switch (method) {
    case 'GET':
    case 'HEAD':
      if (!isResource) return 'get';
      if (watchPath) return 'watch';
      if (name !== '') return 'get';
      return flag(query, 'watch') ? 'watch' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return mediaTypeOf(header('content-type')).startsWith('application/apply-patch') ? 'apply' : 'patch';
    case 'DELETE':
      return name === '' && isResource ? 'deletecollection' : 'delete';
    default:
      return 'other';
  }
}
