import { z } from 'zod';

/**
 * What is asked for with a Flow: the fields under `spec`. The API server checks them by the schema that is made from this,
 * so a worker never sees a resource that does not fit. Types and the CRD follow from here: run `ap generate` after a change
 * to bring deploy/ up to date; `npm run dev` does it by itself.
 */
export const spec = z.object({
  message: z
    .string()
    .min(1)
    .default('Hello')
    .describe('An example field: put what your operator needs in its place.'),
});

/**
 * What the workers report: fields under `status`. The runtime adds its own there: phase, conditions, observedGeneration.
 * A worker that returns `status` replaces all of these fields; one that does not leaves them as they are.
 */
export const status = z.object({
  lastMessage: z.string().optional().describe('An example field, too.'),
});
