import type { Desired, Finalizer, Reader } from 'autopilot-runtime';
import type { ISecret } from 'kubernetes-models/v1/Secret';
import type { IService } from 'kubernetes-models/v1/Service';

type AnnouncementFinalizer = Finalizer<{
  resource: { announcement: object };
  inputs: { readonly services: Reader<IService> };
  outputs: { readonly secrets?: readonly Desired<ISecret>[] };
}>;

/** Leaves a farewell in a Secret, and takes it back: all that a finalizer may do with what it declares. */
export const finalizer: AnnouncementFinalizer = async ({ client, inputs }) => {
  const of = String(inputs.services.list().length);
  await client.ensure('secrets', { metadata: { name: 'farewell' }, stringData: { of } });
  await client.update('secrets', 'farewell', { metadata: { annotations: { said: 'goodbye' } } });
  return { outputs: { secrets: [] } };
};
