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
  rolloutguard: {
    yours: [
      'src/api/rolloutguards/v1/spec.ts',
      'src/workers/evaluating/traffic.ts',
      'src/workers/evaluating/worker.ts',
      'src/workers/starting/worker.ts',
      'test/evaluating.test.ts',
      'test/example.ts',
      'test/starting.test.ts',
      'test/weights.ts',
    ],
    runs: [
      {
        name: 'app',
        args: ['.'],
        options: {
          kind: 'RolloutGuard',
          group: 'examples.io',
          version: 'v1',
          operatorName: 'rolloutguard-operator',
          mesh: 'istio',
          phases: 'none',
          runtime: '*',
          devcluster: '*',
        },
      },
      {
        name: 'phase',
        args: ['Starting'],
        options: {
          initial: true,
          description: 'Gives the canary its first step of the traffic.',
          outputs: 'virtualservices',
        },
      },
      {
        name: 'phase',
        args: ['Evaluating'],
        options: {
          description: 'Moves the traffic while enough requests to the canary succeed.',
          inputs: 'metrics',
          outputs: 'virtualservices',
          from: 'Starting',
        },
      },
      {
        name: 'phase',
        args: ['Promoted'],
        options: { description: 'The canary has all traffic.', final: true, from: 'Evaluating' },
      },
      {
        name: 'phase',
        args: ['RolledBack'],
        options: { description: 'The canary has none.', final: true, from: 'Evaluating' },
      },
    ],
    last: {},
  },
};
