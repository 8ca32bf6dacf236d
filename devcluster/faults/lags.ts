import type { ApiRequest } from '../http/exchange.ts';
import type { RequestRecord } from '../requests/request-record.ts';

type Matches = (request: RequestRecord) => boolean;

/**
 * API servers whose watch cache stands still: whoever is content with any version (`resourceVersion=0`) is shown the objects of then,
 * which may be older than what another server has shown before.
 */
export class Lags {
  readonly #all = new Map<object, { readonly matches: Matches; readonly version: number }>();

  /** From `version` on nothing new is seen. Returns how to end it. */
  begin(matches: Matches, version: number): () => void {
    const lag = { matches, version };
    this.#all.set(lag, lag);
    return () => void this.#all.delete(lag);
  }

  /** The request as such a server understands it. */
  seen(record: RequestRecord, request: ApiRequest): ApiRequest {
    if (this.#all.size === 0 || record.verb !== 'list' || request.query.get('resourceVersion') !== '0') return request;
    for (const { matches, version } of this.#all.values()) {
      if (!matches(record)) continue;
      const query = new URLSearchParams(request.query);
      query.set('resourceVersion', String(version));
      query.set('resourceVersionMatch', 'Exact');
      return { ...request, query };
    }
    return request;
  }

  clear(): void {
    this.#all.clear();
  }
}
