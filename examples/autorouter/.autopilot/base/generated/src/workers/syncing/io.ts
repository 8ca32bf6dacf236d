// Generated from autopilot.yaml: change that file and run `ap generate`, instead of editing this one.

import type { IGateway } from '@kubernetes-models/istio/networking.istio.io/v1/Gateway';
import type { IVirtualService } from '@kubernetes-models/istio/networking.istio.io/v1/VirtualService';
import type { Desired, Reader, Worker } from 'autopilot-runtime';
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { IService } from 'kubernetes-models/v1/Service';
import type { AutoRoute, AutoRouteStatus } from '../../api/autoroutes/v1/types.ts';

/**
 * What Syncing reads, from the operator's caches. A change of just what the worker read runs it
 * again.
 */
export interface SyncingInputs {
  readonly deployments: Reader<IDeployment>;
}

/**
 * What Syncing makes, by kind. A list that is returned is authoritative: what it lacks is
 * deleted; [] deletes all. An absent one leaves things as they are.
 */
export interface SyncingOutputs {
  readonly services?: readonly Desired<IService>[];
  readonly virtualServices?: readonly Desired<IVirtualService>[];
  readonly gateways?: readonly Desired<IGateway>[];
}

/** The phases that Syncing may go to; itself, to stay. */
export type SyncingNext = 'Syncing' | 'Initializing' | 'Ready';

/** Makes a Gateway, and a Service and a VirtualService for each selected Deployment. */
export type SyncingWorker = Worker<{
  resource: { autoRoute: AutoRoute };
  inputs: SyncingInputs;
  outputs: SyncingOutputs;
  next: SyncingNext;
  status: AutoRouteStatus;
}>;
