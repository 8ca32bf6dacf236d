import type { z } from 'zod';
import type { spec } from '../src/api/rolloutguards/v1/spec.ts';

/** The RolloutGuard of the tests. The compiler says so here when the API asks for more. */
export const example = {
  apiVersion: 'examples.io/v1',
  kind: 'RolloutGuard',
  metadata: { name: 'example', namespace: 'default' },
  spec: {
    host: 'web.example.test',
    stable: 'web',
    canary: 'web-canary',
    step: 50,
    measurementInterval: '1s',
  } satisfies z.input<typeof spec>,
};
