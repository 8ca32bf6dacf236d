import type { CustomResource, Desired, Reader, Worker } from 'autopilot-runtime';
import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap';
import type { INamespace } from 'kubernetes-models/v1/Namespace';
import type { z } from 'zod';
import type { spec, status } from './spec.ts';

type SpreadingWorker = Worker<{
  resource: { announcement: CustomResource<z.output<typeof spec>, z.output<typeof status>, 'Spreading'> };
  inputs: { readonly namespaces: Reader<INamespace> };
  outputs: { readonly configMaps?: readonly Desired<IConfigMap>[] };
  next: 'Spreading';
  status: z.output<typeof status>;
}>;

/** Writes the text into a ConfigMap of each selected namespace; one that is selected no more loses it. */
export const worker: SpreadingWorker = async ({ announcement, inputs }) => {
  const { text, namespaceSelector } = announcement.spec;
  const told = inputs.namespaces.list({ selector: namespaceSelector }).map(({ metadata }) => metadata.name);
  return {
    phase: 'Spreading',
    outputs: {
      configMaps: told.map((namespace) => ({
        metadata: { name: announcement.metadata.name, namespace },
        data: { text },
      })),
    },
    status: { told },
  };
};
