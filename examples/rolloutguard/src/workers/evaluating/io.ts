// Generated from autopilot.yaml: change that file and run `ap generate`, instead of editing this one.

import type { IVirtualService } from '@kubernetes-models/istio/networking.istio.io/v1/VirtualService';
import type { Desired, Worker } from 'autopilot-runtime';
import type { RolloutGuard, RolloutGuardStatus } from '../../api/rolloutguards/v1/types.ts';
import type { Metrics } from '../../metrics.ts';

/**
 * What Evaluating reads, from the operator's caches. A change of just what the worker read runs
 * it again.
 */
export interface EvaluatingInputs {
  readonly metrics: Metrics;
}

/**
 * What Evaluating makes, by kind. A list that is returned is authoritative: what it lacks is
 * deleted; [] deletes all. An absent one leaves things as they are.
 */
export interface EvaluatingOutputs {
  readonly virtualServices?: readonly Desired<IVirtualService>[];
}

/** The phases that Evaluating may go to; itself, to stay. */
export type EvaluatingNext = 'Evaluating' | 'Starting' | 'RolledBack' | 'Promoted';

/** Moves the traffic while enough requests to the canary succeed. */
export type EvaluatingWorker = Worker<{
  resource: { rolloutGuard: RolloutGuard };
  inputs: EvaluatingInputs;
  outputs: EvaluatingOutputs;
  next: EvaluatingNext;
  status: RolloutGuardStatus;
}>;
