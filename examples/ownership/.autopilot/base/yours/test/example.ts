import type { z } from 'zod';
import type { spec } from '../src/api/ownerships/v1/spec.ts';

/** The Ownership of the tests. The compiler says so here when the API asks for more. */
export const example = {
  apiVersion: 'examples.io/v1',
  kind: 'Ownership',
  metadata: { name: 'example', namespace: 'default' },
  spec: {} satisfies z.input<typeof spec>,
};
