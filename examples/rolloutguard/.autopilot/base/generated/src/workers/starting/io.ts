// Generated from autopilot.yaml: change that file and run `ap generate`, instead of editing this one.

import type { IVirtualService } from '@kubernetes-models/istio/networking.istio.io/v1/VirtualService';
import type { Desired, Worker } from 'autopilot-runtime';
import type { RolloutGuard, RolloutGuardStatus } from '../../api/rolloutguards/v1/types.ts';

/** Starting reads nothing but the RolloutGuard. */
export type StartingInputs = object;

/**
 * What Starting makes, by kind. A list that is returned is authoritative: what it lacks is
 * deleted; [] deletes all. An absent one leaves things as they are.
 */
export interface StartingOutputs {
  readonly virtualServices?: readonly Desired<IVirtualService>[];
}

/** The phases that Starting may go to; itself, to stay. */
export type StartingNext = 'Starting' | 'Evaluating' | 'RolledBack' | 'Promoted';

/** Gives the canary its first step of the traffic. */
export type StartingWorker = Worker<{
  resource: { rolloutGuard: RolloutGuard };
  inputs: StartingInputs;
  outputs: StartingOutputs;
  next: StartingNext;
  status: RolloutGuardStatus;
}>;
