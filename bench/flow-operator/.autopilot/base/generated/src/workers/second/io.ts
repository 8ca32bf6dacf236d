// Generated from autopilot.yaml: change that file and run `ap generate`, instead of editing this one.

import type { Desired, Worker } from 'autopilot-runtime';
import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap';
import type { Flow, FlowStatus } from '../../api/flows/v1/types.ts';

/** Second reads nothing but the Flow. */
export type SecondInputs = object;

/**
 * What Second makes, by kind. A list that is returned is authoritative: what it lacks is
 * deleted; [] deletes all. An absent one leaves things as they are.
 */
export interface SecondOutputs {
  readonly configMaps?: readonly Desired<IConfigMap>[];
}

/** The phases that Second may go to; itself, to stay. */
export type SecondNext = 'Second' | 'First' | 'Third' | 'Done';

/** Makes the second ConfigMap. */
export type SecondWorker = Worker<{
  resource: { flow: Flow };
  inputs: SecondInputs;
  outputs: SecondOutputs;
  next: SecondNext;
  status: FlowStatus;
}>;
