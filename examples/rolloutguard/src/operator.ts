// Generated from autopilot.yaml: change that file and run `ap generate`, instead of editing this one.
//
//   Starting   -> any (initial)
//                 writes virtualservices
//   Evaluating -> any
//                 reads metrics; writes virtualservices
//   RolledBack (final)
//   Promoted   (final)

import { defineOperator } from 'autopilot-runtime';
import { rolloutGuardResource } from './api/rolloutguards/v1/types.ts';
import { virtualServices } from './kinds.ts';
import { queries } from './metrics.ts';
import { worker as evaluatingWorker } from './workers/evaluating/worker.ts';
import { worker as startingWorker } from './workers/starting/worker.ts';

export const operator = defineOperator({
  name: 'rolloutguard-operator',
  resource: rolloutGuardResource,
  /** For the CRD: asked in development only. */
  schema: () => import('./api/rolloutguards/v1/spec.ts'),
  phases: {
    /** Gives the canary its first step of the traffic. */
    Starting: {
      initial: true,
      outputs: {
        virtualServices: { type: virtualServices },
      },
      worker: startingWorker,
    },
    /** Moves the traffic while enough requests to the canary succeed. */
    Evaluating: {
      inputs: {
        metrics: { queries: queries },
      },
      outputs: {
        virtualServices: { type: virtualServices },
      },
      worker: evaluatingWorker,
    },
    /** The canary has none. */
    RolledBack: {
      final: true,
    },
    /** The canary has all traffic. */
    Promoted: {
      final: true,
    },
  },
});
