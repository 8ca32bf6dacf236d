import type { z } from 'zod';
import type { spec } from '../src/api/autoroutes/v1/spec.ts';

/** The AutoRoute of the tests. The compiler says so here when the API asks for more. */
export const example = {
  apiVersion: 'examples.io/v1',
  kind: 'AutoRoute',
  metadata: { name: 'example', namespace: 'default' },
  spec: {} satisfies z.input<typeof spec>,
};
