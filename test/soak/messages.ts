/** To the operator's process. */
export type Order = 'measure' | 'stop';

/** What the operator's process holds, after a collection of garbage; memory in bytes. */
export interface Held {
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
  readonly timers: number;
  /** Sockets, servers, pipes and what else keeps a process alive but timers. */
  readonly handles: number;
  /** Since its start, of which the worker was content. */
  readonly syncs: number;
}
