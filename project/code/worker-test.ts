import type { Phase, Project } from '../model.ts';
import { docComment } from './comment.ts';
import { createImports, specifier } from './imports.ts';
import { kindNames } from './names.ts';
import { projectPaths } from './paths.ts';

/** `test/example.ts`: the resource that the tests work with. */
export function exampleFile(project: Project): string {
  const names = kindNames(project.kind);
  const paths = projectPaths(project);
  const imports = createImports(['example']);
  const z = imports.type('zod', 'z');
  const spec = imports.type(specifier(paths.example, paths.spec), 'spec');
  const namespace = project.scope === 'Namespaced' ? `, namespace: 'default'` : '';
  return `${imports.render()}

${docComment(`The ${project.kind} of the tests. The compiler says so here when the API asks for more.`)}
export const example = {
  apiVersion: '${project.group}/${project.version}',
  kind: '${names.type}',
  metadata: { name: 'example'${namespace} },
  spec: {} satisfies ${z}.input<typeof ${spec}>,
};
`;
}

/**
 * `test/harness.ts`: an embedded cluster with the operator on it, started in the phase that a test is about. The resource is put
 * there before the operator starts, so that just that phase's worker is seen.
 */
export function harnessFile(project: Project): string {
  const names = kindNames(project.kind);
  const paths = projectPaths(project);
  const from = (file: string) => specifier(paths.harness, file);
  return `import { startCluster } from 'autopilot-devcluster';
import type { Cluster } from 'autopilot-devcluster';
import { start } from 'autopilot-runtime';
import type { KubernetesObject } from 'autopilot-runtime';
import { crdOf } from 'autopilot-runtime/crd';
import { spec, status } from '${from(paths.spec)}';
import { ${names.resource} } from '${from(paths.types)}';
import type { ${names.type}, ${names.phase} } from '${from(paths.types)}';
import { operator } from '${from(paths.operator)}';
import { example } from '${from(paths.example)}';

/** Deadline of a wait, in milliseconds. */
const DEADLINE = 10_000;

export interface Run {
  readonly cluster: Cluster;
  /** The ${project.kind} once the worker has run: in the next phase, at rest in its own, or failed. */
  readonly settled: () => Promise<${names.type}>;
  /** Waits until the ${project.kind} is as wanted. */
  readonly until: (wanted: (${names.key}: ${names.type}) => boolean) => Promise<${names.type}>;
}

/**
 * Starts a cluster, puts \`given\` and the ${project.kind} there, the latter in \`phase\`, and starts the operator. Cluster and operator
 * end with \`test\`.
 */
export async function runFrom(
  phase: ${names.phase},
  test: (run: Run) => Promise<void>,
  given: readonly KubernetesObject[] = [],
): Promise<void> {
  const cluster = await startCluster();
  try {
    await cluster.installCrd(crdOf(${names.resource}, { spec, status }));
    for (const object of given) await cluster.create(object);
    await cluster.create(example);
    await cluster.patch(reference, { status: { phase } }, { subresource: 'status' });
    const running = await start(operator, { kubeconfig: cluster.kubeconfig });
    try {
      const until = (wanted: (${names.key}: ${names.type}) => boolean) =>
        cluster.until<${names.type}>(reference, wanted, { timeout: DEADLINE });
      await test({ cluster, until, settled: () => until((seen) => hasRun(seen, phase)) });
    } finally {
      await running.stop();
    }
  } finally {
    await cluster.stop();
  }
}

const reference = {
  apiVersion: example.apiVersion,
  kind: example.kind,
  ...example.metadata,
};

function hasRun({ status: seen }: ${names.type}, phase: ${names.phase}): boolean {
  return (
    seen?.phase !== phase ||
    (seen.conditions ?? []).some(
      ({ type, status: state, reason }) => (type === 'Ready' && state === 'True') || reason === 'WorkerFailed',
    )
  );
}

/** What the runtime says about a worker that failed; nothing where none did. */
export function failure({ status: seen }: ${names.type}): string | undefined {
  return seen?.conditions?.find(({ reason }) => reason === 'WorkerFailed')?.message;
}
`;
}

/** `test/<phase>.test.ts`: what holds for any worker of the phase, and where to go on. */
export function workerTestFile(project: Project, phase: Phase): string {
  const { key } = kindNames(project.kind);
  return `import assert from 'node:assert/strict';
import { failure, runFrom } from './harness.ts';

describe('${phase.name}', () => {
  it('hands over to another phase, or comes to rest', async () => {
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
import { example } from './example.ts';
import { runFrom } from './harness.ts';

describe('The finalizer', () => {
  it('lets a deleted ${project.kind} go', async () => {
    await runFrom('${initial}', async ({ cluster, until }) => {
      const ${key} = await until(({ metadata }) => (metadata.finalizers ?? []).length > 0);
      await cluster.delete({ apiVersion: example.apiVersion, kind: example.kind, ...example.metadata });

      await until(({ metadata }) => metadata.uid !== ${key}.metadata.uid);
      assert.ok(true);
    });
  });
});
`;
}
