import type { Phase, Project } from '../model.ts';
import { crdFiles } from './crds.ts';
import { specifier } from './imports.ts';
import { usesMetrics } from './metrics.ts';
import { kindNames } from './names.ts';
import { projectPaths } from './paths.ts';

/** Types of the harness itself: a kind of such a name gets another one in it. */
const HARNESS_TYPES = new Set(['Answers', 'Cluster', 'KubernetesObject', 'Live', 'Metrics', 'Run']);

/**
 * `test/harness.ts`: an embedded cluster with the operator on it, started in the phase that a test is about. The resource is put
 * there before the operator starts, so that just that phase's worker is seen.
 */
export function harnessFile(project: Project): string {
  const { kind } = project;
  const type = HARNESS_TYPES.has(kind) ? `${kind}Resource` : kind;
  const names = kindNames(kind);
  const paths = projectPaths(project);
  const from = (file: string) => specifier(paths.harness, file);
  const hasMetrics = usesMetrics(project);
  return `import { startCluster } from 'autopilot-devcluster';
import type { Cluster, Live } from 'autopilot-devcluster';
import { start } from 'autopilot-runtime';
import type { KubernetesObject } from 'autopilot-runtime';
import { crdOf } from 'autopilot-runtime/crd';
import { spec, status } from '${from(paths.spec)}';
import { ${names.resource} } from '${from(paths.types)}';
import type { ${type === kind ? kind : `${kind} as ${type}`}, ${names.phase} } from '${from(paths.types)}';
${
  hasMetrics
    ? `import type { Metrics } from '${from(paths.metrics)}';
`
    : ''
}import { operator } from '${from(paths.operator)}';
import { example } from '${from(paths.example)}';

/** Deadline of a wait, in milliseconds. */
const timeout = 10_000;

export interface Run {
  readonly cluster: Cluster;
  /** The ${kind} once the worker has run: in another phase, at rest in its own, or failed. */
  readonly settled: () => Promise<Live<${type}>>;
  /** The ${kind} once it is as wanted. */
  readonly until: (wanted: (seen: Live<${type}>) => boolean) => Promise<Live<${type}>>;
  /** Deletes the ${kind}, and waits until it is gone. */
  readonly deleted: () => Promise<void>;
}

${hasMetrics ? METRICS_ANSWERS : ''}/**
 * Starts a cluster, puts \`given\` there, and the ${kind} in \`phase\`; then starts the operator. All of it ends
 * with \`test\`.${hasMetrics ? ' No metrics server is asked: `metrics` answers.' : ''}
 */
export async function runFrom(
  phase: ${names.phase},
  test: (run: Run) => Promise<void>,
  given: readonly KubernetesObject[] = [],
${hasMetrics ? '  metrics: Answers = {},\n' : ''}): Promise<void> {
  const cluster = await startCluster();
  const until: Run['until'] = async (wanted) => {
    const seen = await cluster.until<${type}>(reference, (now) => now !== undefined && wanted(now), { timeout });
    if (!seen) throw new Error('the ${kind} is gone');
    return seen;
  };
  try {
    ${
      crdFiles(project).length > 0
        ? `await cluster.installCrdFolder('${paths.crds}');
    `
        : ''
    }await cluster.installCrd(crdOf(definition, { spec, status }));
    for (const object of given) await cluster.create(object);
    await cluster.create(example);
    await cluster.patch(reference, { status: { phase } }, { subresource: 'status' });
    const running = await start(operator, { kubeconfig: cluster.kubeconfig${hasMetrics ? ', metrics' : ''} });
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

const definition = { ...${names.resource}, scope: '${project.scope}', phases: Object.keys(operator.phases) } as const;

const reference = { apiVersion: example.apiVersion, kind: example.kind, ...example.metadata };

function hasRun({ status: seen }: Live<${type}>, phase: ${names.phase}): boolean {
  return seen?.phase !== phase || (seen.conditions ?? []).some(({ type, status: state, reason }) => (type === 'Ready' && state === 'True') || reason === FAILED);
}

const FAILED = 'WorkerFailed';

/** What the runtime says about a worker that failed; nothing where none did. */
export function failure({ status: seen }: Live<${type}>): string | undefined {
  return seen?.conditions?.find(({ reason }) => reason === FAILED)?.message;
}
`;
}

const METRICS_ANSWERS = `/** What queries answer, by their methods: \`{ getIstioSuccessRate: () => 99 }\`; undefined for no data. One that has no answer fails. */
export type Answers = {
  readonly [Method in keyof Metrics]?: (...args: Parameters<Metrics[Method]>) => number | undefined | Promise<number | undefined>;
};

`;

/** `test/<phase>.test.ts`: what holds for any worker of the phase, and where to go on. */
export function workerTestFile(project: Project, phase: Phase): string {
  const { key } = kindNames(project.kind);
  const readsMetrics = phase.inputs.some(({ parameter }) => parameter.type === 'metrics');
  return `import assert from 'node:assert/strict';
import { failure, runFrom } from './harness.ts';

describe('${phase.name}', () => {
  it('hands over to another phase, or comes to rest', async () => {
    // What the worker reads can be given as the third argument${readsMetrics ? ', what queries answer as the fourth' : ''}. What it makes is found with cluster.get.
    await runFrom('${phase.name}', async ({ settled }) => {
      const ${key} = await settled();

      assert.equal(failure(${key}), undefined);
    });
  });
});
`;
}

/** `test/finalizer.test.ts`. */
export function finalizerTestFile(project: Project): string {
  const { key } = kindNames(project.kind);
  const initial = project.phases.find((phase) => phase.initial)?.name ?? '';
  return `import assert from 'node:assert/strict';
import { runFrom } from './harness.ts';

describe('The finalizer', () => {
  it('holds back a deletion until it has run', async () => {
    await runFrom('${initial}', async ({ until, deleted }) => {
      const ${key} = await until(({ metadata }) => metadata.finalizers !== undefined);
      assert.equal(${key}.metadata.finalizers?.length, 1);

      await deleted();
    });
  });
});
`;
}
