import type { Clock } from '../clock.ts';
import { queryErrors, QueryError } from './errors.ts';
import type { Prometheus } from './prometheus.ts';
import type { PreparedQuery } from './prepare.ts';
import { BadArgument, render } from './render.ts';

/** Answers in place of a metrics server's, for tests: by the client's method, which hands its arguments on. */
export type FakeMetrics = Readonly<
  Record<string, ((...args: never[]) => number | undefined | Promise<number | undefined>) | undefined>
>;

/** Told of each query that was asked: `result` is `value`, `empty` or an error's code. */
export type ObserveQuery = (method: string, result: string, seconds: number) => void;

export interface QueriesOptions {
  /** Undefined: `unavailable` says why. */
  readonly server: Prometheus | undefined;
  readonly unavailable?: Error | undefined;
  readonly fakes: FakeMetrics | undefined;
  readonly clock: Clock;
  readonly observe: ObserveQuery;
}

/** Asks the queries of workers. */
export class Queries {
  readonly #options: QueriesOptions;

  constructor(options: QueriesOptions) {
    this.#options = options;
  }

  /** The client of one run: a method for each query. `check` throws once the run is over; `over` ends what is under way. */
  client(
    queries: ReadonlyMap<string, PreparedQuery>,
    over: { readonly signal: AbortSignal },
    check: (what: string) => void,
  ): Readonly<Record<string, (...args: unknown[]) => Promise<number | undefined>>> {
    const methods = [...queries].map(
      ([method, query]) =>
        [
          method,
          async (...args: unknown[]) => {
            check(method);
            try {
              return await this.#ask(method, query, args, over.signal);
            } catch (error) {
              // That the run is over is what its worker is told, and not what became of the connection.
              check(method);
              throw error;
            }
          },
        ] as const,
    );
    return Object.freeze(Object.fromEntries(methods));
  }

  async #ask(
    method: string,
    query: PreparedQuery,
    args: readonly unknown[],
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const promql = promqlOf(method, query, args);
    const { clock, observe } = this.#options;
    const started = clock.monotonic();
    const tell = (result: string): void => observe(method, result, (clock.monotonic() - started) / 1000);
    try {
      const value = await this.#answer(method, promql, args, signal);
      tell(value === undefined ? 'empty' : 'value');
      return value;
    } catch (error) {
      if (!signal.aborted) tell(error instanceof QueryError ? error.code : 'error');
      throw error;
    }
  }

  async #answer(
    method: string,
    promql: string,
    args: readonly unknown[],
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const { server, unavailable, fakes } = this.#options;
    if (fakes) {
      const fake = fakes[method];
      if (!fake) throw queryErrors.fake(method);
      // Its types are the generated client's, which the arguments met when they were written.
      const untyped = fake as (...given: readonly unknown[]) => number | undefined | Promise<number | undefined>;
      return untyped(...args);
    }
    if (!server) throw unavailable ?? queryErrors.server('There is no metrics server.');
    return server.value(method, promql, signal);
  }
}

function promqlOf(method: string, { template, parameters }: PreparedQuery, args: readonly unknown[]): string {
  if (args.length !== parameters.length) throw queryErrors.count(method, parameters, args.length);
  try {
    return render(template, new Map(parameters.map((parameter, index) => [parameter, args[index]])));
  } catch (error) {
    throw error instanceof BadArgument ? queryErrors.argument(method, error.parameter, error.message) : error;
  }
}
