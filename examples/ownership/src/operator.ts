// Generated from autopilot.yaml: change that file and run `ap generate`, instead of editing this one.
//
//   Labelling -> any (initial)
//                reads deployments; patches deployments

import { defineOperator } from 'autopilot-runtime';
import { ownershipResource } from './api/ownerships/v1/types.ts';
import { deployments } from './kinds.ts';
import { worker as labellingWorker } from './workers/labelling/worker.ts';

export const operator = defineOperator({
  name: 'ownership-operator',
  resource: ownershipResource,
  /** For the CRD: asked in development only. */
  schema: () => import('./api/ownerships/v1/spec.ts'),
  phases: {
    /** Labels the selected Deployments with their team. */
    Labelling: {
      initial: true,
      inputs: {
        deployments: { type: deployments },
      },
      patches: {
        deployments: { type: deployments },
      },
      worker: labellingWorker,
    },
  },
});
