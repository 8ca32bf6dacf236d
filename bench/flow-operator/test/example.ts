import type { z } from 'zod';
import type { spec } from '../src/api/flows/v1/spec.ts';

/** The Flow of the tests. The compiler says so here when the API asks for more. */
export const example = {
  apiVersion: 'bench.example.io/v1',
  kind: 'Flow',
  metadata: { name: 'example', namespace: 'default' },
  spec: {} satisfies z.input<typeof spec>,
};
