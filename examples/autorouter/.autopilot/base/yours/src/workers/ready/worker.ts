import type { ReadyWorker } from './io.ts';

/**
 * Watches over the selection.
 *
 * Runs when an AutoRoute comes to this phase, and again when its spec or something that was
 * read here has changed: a function of what it is given, that keeps nothing between two runs.
 */
export const worker: ReadyWorker = async ({ autoRoute, inputs, logger }) => {
  const found = inputs.deployments.list();
  logger.info({ name: autoRoute.metadata.name, deployments: found.length }, 'Ready');

  return {
    // Stays in this phase.
    phase: 'Ready',
    // `status` is what to report. It replaces what was reported before; without it, that stays.
    // status: { lastMessage: 'Done' },
  };
};
