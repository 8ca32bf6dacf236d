import type { Project } from '../model.ts';
import { phaseNames } from './names.ts';

/** There once the project has a phase. */
export const OPERATOR_CODE = 'src/operator.ts';

/** Where the files of a project are, relative to its folder. */
export function projectPaths(project: Pick<Project, 'plural' | 'version'>) {
  const api = `src/api/${project.plural}/${project.version}`;
  return {
    main: 'src/main.ts',
    operator: OPERATOR_CODE,
    kinds: 'src/kinds.ts',
    crds: 'crds',
    metrics: 'src/metrics.ts',
    finalizer: 'src/finalizer.ts',
    config: 'src/config.ts',
    spec: `${api}/spec.ts`,
    types: `${api}/types.ts`,
    worker: (phase: string) => `src/workers/${phaseNames(phase).folder}/worker.ts`,
    io: (phase: string) => `src/workers/${phaseNames(phase).folder}/io.ts`,
    example: 'test/example.ts',
    // In a folder of its own: the files beside it bear the names of phases.
    specTest: 'test/api/spec.test.ts',
    harness: 'test/harness.ts',
    workerTest: (phase: string) => `test/${phaseNames(phase).folder}.test.ts`,
    finalizerTest: 'test/finalizer.test.ts',
  };
}
