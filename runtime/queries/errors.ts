import { AutopilotError } from '../errors.ts';

/**
 * A query that failed. That there is no data is no failure: then the answer is undefined.
 * - `ERR_AP_QUERY_ARGUMENT`: an argument that its place in the query has no room for; nothing was sent.
 * - `ERR_AP_QUERY_UNREACHABLE`: no connection to the metrics server, or it broke.
 * - `ERR_AP_QUERY_TIMEOUT`: no answer in time, by this side's clock or by the server's.
 * - `ERR_AP_QUERY_FAILED`: the server answered that it cannot: see `status`, `errorType`.
 * - `ERR_AP_QUERY_RESULT`: it answered something else than one number.
 * - `ERR_AP_QUERY_FAKE`: in a test, the method was given no answer.
 */
export class QueryError extends AutopilotError {
  /** The client's method, such as `getIstioSuccessRate`. */
  readonly query: string;
  /** HTTP status; undefined where there was no answer. */
  readonly status: number | undefined;
  /** Prometheus' own, such as `bad_data` or `execution`; undefined where it said none. */
  readonly errorType: string | undefined;

  constructor(
    code: string,
    query: string,
    problem: string,
    { status, errorType, cause }: { status?: number; errorType?: string | undefined; cause?: unknown } = {},
  ) {
    super(code, `${query}: ${problem}`, { cause });
    this.name = 'QueryError';
    this.query = query;
    this.status = status;
    this.errorType = errorType;
  }
}

/** How whoever has no server, or another one, says so. */
export const HOW_TO_NAME_A_SERVER =
  'Set METRICS_SERVER to the address of a Prometheus, for example METRICS_SERVER=http://localhost:9090.';

export const queryErrors = {
  argument: (query: string, parameter: string, problem: string) =>
    new QueryError('ERR_AP_QUERY_ARGUMENT', query, `the argument ${parameter} ${problem}`),
  count: (query: string, parameters: readonly string[], given: number) =>
    new QueryError(
      'ERR_AP_QUERY_ARGUMENT',
      query,
      `it takes ${parameters.length} arguments (${parameters.join(', ')}), and was given ${given}.`,
    ),
  unreachable: (query: string, server: string, cause: Error) =>
    new QueryError(
      'ERR_AP_QUERY_UNREACHABLE',
      query,
      `the metrics server ${server} cannot be reached: ${cause.message || cause.name}. ${HOW_TO_NAME_A_SERVER}`,
      { cause },
    ),
  timeout: (query: string, server: string, milliseconds: number) =>
    new QueryError(
      'ERR_AP_QUERY_TIMEOUT',
      query,
      `no answer from the metrics server ${server} within ${milliseconds / 1000} s. Ask for less, or for a recording rule.`,
    ),
  failed: (query: string, server: string, status: number, errorType: string | undefined, words: string) =>
    new QueryError(
      errorType === 'timeout' ? 'ERR_AP_QUERY_TIMEOUT' : 'ERR_AP_QUERY_FAILED',
      query,
      `the metrics server ${server} answered ${status}${errorType === undefined ? '' : ` ${errorType}`}: ${words}`,
      { status, errorType },
    ),
  result: (query: string, server: string, problem: string) =>
    new QueryError('ERR_AP_QUERY_RESULT', query, `the metrics server ${server} answered ${problem}`),
  fake: (query: string) =>
    new QueryError(
      'ERR_AP_QUERY_FAKE',
      query,
      `this test gives it no answer. Say one: metrics: { ${query}: () => 99 }, undefined for no data.`,
    ),
  server: (problem: string) => new AutopilotError('ERR_AP_METRICS_SERVER', `${problem} ${HOW_TO_NAME_A_SERVER}`),
} as const;
