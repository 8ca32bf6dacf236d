/**
 * What a generated operator is made of. `defineOperator` and `run` are all that its own code calls; `start` is for tests and embedding.
 */
import './check-node.ts';
export type { Clock, Timer } from './clock.ts';
export type { Duration } from './config/duration.ts';
export type { OperatorConfig } from './config/load.ts';
export type { Reconciler, ReconcileRequest, ReconcileResult } from './controller/reconciler.ts';
export { ApiError, AutopilotError } from './errors.ts';
export type { Transport, TransportRequest, TransportResponse } from './kube/transport.ts';
export type * from './kube/types.ts';
export type { Logger } from './observe/logger.ts';
export type * from './operator.ts';
export { defineOperator } from './plan.ts';
export type { FakeMetrics } from './queries/client.ts';
export { QueryError } from './queries/errors.ts';
export type * from './reconciler.ts';
export { run, start, type LeaderElectionOptions, type RunningOperator, type StartOptions } from './start.ts';
export type * from './worker.ts';
