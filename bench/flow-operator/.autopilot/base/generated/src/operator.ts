// Generated from autopilot.yaml: change that file and run `ap generate`, instead of editing this one.
//
//   First  -> any (initial)
//             writes configmaps
//   Second -> any
//             writes configmaps
//   Third  -> any
//             writes configmaps
//   Done   (final)

import { defineOperator } from 'autopilot-runtime';
import { flowResource } from './api/flows/v1/types.ts';
import { configMaps } from './kinds.ts';
import { worker as firstWorker } from './workers/first/worker.ts';
import { worker as secondWorker } from './workers/second/worker.ts';
import { worker as thirdWorker } from './workers/third/worker.ts';

export const operator = defineOperator({
  name: 'flow-operator',
  resource: flowResource,
  /** For the CRD: asked in development only. */
  schema: () => import('./api/flows/v1/spec.ts'),
  phases: {
    /** Makes the first ConfigMap. */
    First: {
      initial: true,
      outputs: {
        configMaps: { type: configMaps },
      },
      worker: firstWorker,
    },
    /** Makes the second ConfigMap. */
    Second: {
      outputs: {
        configMaps: { type: configMaps },
      },
      worker: secondWorker,
    },
    /** Makes the third ConfigMap. */
    Third: {
      outputs: {
        configMaps: { type: configMaps },
      },
      worker: thirdWorker,
    },
    /** All three are there. */
    Done: {
      final: true,
    },
  },
});
