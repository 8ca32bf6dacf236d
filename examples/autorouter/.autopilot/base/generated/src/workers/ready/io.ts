// Generated from autopilot.yaml: change that file and run `ap generate`, instead of editing this one.

import type { Reader, Worker } from 'autopilot-runtime';
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { AutoRoute, AutoRouteStatus } from '../../api/autoroutes/v1/types.ts';

/**
 * What Ready reads, from the operator's caches. A change of just what the worker read runs it
 * again.
 */
export interface ReadyInputs {
  readonly deployments: Reader<IDeployment>;
}

/** Ready makes nothing. */
export type ReadyOutputs = object;

/** The phases that Ready may go to; itself, to stay. */
export type ReadyNext = 'Ready' | 'Syncing';

/** Watches over the selection. */
export type ReadyWorker = Worker<{
  resource: { autoRoute: AutoRoute };
  inputs: ReadyInputs;
  outputs: ReadyOutputs;
  next: ReadyNext;
  status: AutoRouteStatus;
}>;
