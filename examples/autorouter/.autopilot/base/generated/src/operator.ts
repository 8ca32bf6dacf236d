// Generated from autopilot.yaml: change that file and run `ap generate`, instead of editing this one.
//
//   Initializing -> any (initial)
//   Syncing      -> any
//                   reads deployments; writes services, virtualservices, gateways
//   Ready        -> Syncing
//                   reads deployments

import { defineOperator } from 'autopilot-runtime';
import { autoRouteResource } from './api/autoroutes/v1/types.ts';
import { deployments, gateways, services, virtualServices } from './kinds.ts';
import { worker as initializingWorker } from './workers/initializing/worker.ts';
import { worker as readyWorker } from './workers/ready/worker.ts';
import { worker as syncingWorker } from './workers/syncing/worker.ts';

export const operator = defineOperator({
  name: 'autoroute-operator',
  resource: autoRouteResource,
  /** For the CRD: asked in development only. */
  schema: () => import('./api/autoroutes/v1/spec.ts'),
  phases: {
    /** Begins with an empty record of what has a route. */
    Initializing: {
      initial: true,
      worker: initializingWorker,
    },
    /** Makes a Gateway, and a Service and a VirtualService for each selected Deployment. */
    Syncing: {
      inputs: {
        deployments: { type: deployments },
      },
      outputs: {
        services: { type: services },
        virtualServices: { type: virtualServices },
        gateways: { type: gateways },
      },
      worker: syncingWorker,
    },
    /** Watches over the selection. */
    Ready: {
      inputs: {
        deployments: { type: deployments },
      },
      next: ['Syncing'],
      worker: readyWorker,
    },
  },
  onOutputDrift: 'Syncing',
});
