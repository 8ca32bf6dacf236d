/** The rules of a schema (`x-kubernetes-validations`), compiled. Source: apiextensions-apiserver/pkg/apiserver/schema/cel/compilation.go. */
import { compileExpression, type Expression } from '../../cel/expression.ts';
import { BOOL, optionalOf, sameType, STRING, type CelType } from '../../cel/types.ts';
import { followFieldPath } from '../field-path.ts';
import { isObject, stringAt, type JsonObject } from '../json.ts';
import type { Schema } from '../schema.ts';
import { declaredAt, type DeclaredType } from './declared-type.ts';

export interface CompiledRule {
  readonly rule: JsonObject;
  /** undefined where there is a problem, or no rule at all. */
  readonly program: Expression | undefined;
  readonly problem: string | undefined;
  /** It is a transition rule. */
  readonly usesOldSelf: boolean;
  /** Where in the place of the rule errors are told; '' for the place itself. */
  readonly fieldPath: string;
  /** `oldSelf` is an optional. */
  readonly optionalOldSelf: boolean;
  readonly maxCost: number;
  readonly message: Expression | undefined;
  readonly messageProblem: string | undefined;
  readonly maxMessageCost: number;
}

/** @param schema of the place that has the rules. @param declared the type of `self`. */
export function compileRules(rules: readonly unknown[], schema: Schema, declared: DeclaredType): CompiledRule[] {
  return rules.filter((rule) => isObject(rule)).map((rule) => compileRule(rule, schema, declared));
}

function compileRule(rule: JsonObject, schema: Schema, declared: DeclaredType): CompiledRule {
  const found = followFieldPath(schema, stringAt(rule, 'fieldPath'), true);
  const optionalOldSelf = rule['optionalOldSelf'] === true;
  const nothing: CompiledRule = {
    rule,
    program: undefined,
    problem: undefined,
    usesOldSelf: false,
    fieldPath: 'text' in found ? found.text : '',
    optionalOldSelf,
    maxCost: 0,
    message: undefined,
    messageProblem: undefined,
    maxMessageCost: 0,
  };
  const source = stringAt(rule, 'rule');
  if (source.trim() === '') return nothing;
  const oldSelf = optionalOldSelf ? optionalOf(declared.type) : declared.type;
  const variables = new Map([
    ['self', declared.type],
    ['oldSelf', oldSelf],
  ]);
  const program = compileExpression(source, variables);
  if (typeof program === 'string') return { ...nothing, problem: `compilation failed: ${program}` };
  if (!sameType(program.type, BOOL)) return { ...nothing, problem: 'cel expression must evaluate to a bool' };
  const usesOldSelf = program.uses('oldSelf');
  const broken = program.findProgramProblem();
  if (broken !== undefined) return { ...nothing, usesOldSelf, problem: `program instantiation failed: ${broken}` };
  const sizeOf = (path: readonly string[]): number | undefined => declaredAt(declared, path)?.maxElements;
  const compiled = { ...nothing, program, usesOldSelf, maxCost: program.maxCost(sizeOf) };
  return { ...compiled, ...compileMessage(stringAt(rule, 'messageExpression'), variables, sizeOf) };
}

function compileMessage(
  source: string,
  variables: ReadonlyMap<string, CelType>,
  sizeOf: (path: readonly string[]) => number | undefined,
): Partial<CompiledRule> {
  if (source === '') return {};
  const message = compileExpression(source, variables);
  if (typeof message === 'string') return { messageProblem: `messageExpression compilation failed: ${message}` };
  if (!sameType(message.type, STRING)) return { messageProblem: 'messageExpression must evaluate to a string' };
  const broken = message.findProgramProblem();
  if (broken !== undefined) return { messageProblem: `messageExpression instantiation failed: ${broken}` };
  return { message, maxMessageCost: message.maxCost(sizeOf) };
}
