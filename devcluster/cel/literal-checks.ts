/** What is written down and makes no sense, though its types do. Sources: cel-go/cel/validator.go, ext/formatting.go. */
import { patternError } from '../schema/regexp.ts';
import { FUNCTIONS } from './environment.ts';
import { findFormatProblem } from './format-check.ts';
import { accepts } from './functions.ts';
import { CompileError, type Issue } from './issues.ts';
import { parseDuration, parseTimestamp } from './times.ts';
import { DYN, parameterAt, sameType, showType, type CelType } from './types.ts';
import { EvaluationError, Uint, type Value } from './values.ts';
import {
  innerExpressions,
  type CallExpr,
  type Expr,
  type ListExpr,
  type Literal,
  type MapExpr,
} from './syntax-tree.ts';
import type { Checked } from './checker.ts';

const WRONG: Readonly<Record<string, (text: string) => boolean>> = {
  duration: (text) => parseDuration(text) === undefined,
  timestamp: (text) => parseTimestamp(text) === undefined,
  matches: (text) => patternError(text) !== undefined,
};

/** Throws a {@link CompileError}. */
export function checkLiterals(expr: Expr, checked: Checked): void {
  const issues = [...checkEach(expr, checked.types, false)];
  if (issues.length > 0) throw new CompileError(issues);
}

type Types = ReadonlyMap<number, CelType>;

function* checkEach(expr: Expr, types: Types, inFormat: boolean): Generator<Issue> {
  if (expr.kind === 'call') {
    yield* checkCall(expr, types);
  } else if (!inFormat && expr.kind === 'list') yield* checkList(expr, types);
  else if (!inFormat && expr.kind === 'map') yield* checkMap(expr, types);
  const within = inFormat || (expr.kind === 'call' && expr.name === 'format');
  for (const inner of innerExpressions(expr)) yield* checkEach(inner, types, within);
}

function* checkCall(call: CallExpr, types: Types): Generator<Issue> {
  const text = literalText(call, 0);
  const isWrong = Object.hasOwn(WRONG, call.name) ? WRONG[call.name] : undefined;
  if (text !== undefined && isWrong?.(text) === true) {
    yield { position: call.args[0]?.position ?? call.position, message: `invalid ${call.name} argument` };
  }
  const problem = call.name === 'format' ? findFormatProblem(call, types) : undefined;
  if (problem !== undefined) yield problem;
}

const typeAt = (types: Types, { id }: Expr): CelType => types.get(id) ?? DYN;

/** All elements are of one type. */
function* checkList(list: ListExpr, types: Types): Generator<Issue> {
  let first: CelType | undefined;
  for (const [index, element] of list.elements.entries()) {
    const type = list.optional.has(index) ? parameterAt(typeAt(types, element), 0) : typeAt(types, element);
    first ??= type;
    if (sameType(first, type)) continue;
    yield mismatch(element, first, type);
    return;
  }
}

function* checkMap({ entries }: MapExpr, types: Types): Generator<Issue> {
  let keys: CelType | undefined;
  let values: CelType | undefined;
  for (const { key, value, optional } of entries) {
    const keyType = typeAt(types, key);
    const valueType = optional ? parameterAt(typeAt(types, value), 0) : typeAt(types, value);
    keys ??= keyType;
    values ??= valueType;
    if (!sameType(keys, keyType)) yield mismatch(key, keys, keyType);
    if (!sameType(values, valueType)) yield mismatch(value, values, valueType);
  }
}

function mismatch({ position }: Expr, wanted: CelType, type: CelType): Issue {
  return { position, message: `expected type '${showType(wanted)}' but found '${showType(type)}'` };
}

const CONVERSIONS: ReadonlySet<string> = new Set(
  'bool bytes double duration dyn int string timestamp type uint'.split(' '),
);

/** What is wrong with a pattern or a conversion that is worked out before the expression is ever evaluated; undefined if all is well. */
export function findProgramProblem(expr: Expr): string | undefined {
  for (const inner of innerExpressions(expr)) {
    const problem = findProgramProblem(inner);
    if (problem !== undefined) return problem;
  }
  if (expr.kind !== 'call') return undefined;
  const text = expr.name === 'find' || expr.name === 'findAll' ? literalText(expr, 0) : undefined;
  if (text !== undefined) return patternError(text);
  try {
    constant(expr);
  } catch (error) {
    if (error instanceof EvaluationError) return error.message;
    throw error;
  }
  return undefined;
}

/** The value of a literal, or of a conversion of one. */
function constant(expr: Expr): Value | undefined {
  if (expr.kind === 'literal') return literalValue(expr.value);
  const [arg] = expr.kind === 'call' && CONVERSIONS.has(expr.name) ? expr.args : [];
  const value = arg === undefined ? undefined : constant(arg);
  if (value === undefined || expr.kind !== 'call') return undefined;
  const fitting = FUNCTIONS.get(expr.name)?.find(
    ({ parameters: [type = DYN], isMember }) => !isMember && accepts(type, value),
  );
  return fitting?.call(value);
}

export function literalValue(literal: Literal): Value {
  if (literal.type === 'null') return null;
  return literal.type === 'uint' ? new Uint(literal.value) : literal.value;
}

function literalText({ args }: CallExpr, index: number): string | undefined {
  const arg = args[index];
  return arg?.kind === 'literal' && arg.value.type === 'string' ? arg.value.value : undefined;
}
