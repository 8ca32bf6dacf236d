import type * as z from 'zod';
import { KUBERNETES } from './kubernetes.ts';
import { STRUCTURES } from './structures.ts';
import { TEXTS } from './texts.ts';
import { VALUES } from './values.ts';

/** Specs as people write them: together every construct of zod that a CRD can say, and the combinations that were wrong once. */
export const SCHEMAS: Readonly<Record<string, z.ZodObject>> = { ...TEXTS, ...VALUES, ...STRUCTURES, ...KUBERNETES };
