/** CEL expressions, from text to value. Source: k8s.io/apiserver/pkg/cel/environment, cel-go. */
import { check, type Checked } from './checker.ts';
import { evaluate, type Evaluation } from './evaluator.ts';
import { CompileError, showIssues } from './issues.ts';
import { checkLiterals, findProgramProblem } from './literal-checks.ts';
import { parse } from './parser.ts';
import { estimateCost, type SizeOf } from './static-cost.ts';
import type { Expr } from './syntax-tree.ts';
import { DYN, type CelType } from './types.ts';
import type { Value } from './values.ts';

/** What one evaluation may cost. */
const PER_CALL_LIMIT = 1_000_000;

/** An expression that is sound. */
export class Expression {
  /** Of its value. */
  readonly type: CelType;
  readonly #tree: Expr;
  readonly #checked: Checked;

  constructor(tree: Expr, checked: Checked) {
    this.#tree = tree;
    this.#checked = checked;
    this.type = checked.types.get(tree.id) ?? DYN;
  }

  /** Whether it names a variable. */
  uses(name: string): boolean {
    return this.#checked.names.has(name);
  }

  /** What it may cost at most, in CEL's units. */
  maxCost(sizeOf: SizeOf): number {
    return estimateCost(this.#tree, this.#checked, sizeOf);
  }

  evaluate(variables: ReadonlyMap<string, Value>): Evaluation {
    return evaluate(this.#tree, this.#checked, variables, PER_CALL_LIMIT);
  }

  /** What keeps it from being run at all. */
  findProgramProblem(): string | undefined {
    return findProgramProblem(this.#tree);
  }
}

/** @returns the expression, or what is wrong with it, as cel-go shows it: with the line and a mark below it. */
export function compileExpression(source: string, variables: ReadonlyMap<string, CelType>): Expression | string {
  try {
    const tree = parse(source);
    const checked = check(tree, variables);
    checkLiterals(tree, checked);
    return new Expression(tree, checked);
  } catch (error) {
    if (error instanceof CompileError) return showIssues(source, error.issues);
    throw error;
  }
}
