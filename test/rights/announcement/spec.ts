import { labelSelector } from 'autopilot-runtime/crd';
import { z } from 'zod';

/** What is asked for with an Announcement. */
export const spec = z.object({
  text: z.string().describe('What there is to say.'),
  namespaceSelector: labelSelector().describe('The namespaces that are told.'),
});

/** What the workers report. */
export const status = z.object({
  told: z.array(z.string()).optional().describe('The namespaces that have it.'),
});
