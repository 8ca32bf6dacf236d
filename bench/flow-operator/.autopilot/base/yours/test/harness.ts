import { startCluster } from 'autopilot-devcluster';
import type { Cluster, Live } from 'autopilot-devcluster';
import { start } from 'autopilot-runtime';
import type { KubernetesObject } from 'autopilot-runtime';
import { crdOf } from 'autopilot-runtime/crd';
import { spec, status } from '../src/api/flows/v1/spec.ts';
import { flowResource } from '../src/api/flows/v1/types.ts';
import type { Flow, FlowPhase } from '../src/api/flows/v1/types.ts';
import { operator } from '../src/operator.ts';
import { example } from './example.ts';

/** Deadline of a wait, in milliseconds. */
const timeout = 10_000;

export interface Run {
  readonly cluster: Cluster;
  /** The Flow once the worker has run: in another phase, at rest in its own, or failed. */
  readonly settled: () => Promise<Live<Flow>>;
  /** The Flow once it is as wanted. */
  readonly until: (wanted: (seen: Live<Flow>) => boolean) => Promise<Live<Flow>>;
  /** Deletes the Flow, and waits until it is gone. */
  readonly deleted: () => Promise<void>;
}

/**
 * Starts a cluster, puts `given` there, and the Flow in `phase`; then starts the operator. All of it ends
 * with `test`.
 */
export async function runFrom(
  phase: FlowPhase,
  test: (run: Run) => Promise<void>,
  given: readonly KubernetesObject[] = [],
): Promise<void> {
  const cluster = await startCluster();
  const until: Run['until'] = async (wanted) => {
    const seen = await cluster.until<Flow>(reference, (now) => now !== undefined && wanted(now), {
      timeout,
    });
    if (!seen) throw new Error('the Flow is gone');
    return seen;
  };
  try {
    await cluster.installCrd(crdOf(definition, { spec, status }));
    for (const object of given) await cluster.create(object);
    await cluster.create(example);
    await cluster.patch(reference, { status: { phase } }, { subresource: 'status' });
    const running = await start(operator, { kubeconfig: cluster.kubeconfig });
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
  ...flowResource,
  scope: 'Namespaced',
  phases: Object.keys(operator.phases),
} as const;

const reference = { apiVersion: example.apiVersion, kind: example.kind, ...example.metadata };

function hasRun({ status: seen }: Live<Flow>, phase: FlowPhase): boolean {
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
export function failure({ status: seen }: Live<Flow>): string | undefined {
  return seen?.conditions?.find(({ reason }) => reason === FAILED)?.message;
}
