import { CACHES } from './list/caches.ts';
import { DEFENCE } from './list/defence.ts';
import { DIFF } from './list/diff.ts';
import { LEASES } from './list/leases.ts';
import { METRICS } from './list/metrics.ts';
import { OUTPUTS } from './list/outputs.ts';
import { PATCHES } from './list/patches.ts';
import { STATUS } from './list/status.ts';
import { SYNC } from './list/sync.ts';
import { WAKES } from './list/wakes.ts';
import type { Mutant } from './mutant.ts';

/** All breaks, by what they concern. */
export const MUTANTS: readonly Mutant[] = [
  SYNC,
  OUTPUTS,
  PATCHES,
  STATUS,
  WAKES,
  CACHES,
  LEASES,
  DEFENCE,
  DIFF,
  METRICS,
].flat();
