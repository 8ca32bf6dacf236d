import { isMap, isScalar, isSeq } from 'yaml';
import type { Node } from 'yaml';
import { FAULTS } from '../errors.ts';
import type { Reading } from './reading.ts';
import type { Path } from './source.ts';

/**
 * Declarations of what a YAML file may hold. Each reads a node (undefined where it is absent or was reported as faulty, so that
 * all problems are found in one pass) and tells its JSON schema: both come from the same words.
 */
export interface Field<T> {
  readonly schema: JsonSchema;
  read(node: Node | null, path: Path, reading: Reading): T | undefined;
}

export type ValueOf<F> = F extends Field<infer T> ? T : never;

/** The keywords that the declarations use; draft-07 and 2020-12 agree on them. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly (string | number | boolean | null)[];
  readonly anyOf?: readonly JsonSchema[];
  readonly [keyword: string]: unknown;
}

/** A key that belongs to another place: refused where it has a value. */
export function misplaced(side: 'an input' | 'an output' | 'a patch'): Field<never> {
  return {
    schema: { description: `Not for ${side}.`, enum: [null] },
    read(_node, path, reading) {
      reading.report(FAULTS.optionSide({ key: String(path.at(-1)), side }), path, 'key');
      return undefined;
    },
  };
}

/** The value of a scalar node; undefined for anything else. */
export function scalarOf(node: Node | null): unknown {
  return isScalar(node) ? node.value : undefined;
}

/** As written. */
export function sourceOf(node: Node | null): string {
  return isScalar(node) ? (node.source ?? String(node.value)) : '';
}

/** Reports a value of the wrong type. */
export function reject(reading: Reading, path: Path, expected: string, node: Node | null, hint?: string): undefined {
  reading.report(FAULTS.wrongType({ expected, found: describe(node), ...(hint !== undefined && { hint }) }), path);
  return undefined;
}

function describe(node: Node | null): string {
  if (isMap(node)) return 'an object';
  if (isSeq(node)) return 'a list';
  const value = scalarOf(node);
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'number' || typeof value === 'bigint') return `the number ${sourceOf(node)}`;
  if (typeof value === 'boolean') return `\`${sourceOf(node)}\``;
  return `the text \`${sourceOf(node)}\``;
}
