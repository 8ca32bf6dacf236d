import type { ReadyWorker } from './io.ts';

/** Watches over the selection: when other Deployments match than have a route, they are synced again. */
export const worker: ReadyWorker = async ({ autoRoute, inputs }) => {
  const selected = inputs.deployments.list({ selector: autoRoute.spec.deploymentSelector });
  const synced = new Set(autoRoute.status?.syncedDeployments);
  const same =
    selected.length === synced.size && selected.every(({ metadata }) => synced.has(metadata.name));
  return { phase: same ? 'Ready' : 'Syncing' };
};
