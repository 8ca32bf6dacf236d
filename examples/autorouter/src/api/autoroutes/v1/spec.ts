import { labelSelector } from 'autopilot-runtime/crd';
import { z } from 'zod';

/** What is asked for with an AutoRoute: a route from outside to each Deployment that the selector matches. */
export const spec = z.object({
  deploymentSelector: labelSelector().describe(
    'The Deployments of this namespace that get a route.',
  ),
});

/** What the workers report. */
export const status = z.object({
  syncedDeployments: z
    .array(z.string())
    .optional()
    .describe('The names of the Deployments that have a route.'),
});
