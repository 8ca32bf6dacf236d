import { z } from 'zod';

/** What is asked for with a Flow: three ConfigMaps that say this. */
export const spec = z.object({
  message: z.string().default('hello').describe('What the ConfigMaps say.'),
});

/** What the workers report: nothing. The runtime adds its own: phase, conditions, observedGeneration. */
export const status = z.object({});
