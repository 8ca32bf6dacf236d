import type { InitializingWorker } from './io.ts';

/** Nothing is there yet, and nothing has to be prepared: what is to be routed is found out by Syncing. */
export const worker: InitializingWorker = async () => ({
  phase: 'Syncing',
  status: { syncedDeployments: [] },
});
