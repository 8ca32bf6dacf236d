import { startCluster } from 'autopilot-devcluster';
import type { Cluster, Live } from 'autopilot-devcluster';
import { start } from 'autopilot-runtime';
import type { KubernetesObject } from 'autopilot-runtime';
import { crdOf } from 'autopilot-runtime/crd';
import { spec, status } from '../src/api/rolloutguards/v1/spec.ts';
import { rolloutGuardResource } from '../src/api/rolloutguards/v1/types.ts';
import type { RolloutGuard, RolloutGuardPhase } from '../src/api/rolloutguards/v1/types.ts';
import type { Metrics } from '../src/metrics.ts';
import { operator } from '../src/operator.ts';
import { example } from './example.ts';

/** Deadline of a wait, in milliseconds. */
const timeout = 10_000;

export interface Run {
  readonly cluster: Cluster;
  /** The RolloutGuard once the worker has run: in another phase, at rest in its own, or failed. */
  readonly settled: () => Promise<Live<RolloutGuard>>;
  /** The RolloutGuard once it is as wanted. */
  readonly until: (wanted: (seen: Live<RolloutGuard>) => boolean) => Promise<Live<RolloutGuard>>;
  /** Deletes the RolloutGuard, and waits until it is gone. */
  readonly deleted: () => Promise<void>;
}

/** What queries answer, by their methods: `{ getIstioSuccessRate: () => 99 }`; undefined for no data. One that has no answer fails. */
export type Answers = {
  readonly [Method in keyof Metrics]?: (
    ...args: Parameters<Metrics[Method]>
  ) => number | undefined | Promise<number | undefined>;
};

/**
 * Starts a cluster, puts `given` there, and the RolloutGuard in `phase`; then starts the operator. All of it ends
 * with `test`. No metrics server is asked: `metrics` answers.
 */
export async function runFrom(
  phase: RolloutGuardPhase,
  test: (run: Run) => Promise<void>,
  given: readonly KubernetesObject[] = [],
  metrics: Answers = {},
): Promise<void> {
  const cluster = await startCluster();
  const until: Run['until'] = async (wanted) => {
    const seen = await cluster.until<RolloutGuard>(
      reference,
      (now) => now !== undefined && wanted(now),
      { timeout },
    );
    if (!seen) throw new Error('the RolloutGuard is gone');
    return seen;
  };
  try {
    await cluster.installCrd(crdOf(definition, { spec, status }));
    for (const object of given) await cluster.create(object);
    await cluster.create(example);
    await cluster.patch(reference, { status: { phase } }, { subresource: 'status' });
    const running = await start(operator, { kubeconfig: cluster.kubeconfig, metrics });
    try {
      await test({
        cluster,
        until,
        settled: () => until((seen) => hasRun(seen, phase)),
        deleted: async () => {
          await cluster.delete(reference);
          await cluster.until(reference, (now) => now === undefined, { timeout });
        },
      });
    } finally {
      await running.stop();
    }
  } finally {
    await cluster.stop();
  }
}

const definition = {
  ...rolloutGuardResource,
  scope: 'Namespaced',
  phases: Object.keys(operator.phases),
} as const;

const reference = { apiVersion: example.apiVersion, kind: example.kind, ...example.metadata };

function hasRun({ status: seen }: Live<RolloutGuard>, phase: RolloutGuardPhase): boolean {
  return (
    seen?.phase !== phase ||
    (seen.conditions ?? []).some(
      ({ type, status: state, reason }) =>
        (type === 'Ready' && state === 'True') || reason === FAILED,
    )
  );
}

const FAILED = 'WorkerFailed';

/** What the runtime says about a worker that failed; nothing where none did. */
export function failure({ status: seen }: Live<RolloutGuard>): string | undefined {
  return seen?.conditions?.find(({ reason }) => reason === FAILED)?.message;
}
