/** Whether the arguments of a call of `format` fit its clauses, as far as they are written down. Source: cel-go/ext/formatting.go. */
import { readClause } from './format-text.ts';
import { DYN, showType, type CelType, type Kind } from './types.ts';
import { EvaluationError } from './values.ts';
import type { Issue } from './issues.ts';
import type { CallExpr } from './syntax-tree.ts';

const NUMBERS: readonly Kind[] = ['int', 'uint'];
const SHOWN: readonly Kind[] = [
  ...(['list', 'map', 'int', 'uint', 'double', 'bool', 'string', 'timestamp', 'bytes', 'duration'] as const),
  ...(['type', 'null'] as const),
];

/** What each clause takes, and what is said of anything else. */
const CLAUSES: Readonly<Record<string, readonly [takes: readonly Kind[], refusal: string]>> = {
  s: [
    SHOWN,
    'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
  ],
  d: [NUMBERS, 'decimal clause can only be used on integers'],
  f: [['double'], 'fixed-point clause can only be used on doubles'],
  e: [['double'], 'scientific clause can only be used on doubles'],
  b: [[...NUMBERS, 'bool'], 'only integers and bools can be formatted as binary'],
  x: [[...NUMBERS, 'string', 'bytes'], 'only integers, byte buffers, and strings can be formatted as hex'],
  X: [[...NUMBERS, 'string', 'bytes'], 'only integers, byte buffers, and strings can be formatted as hex'],
  o: [NUMBERS, 'octal clause can only be used on integers'],
};

export function findFormatProblem(call: CallExpr, types: ReadonlyMap<number, CelType>): Issue | undefined {
  const { target, args } = call;
  const list = args[0];
  if (target?.kind !== 'literal' || target.value.type !== 'string' || list?.kind !== 'list') return undefined;
  const format = target.value.value;
  const here = (message: string): Issue => ({ position: call.position, message });
  let next = 0;
  for (let at = format.indexOf('%'); at >= 0; at = format.indexOf('%', at)) {
    if (format.charAt(at + 1) === '%') {
      at += 2;
      continue;
    }
    const arg = list.elements[next];
    if (arg === undefined) return here(`index ${next} out of range`);
    if (at + 1 >= format.length) return here('unexpected end of string');
    let length: number;
    try {
      ({ length } = readClause(format.slice(at + 1)));
    } catch (error) {
      if (error instanceof EvaluationError) return here(error.message);
      throw error;
    }
    const type = types.get(arg.id) ?? DYN;
    const [takes, refusal] = CLAUSES[format.charAt(at + length)] ?? [SHOWN, ''];
    if (type.kind !== 'dyn' && !takes.includes(type.kind)) {
      const shown = type.parameters.length === 0 ? showType(type) : type.name;
      return { position: arg.position, message: `error during formatting: ${refusal}, was given ${shown}` };
    }
    next++;
    at += length + 1;
  }
  if (next >= list.elements.length) return undefined;
  return here(`too many arguments supplied to string.format (expected ${next}, got ${list.elements.length})`);
}
