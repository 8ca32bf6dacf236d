import type { LabellingWorker } from './io.ts';

/**
 * Labels the selected Deployments with their team.
 *
 * Runs when an Ownership comes to this phase, and again when its spec or something that was
 * read here has changed: a function of what it is given, that keeps nothing between two runs.
 */
export const worker: LabellingWorker = async ({ ownership, inputs, logger }) => {
  const found = inputs.deployments.list();
  logger.info({ name: ownership.metadata.name, deployments: found.length }, 'Labelling');

  return {
    // Stays in this phase.
    phase: 'Labelling',
    // `patches` sets fields in others' objects. They are given up once they are no longer returned.
    // patches: {
    //   deployments: [{ metadata: { name: ownership.metadata.name, labels: { 'examples.io/patched-by': ownership.metadata.name } } }],
    // },
    // `status` is what to report. It replaces what was reported before; without it, that stays.
    // status: { lastMessage: 'Done' },
  };
};
