import { labelSelector } from 'autopilot-runtime/crd';
import { z } from 'zod';

/** What is asked for with an Ownership: that Deployments, which others make, say whose they are. */
export const spec = z.object({
  team: z
    .string()
    .regex(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/)
    .describe('The team that the Deployments belong to: a label’s value.'),
  contact: z.string().optional().describe('Whom to ask about them, in any words.'),
  deploymentSelector: labelSelector().describe('The Deployments of this namespace.'),
});

/** What the workers report. */
export const status = z.object({
  deployments: z.array(z.string()).optional().describe('The names of the labelled Deployments.'),
});
