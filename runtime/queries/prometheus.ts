import type { Clock } from '../clock.ts';
import { messageOf } from '../errors.ts';
import type { Transport } from '../kube/transport.ts';
import { queryErrors, QueryError } from './errors.ts';
import type { MetricsServer } from './server.ts';

/** Longest time that a query may take, connection and all. */
export const QUERY_MS = 10_000;
/** What the server is told, so that mostly it is the one to say what took too long. */
const SERVER_MS = 9_000;
/** So much of an answer that is no JSON is shown. */
const SHOWN = 200;

export interface Prometheus {
  /**
   * Asks for the present value of `promql`, once: who is told of a failure knows when to ask again. Resolves to undefined where there is
   * no data: no series, or NaN, which is what a rate of nothing divided by nothing is. `query` names the query in errors. Rejects with
   * QueryError, or with `signal`'s reason when that aborts.
   */
  value(query: string, promql: string, signal: AbortSignal): Promise<number | undefined>;
}

/** Prometheus' HTTP API, `POST /api/v1/query`. Source: https://prometheus.io/docs/prometheus/latest/querying/api/. */
export function prometheus(
  { address, authorization }: MetricsServer,
  transport: Pick<Transport, 'send'>,
  clock: Clock,
): Prometheus {
  return {
    async value(query, promql, signal) {
      signal.throwIfAborted();
      const late = new AbortController();
      const timer = clock.after(QUERY_MS, () => late.abort());
      try {
        const { status, body } = await transport.send({
          method: 'POST',
          path: '/api/v1/query',
          headers: {
            accept: 'application/json',
            'content-type': 'application/x-www-form-urlencoded',
            ...(authorization !== undefined && { authorization }),
          },
          body: new URLSearchParams({ query: promql, timeout: `${SERVER_MS}ms` }).toString(),
          signal: AbortSignal.any([signal, late.signal]),
        });
        return numberOf(query, address, status, await body.text());
      } catch (error) {
        signal.throwIfAborted();
        if (late.signal.aborted) throw queryErrors.timeout(query, address, QUERY_MS);
        if (error instanceof QueryError) throw error;
        throw queryErrors.unreachable(query, address, error instanceof Error ? error : new Error(messageOf(error)));
      } finally {
        timer.cancel();
      }
    },
  };
}

type Fields = Readonly<Record<string, unknown>>;

function numberOf(query: string, address: string, status: number, text: string): number | undefined {
  const answer = parse(text);
  if (answer?.['status'] === 'error') {
    const { errorType, error } = answer;
    throw queryErrors.failed(query, address, status, stringOf(errorType), stringOf(error) ?? 'without a reason');
  }
  if (status !== 200 || answer?.['status'] !== 'success')
    throw queryErrors.failed(query, address, status, undefined, `${text.slice(0, SHOWN) || 'nothing'}: no Prometheus?`);
  const data = fieldsOf(answer['data']);
  const { resultType, result } = data ?? {};
  if (resultType === 'scalar') return sampleOf(query, address, result);
  if (resultType !== 'vector' || !Array.isArray(result))
    throw queryErrors.result(query, address, `a ${String(resultType)}, and no number. Write a query of an instant.`);
  if (result.length === 0) return undefined;
  if (result.length > 1) {
    const problem = `${result.length} series, and no single number. Bring them together in the query, with sum(…) for example.`;
    throw queryErrors.result(query, address, problem);
  }
  const series = fieldsOf(result[0]);
  if (series?.['histogram'] !== undefined)
    throw queryErrors.result(query, address, 'a histogram, and no number. Use histogram_quantile(…), for example.');
  return sampleOf(query, address, series?.['value']);
}

/** A sample is `[seconds, "value"]`. */
function sampleOf(query: string, address: string, sample: unknown): number | undefined {
  const text: unknown = Array.isArray(sample) ? sample[1] : undefined;
  if (typeof text !== 'string') throw queryErrors.result(query, address, 'a sample without a value.');
  if (text === 'NaN') return undefined;
  const infinite = /^([+-]?)Inf$/.exec(text);
  const value = infinite ? (infinite[1] === '-' ? -Infinity : Infinity) : text.trim() === '' ? NaN : Number(text);
  if (Number.isNaN(value)) throw queryErrors.result(query, address, `${JSON.stringify(text)}, which is no number.`);
  return value;
}

function parse(text: string): Fields | undefined {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
