import { ApiError } from '../errors.ts';
import { isSecret, withoutValues } from './secrets.ts';
import type { TransportRequest, TransportResponse } from './transport.ts';
import type { ResourceType } from './types.ts';

/** What a server says of a failure. Source: `metav1.Status`. */
interface Status {
  readonly kind?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly name?: string; readonly causes?: ApiError['causes'] };
}

/** Makes an error of an answer that is no success. Of a Secret no value gets into its words. */
export async function failureOf(
  {
    type,
    method,
    path,
  }: {
    readonly type: ResourceType;
    readonly method: TransportRequest['method'];
    /** Without its query. */
    readonly path: string;
  },
  response: TransportResponse,
): Promise<ApiError> {
  const text = await response.body.text();
  const status = parseStatus(text);
  const words = (message: string): string => (isSecret(type) ? withoutValues(message, status?.details?.name) : message);
  const after = Number(response.headers['retry-after']);
  return new ApiError({
    status: response.status,
    reason: status?.reason ?? '',
    message: words(status?.message ?? text.slice(0, 500)),
    request: `${method} ${path}`,
    retryAfter: response.headers['retry-after'] !== undefined && Number.isFinite(after) ? after * 1000 : undefined,
    causes: (status?.details?.causes ?? []).map((cause) =>
      cause.message === undefined ? cause : Object.assign({}, cause, { message: words(cause.message) }),
    ),
  });
}

function parseStatus(text: string): Status | undefined {
  try {
    const value = JSON.parse(text) as Status | null;
    return value?.kind === 'Status' ? value : undefined;
  } catch {
    return undefined;
  }
}
