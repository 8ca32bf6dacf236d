// Generated from autopilot.yaml: change that file and run `ap generate`, instead of editing this one.

import type { Desired, Worker } from 'autopilot-runtime';
import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap';
import type { Flow, FlowStatus } from '../../api/flows/v1/types.ts';

/** Third reads nothing but the Flow. */
export type ThirdInputs = object;

/**
 * What Third makes, by kind. A list that is returned is authoritative: what it lacks is
 * deleted; [] deletes all. An absent one leaves things as they are.
 */
export interface ThirdOutputs {
  readonly configMaps?: readonly Desired<IConfigMap>[];
}

/** The phases that Third may go to; itself, to stay. */
export type ThirdNext = 'Third' | 'First' | 'Second' | 'Done';

/** Makes the third ConfigMap. */
export type ThirdWorker = Worker<{
  resource: { flow: Flow };
  inputs: ThirdInputs;
  outputs: ThirdOutputs;
  next: ThirdNext;
  status: FlowStatus;
}>;
