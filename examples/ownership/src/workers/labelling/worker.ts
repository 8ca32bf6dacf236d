import type { LabellingWorker } from './io.ts';

/**
 * Labels the Deployments that the Ownership selects, and the Pods that they will make, with their team. The Deployments stay who made
 * them's: all that is set here is the label and the annotation, which go as soon as a Deployment is selected no more.
 */
export const worker: LabellingWorker = async ({ ownership, inputs }) => {
  const { team, contact, deploymentSelector } = ownership.spec;
  const selected = inputs.deployments.list({ selector: deploymentSelector });
  const labels = { 'examples.io/team': team };
  const annotations = contact === undefined ? undefined : { 'examples.io/contact': contact };
  return {
    // Stays: another Deployment, or another label on one, runs it again.
    phase: 'Labelling',
    patches: {
      deployments: selected.map(({ metadata: { name } }) => ({
        metadata: { name, labels, annotations },
        spec: { template: { metadata: { labels } } },
      })),
    },
    status: { deployments: selected.map(({ metadata }) => metadata.name) },
  };
};
