/**
 * The parts of prom-client that are loaded: its entry brings a push gateway, a cluster of processes and OpenTelemetry along, which cost an
 * operator 16 MiB and 40 ms that it has no use for.
 */
declare module 'prom-client/lib/counter.js' {
  import { Counter } from 'prom-client';
  export default Counter;
}
declare module 'prom-client/lib/gauge.js' {
  import { Gauge } from 'prom-client';
  export default Gauge;
}
declare module 'prom-client/lib/registry.js' {
  import type { Registry } from 'prom-client';
  /** What a registry does with a metric is to ask it. */
  interface OpenRegistry extends Registry {
    registerMetric(metric: { get(): Promise<object> }): void;
  }
  const OpenRegistry: new () => OpenRegistry;
  export default OpenRegistry;
}
