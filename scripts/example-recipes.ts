import type { Recipe } from '../examples/autorouter/show/scaffold.ts';

/** The projects in examples/ and how they are made; undefined: as the show makes its own. */
export const EXAMPLES: Readonly<Record<string, Recipe | undefined>> = {
  autorouter: undefined,
  ownership: {
    yours: [
      'src/api/ownerships/v1/spec.ts',
      'src/workers/labelling/worker.ts',
      'test/deployments.ts',
      'test/example.ts',
      'test/labelling.test.ts',
    ],
    runs: [
      {
        name: 'app',
        args: ['.'],
        options: {
          kind: 'Ownership',
          group: 'examples.io',
          version: 'v1',
          operatorName: 'ownership-operator',
          phases: 'none',
          runtime: '*',
          devcluster: '*',
        },
      },
      {
        name: 'phase',
        args: ['Labelling'],
        options: {
          initial: true,
          description: 'Labels the selected Deployments with their team.',
          inputs: 'deployments',
          patches: 'deployments',
        },
      },
    ],
    last: {},
  },
};
