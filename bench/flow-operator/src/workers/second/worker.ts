import type { SecondWorker } from './io.ts';

/** Makes the second ConfigMap. */
export const worker: SecondWorker = ({ flow: { metadata, spec } }) => ({
  phase: 'Third',
  outputs: {
    configMaps: [
      { metadata: { name: `${metadata.name}-second` }, data: { message: spec.message } },
    ],
  },
});
