import type { Caches, Need } from '../cache/caches.ts';
import type { Cache } from '../cache/cache.ts';
import type { Clock } from '../clock.ts';
import type { KubeClient } from '../kube/client.ts';
import type { ResourceType } from '../kube/types.ts';
import type { EventRecorder } from '../observe/events.ts';
import type { RootLogger } from '../observe/logger.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Tracing } from '../observe/tracing.ts';
import type { Plan, ResourceInput } from '../plan.ts';
import type { Queries } from '../queries/client.ts';
import type { Marks } from './body.ts';
import type { PatchTargets } from './patches/targets.ts';
import type { ResourceStates } from './resource-state.ts';

/** What the scheduler works with: made by the manager, for each configuration. */
export interface Environment {
  readonly plan: Plan;
  /** The user's own, as workers get them. */
  readonly settings: object;
  readonly client: KubeClient;
  readonly caches: Caches;
  readonly marks: Marks;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: RootLogger;
  readonly metrics: Metrics;
  readonly queries: Queries;
  readonly events: EventRecorder;
  readonly tracing: Tracing;
  /** The namespace whose resources are worked on; undefined: all. */
  readonly watchNamespace: string | undefined;
  /** Milliseconds; phases that are not final run again this often, whatever they say themselves. */
  readonly workInterval: () => number | undefined;
  readonly views: Views;
  readonly states: ResourceStates;
  readonly patchTargets: PatchTargets;
}

/** Which cache serves what. */
export interface Views {
  readonly resources: Cache;
  input(input: ResourceInput): Cache;
  output(type: ResourceType): Cache;
  patch(type: ResourceType): Cache;
}

/** What an operator has to watch, and how to find it again in the caches made for it. */
export interface Needs {
  readonly needs: readonly Need[];
  views(caches: Caches): Views;
}
