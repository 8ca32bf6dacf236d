import type { FirstWorker } from './io.ts';

/**
 * Makes the first ConfigMap.
 *
 * Runs when a Flow comes to this phase, and again when its spec or something that was read here
 * has changed: a function of what it is given, that keeps nothing between two runs.
 */
export const worker: FirstWorker = async ({ flow, logger }) => {
  logger.info({ name: flow.metadata.name }, 'First');

  return {
    phase: 'Second',
    // `outputs` is what shall exist. It belongs to the Flow: deleted when it is no longer
    // returned, and gone with the Flow.
    // outputs: {
    //   configMaps: [
    //     {
    //       metadata: { name: flow.metadata.name },
    //       data: { message: flow.metadata.name },
    //     },
    //   ],
    // },
    // `status` is what to report. It replaces what was reported before; without it, that stays.
    // status: { lastMessage: 'Done' },
  };
};
