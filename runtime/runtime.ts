export type { Duration } from './config/duration.ts';
export type * from './kube/types.ts';
export type * from './operator.ts';
export type * from './worker.ts';
