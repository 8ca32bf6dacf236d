// Generated from autopilot.yaml: change that file and run `ap generate`, instead of editing this one.

import type { Worker } from 'autopilot-runtime';
import type { AutoRoute, AutoRouteStatus } from '../../api/autoroutes/v1/types.ts';

/** Initializing reads nothing but the AutoRoute. */
export type InitializingInputs = object;

/** Initializing makes nothing. */
export type InitializingOutputs = object;

/** The phases that Initializing may go to; itself, to stay. */
export type InitializingNext = 'Initializing' | 'Syncing' | 'Ready';

/** Begins with an empty record of what has a route. */
export type InitializingWorker = Worker<{
  resource: { autoRoute: AutoRoute };
  inputs: InitializingInputs;
  outputs: InitializingOutputs;
  next: InitializingNext;
  status: AutoRouteStatus;
}>;
