import type { InitializingWorker } from './io.ts';

/**
 * Begins with an empty record of what has a route.
 *
 * Runs when an AutoRoute comes to this phase, and again when its spec or something that was
 * read here has changed: a function of what it is given, that keeps nothing between two runs.
 */
export const worker: InitializingWorker = async ({ autoRoute, logger }) => {
  logger.info({ name: autoRoute.metadata.name }, 'Initializing');

  return {
    phase: 'Syncing',
    // `status` is what to report. It replaces what was reported before; without it, that stays.
    // status: { lastMessage: 'Done' },
  };
};
