import { aggregateMessage } from '../schema/field-error.ts';
import { quote } from '../schema/go-text.ts';
import { isObject, stringAt, valueAt } from '../schema/json.ts';
import type { FieldError } from '../schema/field-error.ts';

/** `metav1.Status`: how the API says that something went wrong (or, after a delete, that it went well). */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: { readonly continue?: string };
  readonly status: 'Failure' | 'Success';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code?: number;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** An answer other than success, worded as the real server words it. Source: k8s.io/apimachinery/pkg/api/errors. */
export class StatusError extends Error {
  readonly status: Status & { readonly code: number };

  constructor(
    code: number,
    reason: string,
    message: string,
    more: { details?: StatusDetails; continue?: string } = {},
  ) {
    super(message);
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: more.continue === undefined ? {} : { continue: more.continue },
      status: 'Failure',
      message,
      ...(reason && { reason }),
      ...(more.details && { details: more.details }),
      code,
    };
  }

  /** The error that an answer tells. */
  static from(answer: unknown): StatusError {
    const code = valueAt(answer, 'code');
    const details = valueAt(answer, 'details');
    return new StatusError(
      typeof code === 'number' ? code : 500,
      stringAt(answer, 'reason'),
      stringAt(answer, 'message'),
      isObject(details) ? { details } : {},
    );
  }

  get code(): number {
    return this.status.code;
  }

  get reason(): string {
    return this.status.reason ?? '';
  }
}

export interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

/** Without what is empty, as Go leaves such members out; the order is the real server's. */
function details(name: string, { group, resource }: GroupResource, more: StatusDetails = {}): StatusDetails {
  return { ...(name && { name }), ...(group && { group }), ...(resource && { kind: resource }), ...more };
}

/** `deployments.apps`; `pods` in the core group. */
export function qualified({ group, resource }: GroupResource): string {
  return group ? `${resource}.${group}` : resource;
}

export function notFound(resource: GroupResource, name: string): StatusError {
  const message = `${qualified(resource)} ${quote(name)} not found`;
  return new StatusError(404, 'NotFound', message, { details: details(name, resource) });
}

/** No such path, group, version or resource. */
export function noSuchResource(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', { details: {} });
}

export function alreadyExists(resource: GroupResource, name: string, being = ''): StatusError {
  const message = `${being}${qualified(resource)} ${quote(name)} already exists`;
  return new StatusError(409, 'AlreadyExists', message, { details: details(name, resource) });
}

export function generatedNameTaken(resource: GroupResource, name: string): StatusError {
  const message = `${qualified(resource)} ${quote(name)} already exists, the server was not able to generate a unique name for the object`;
  return new StatusError(409, 'AlreadyExists', message, { details: details(name, resource, { retryAfterSeconds: 1 }) });
}

export function conflict(resource: GroupResource, name: string, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(resource)} ${quote(name)}: ${why}`;
  return new StatusError(409, 'Conflict', message, { details: details(name, resource) });
}

/** The text of a lost optimistic lock. */
export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

export function forbidden(resource: GroupResource, name: string, why: string, causes?: StatusCause[]): StatusError {
  const subject = resource.resource === '' ? '' : `${qualified(resource)} ${name && `${quote(name)} `}is `;
  return new StatusError(403, 'Forbidden', `${subject}forbidden: ${why}`, {
    details: details(name, resource, causes && { causes }),
  });
}

export function unauthorized(): StatusError {
  return new StatusError(401, 'Unauthorized', 'Unauthorized');
}

/** `kind` in the place of the resource: `Deployment.apps "x" is invalid: …`. */
export function invalid(group: string, kind: string, name: string, errors: readonly FieldError[]): StatusError {
  const type = { group, resource: kind };
  const message = `${qualified(type)} ${quote(name)} is invalid: ${aggregateMessage(errors)}`;
  const causes = errors.map((error) => ({ reason: error.reason, message: error.message, field: error.field }));
  return new StatusError(422, 'Invalid', message, { details: details(name, type, { causes }) });
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

export function methodNotAllowed(): StatusError {
  return new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {
    details: {},
  });
}

export function methodNotSupported(resource: GroupResource, action: string): StatusError {
  const message = `${action} is not supported on resources of kind ${quote(qualified(resource))}`;
  return new StatusError(405, 'MethodNotAllowed', message, { details: details('', resource) });
}

export function notAcceptable(available: readonly string[]): StatusError {
  const message = `406: Not Acceptable\n\nAvailable representations: ${available.join(', ')}`;
  return new StatusError(406, 'NotAcceptable', message, { details: {} });
}

export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return new StatusError(415, 'UnsupportedMediaType', message);
}

/** The same, for a type that the route of a built-in kind does not take. */
export function refusedByRoute(): StatusError {
  return new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', { details: {} });
}

export function tooLarge(message: string): StatusError {
  return new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: ${message}`);
}

export function tooManyRequests(message: string, retryAfterSeconds: number): StatusError {
  return new StatusError(429, 'TooManyRequests', message, { details: { retryAfterSeconds } });
}

/** An error that the real server passes on as it is: a 500 without a reason. */
export function plainError(message: string): StatusError {
  return new StatusError(500, '', message);
}

export function internalError(why: string): StatusError {
  return new StatusError(500, 'InternalError', `Internal error occurred: ${why}`, {
    details: { causes: [{ message: why }] },
  });
}

/** The resource version that was asked for has gone from the history. */
export function expired(message: string, continueToken?: string): StatusError {
  return new StatusError(410, 'Expired', message, continueToken === undefined ? {} : { continue: continueToken });
}

export function tooOldVersion(asked: number, oldest: number): StatusError {
  return expired(`too old resource version: ${asked} (${oldest})`);
}

export function tooLargeVersion(asked: number, current: number): StatusError {
  return new StatusError(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  });
}

export function success(details_: StatusDetails): Status {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: details_ };
}
