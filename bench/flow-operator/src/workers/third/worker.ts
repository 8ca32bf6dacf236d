import type { ThirdWorker } from './io.ts';

/** Makes the third ConfigMap. */
export const worker: ThirdWorker = ({ flow: { metadata, spec } }) => ({
  phase: 'Done',
  outputs: {
    configMaps: [{ metadata: { name: `${metadata.name}-third` }, data: { message: spec.message } }],
  },
});
