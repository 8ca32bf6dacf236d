// Generated from autopilot.yaml: change that file and run `ap generate`, instead of editing this one.

import type { Desired, Worker } from 'autopilot-runtime';
import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap';
import type { Flow, FlowStatus } from '../../api/flows/v1/types.ts';

/** First reads nothing but the Flow. */
export type FirstInputs = object;

/**
 * What First makes, by kind. A list that is returned is authoritative: what it lacks is
 * deleted; [] deletes all. An absent one leaves things as they are.
 */
export interface FirstOutputs {
  readonly configMaps?: readonly Desired<IConfigMap>[];
}

/** The phases that First may go to; itself, to stay. */
export type FirstNext = 'First' | 'Second' | 'Third' | 'Done';

/** Makes the first ConfigMap. */
export type FirstWorker = Worker<{
  resource: { flow: Flow };
  inputs: FirstInputs;
  outputs: FirstOutputs;
  next: FirstNext;
  status: FlowStatus;
}>;
