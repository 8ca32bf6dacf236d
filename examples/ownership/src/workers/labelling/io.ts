// Generated from autopilot.yaml: change that file and run `ap generate`, instead of editing this one.

import type { Patch, Reader, Worker } from 'autopilot-runtime';
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { Ownership, OwnershipStatus } from '../../api/ownerships/v1/types.ts';

/**
 * What Labelling reads, from the operator's caches. A change of just what the worker read runs
 * it again.
 */
export interface LabellingInputs {
  readonly deployments: Reader<IDeployment>;
}

/** Labelling makes nothing. */
export type LabellingOutputs = object;

/**
 * What Labelling sets in objects that are somebody else's, by kind: the fields that are given,
 * and no others. What a list that is returned lacks is given up, and so is all as the Ownership
 * goes: a field that nobody else holds is then back at its default. An absent list leaves
 * things as they are.
 */
export interface LabellingPatches {
  readonly deployments?: readonly Patch<IDeployment>[];
}

/** The phases that Labelling may go to; itself, to stay. */
export type LabellingNext = 'Labelling';

/** Labels the selected Deployments with their team. */
export type LabellingWorker = Worker<{
  resource: { ownership: Ownership };
  inputs: LabellingInputs;
  outputs: LabellingOutputs;
  patches: LabellingPatches;
  next: LabellingNext;
  status: OwnershipStatus;
}>;
