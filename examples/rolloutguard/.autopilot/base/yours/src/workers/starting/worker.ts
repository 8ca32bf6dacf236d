import type { StartingWorker } from './io.ts';

/**
 * Gives the canary its first step of the traffic.
 *
 * Runs when a RolloutGuard comes to this phase, and again when its spec or something that was
 * read here has changed: a function of what it is given, that keeps nothing between two runs.
 */
export const worker: StartingWorker = async ({ rolloutGuard, logger }) => {
  logger.info({ name: rolloutGuard.metadata.name }, 'Starting');

  return {
    phase: 'Evaluating',
    // `outputs` is what shall exist. It belongs to the RolloutGuard: deleted when it is no longer
    // returned, and gone with the RolloutGuard.
    // outputs: {
    //   virtualServices: [
    //     {
    //       metadata: { name: rolloutGuard.metadata.name },
    //       spec: {
    //         hosts: [rolloutGuard.metadata.name],
    //         http: [{ route: [{ destination: { host: rolloutGuard.metadata.name } }] }],
    //       },
    //     },
    //   ],
    // },
    // `status` is what to report. It replaces what was reported before; without it, that stays.
    // status: { lastMessage: 'Done' },
  };
};
