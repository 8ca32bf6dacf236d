import * as fc from 'fast-check';
import { crdOf, type CustomResourceDefinition } from '../../runtime/crd/crd.ts';
import { SCHEMAS } from './corpus/schemas.ts';
import { valuesFor } from './values.ts';

export const GROUP = 'schemas.example.io';

/** Fixed, so that a run is what the last one was; `SCHEMA_SEED=…` makes others. */
export const SEED = Number(process.env['SCHEMA_SEED'] ?? 20_261_126);

/** Objects of each schema; `SCHEMA_OBJECTS=1000` takes minutes. */
const OBJECTS = Number(process.env['SCHEMA_OBJECTS'] ?? 20);

/** One object that is judged. */
export interface Sample {
  readonly schema: string;
  readonly index: number;
  readonly spec: unknown;
}

export const kindOf = (schema: string): string => schema.charAt(0).toUpperCase() + schema.slice(1);
export const pluralOf = (schema: string): string => `${schema.toLowerCase()}s`;

/** The CustomResourceDefinition of each schema, all in one group. */
export function definitions(): readonly CustomResourceDefinition[] {
  return Object.entries(SCHEMAS).map(([schema, spec]) => {
    const names = { group: GROUP, version: 'v1', kind: kindOf(schema), plural: pluralOf(schema) } as const;
    return crdOf({ ...names, scope: 'Namespaced', phases: [] }, { spec });
  });
}

/** All objects, or the one that `SCHEMA_CASE=name:index` names: each has a seed of its own, so that it can be made without the others. */
export function* samples(): Generator<Sample, undefined> {
  const [only = '', at = ''] = (process.env['SCHEMA_CASE'] ?? '').split(':');
  const indexes = at === '' ? Array.from({ length: OBJECTS }, (_, index) => index) : [Number(at)];
  for (const [schema, spec] of Object.entries(SCHEMAS)) {
    if (only !== '' && only !== schema) continue;
    const values = valuesFor(spec);
    for (const index of indexes) {
      const [made] = fc.sample(values, { seed: seedOf(schema, index), numRuns: 1 });
      // What JSON does not carry never comes to a server.
      yield { schema, index, spec: JSON.parse(JSON.stringify(made)) };
    }
  }
}

/** FNV-1a of the name, from a start of the run's seed and the index. */
function seedOf(schema: string, index: number): number {
  let seed = SEED ^ Math.imul(index + 1, 0x9e_37_79_b1);
  for (const letter of schema) seed = Math.imul(seed ^ (letter.codePointAt(0) ?? 0), 0x01_00_01_93);
  return seed | 0;
}
