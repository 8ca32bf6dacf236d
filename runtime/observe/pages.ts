import type { EndpointsOptions } from './endpoints.ts';
import type { Instruments } from './instruments.ts';
import { PROFILING_PAGES } from './profiling.ts';
import type { Page } from './server.ts';

/** What is served: probes, metrics, and profiles. `unready` says why the operator is not ready; undefined when it is. */
export function pagesOf(instruments: Instruments, unready: () => string | undefined): EndpointsOptions['pages'] {
  const text = (status: number, body: string): ReturnType<Page> =>
    Promise.resolve({ status, type: 'text/plain', body });
  return {
    healthAddr: {
      '/healthz': () => text(200, 'ok'),
      '/readyz': () => {
        const problem = unready();
        return problem === undefined ? text(200, 'ok') : text(503, problem);
      },
    },
    metricsAddr: {
      '/metrics': async () => ({ status: 200, type: instruments.contentType, body: await instruments.text() }),
    },
    profilingAddr: PROFILING_PAGES,
  };
}
