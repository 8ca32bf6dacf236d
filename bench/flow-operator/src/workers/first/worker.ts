import type { FirstWorker } from './io.ts';

/** Makes the first ConfigMap. */
export const worker: FirstWorker = ({ flow: { metadata, spec } }) => ({
  phase: 'Second',
  outputs: {
    configMaps: [{ metadata: { name: `${metadata.name}-first` }, data: { message: spec.message } }],
  },
});
