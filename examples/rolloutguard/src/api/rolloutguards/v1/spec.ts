import { z } from 'zod';

/** What is asked for with a RolloutGuard: that traffic goes over to a new workload as long as that answers well. */
export const spec = z.object({
  host: z.string().min(1).describe('The host whose traffic is divided.'),
  stable: z
    .string()
    .min(1)
    .describe('The Service, and the workload behind it, that has all traffic at first.'),
  canary: z.string().min(1).describe('The one that takes over.'),
  successThreshold: z
    .number()
    .min(0)
    .max(100)
    .default(99)
    .describe('Percent of requests that have to succeed.'),
  step: z
    .int()
    .min(1)
    .max(100)
    .default(10)
    .describe('Percent of the traffic that each step moves.'),
  measurementInterval: z
    .string()
    .regex(/^[1-9][0-9]*[smh]$/)
    .default('1m')
    .describe('How long each step lasts at least, and how far back it is judged, such as 1m.'),
});

/** What the workers report. */
export const status = z.object({
  weight: z.int().optional().describe('Percent of the traffic that goes to the canary.'),
  successRate: z
    .number()
    .optional()
    .describe('Percent of its requests that succeeded, at the last look.'),
  nextStep: z.string().optional().describe('The time from which on the traffic may move again.'),
  message: z.string().optional().describe('What was decided last, and why.'),
});
