import type { Recipe } from '../examples/autorouter/show/scaffold.ts';

/** Projects in this repository that the generators made, by folder, and how; undefined: as the show makes its own. */
export const EXAMPLES: Readonly<Record<string, Recipe | undefined>> = {
  'examples/autorouter': undefined,
  'examples/ownership': {
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
  'examples/rolloutguard': {
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
  // What the benchmark measures: a scaffold but for its API and its workers.
  'bench/flow-operator': {
    yours: [
      'src/api/flows/v1/spec.ts',
      'src/workers/first/worker.ts',
      'src/workers/second/worker.ts',
      'src/workers/third/worker.ts',
    ],
    runs: [
      {
        name: 'app',
        args: ['.'],
        options: {
          kind: 'Flow',
          group: 'bench.example.io',
          version: 'v1',
          operatorName: 'flow-operator',
          phases: 'none',
          runtime: '*',
          devcluster: '*',
        },
      },
      {
        name: 'phase',
        args: ['First'],
        options: { initial: true, description: 'Makes the first ConfigMap.', outputs: 'configmaps' },
      },
      {
        name: 'phase',
        args: ['Second'],
        options: { description: 'Makes the second ConfigMap.', outputs: 'configmaps', from: 'First' },
      },
      {
        name: 'phase',
        args: ['Third'],
        options: { description: 'Makes the third ConfigMap.', outputs: 'configmaps', from: 'Second' },
      },
      { name: 'phase', args: ['Done'], options: { description: 'All three are there.', final: true, from: 'Third' } },
    ],
    last: {},
  },
};
