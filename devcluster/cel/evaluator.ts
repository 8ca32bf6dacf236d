/** The value of a checked expression. Source: cel-go/interpreter. */
import { accepts, type Overload } from './functions.ts';
import { CostMeter, LIST_COST, MAP_COST } from './runtime-cost.ts';
import { TYPES } from './environment.ts';
import { literalValue } from './literal-checks.ts';
import { elementAt } from './library/operators.ts';
import { valueOf } from './library/optionals.ts';
import { qualifiedName, type Checked } from './checker.ts';
import { CelList, CelMap, EvaluationError, LiteralMap, Optional, TypeValue, showValue, type Value } from './values.ts';
import type { CallExpr, Expr, FoldExpr, MapExpr, SelectExpr } from './syntax-tree.ts';

/** Variables in reach: values, or why there is none. */
type Scope = ReadonlyMap<string, Value | EvaluationError>;

export interface Evaluation {
  readonly value: Value | EvaluationError;
  /** In CEL's units. */
  readonly cost: number;
}

/** @param limit of the cost; an evaluation that would cost more ends with an error that tells so. */
export function evaluate(
  expr: Expr,
  checked: Checked,
  variables: ReadonlyMap<string, Value>,
  limit: number,
): Evaluation {
  const meter = new CostMeter(limit);
  try {
    return { value: new Evaluator(checked, meter, variables).value(expr), cost: meter.cost };
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    return { value: error, cost: meter.cost };
  }
}

class Evaluator {
  readonly #checked: Checked;
  readonly #meter: CostMeter;
  #scopes: readonly Scope[];

  constructor(checked: Checked, meter: CostMeter, variables: Scope) {
    this.#checked = checked;
    this.#meter = meter;
    this.#scopes = [variables];
  }

  value(expr: Expr): Value {
    switch (expr.kind) {
      case 'literal':
        return literalValue(expr.value);
      case 'ident':
        this.#meter.spend(1);
        return found(this.#named(expr.name), `no such attribute(s): ${expr.name}`);
      case 'select':
        return this.#select(expr);
      case 'call':
        return this.#call(expr);
      case 'list':
        return this.#list(expr.elements, expr.optional);
      case 'map':
        return this.#map(expr);
      case 'fold':
        return this.#fold(expr);
      case 'struct':
        return fail(`unknown type '${expr.typeName}'`);
    }
  }

  #named(given: string): Value | undefined {
    const name = given.replace(/^\./, '');
    for (const scope of this.#scopes) {
      const value = scope.get(name);
      if (value instanceof EvaluationError) throw value;
      if (value !== undefined) return value;
    }
    const type = TYPES.get(name);
    return type === undefined ? undefined : new TypeValue(type);
  }

  #select(expr: SelectExpr): Value {
    const { operand, field } = expr;
    const qualified = this.#checked.types.has(operand.id) ? undefined : qualifiedName(expr);
    if (qualified !== undefined) return found(this.#named(qualified), `no such attribute(s): ${qualified}`);
    const target = this.value(operand);
    if (expr.testOnly) return memberOf(target, field) !== undefined;
    this.#meter.spend(1);
    if (target instanceof Optional) {
      return new Optional(target.value === undefined ? undefined : memberOf(target.value, field));
    }
    return found(memberOf(target, field), `no such key: ${field}`);
  }

  #call(expr: CallExpr): Value {
    const [first, second, third] = expr.target === undefined ? expr.args : [expr.target, ...expr.args];
    if (first !== undefined && second !== undefined) {
      switch (expr.name) {
        case '_&&_':
          return this.#logical(first, second, false);
        case '_||_':
          return this.#logical(first, second, true);
        case '_?_:_':
          return this.#conditional(first, second, third ?? second);
        case '_[_]':
        case '_[?_]':
          return this.#index(this.value(first), this.value(second), expr.name === '_[?_]');
        case '_?._':
          return this.#index(this.value(first), this.value(second), true);
        case 'or':
        case 'orValue':
          return this.#or(first, second, expr.name);
      }
    }
    if (expr.name === '@not_strictly_false' && first !== undefined) return this.#notFalse(first);
    const args = [...(expr.target === undefined ? [] : [expr.target]), ...expr.args].map((arg) => this.value(arg));
    const overload = this.#overload(expr, args);
    const value = overload.call(...args);
    this.#meter.spendCall(overload, args, value);
    return value;
  }

  #overload(expr: CallExpr, args: readonly Value[]): Overload {
    const candidates = this.#checked.overloads.get(expr.id) ?? [];
    const fitting = candidates.find(({ parameters }) =>
      args.every((arg, index) => {
        const type = parameters[index];
        return type !== undefined && accepts(type, arg);
      }),
    );
    return fitting ?? fail('no such overload');
  }

  /** `&&` and `||`: a side that decides makes the other's error good. */
  #logical(left: Expr, right: Expr, decisive: boolean): Value {
    let problem: EvaluationError | undefined;
    for (const side of [left, right]) {
      const value = this.#attempt(side);
      if (value === decisive) return decisive;
      if (value instanceof EvaluationError) problem ??= value;
      else if (typeof value !== 'boolean') problem ??= new EvaluationError('no such overload');
    }
    if (problem !== undefined) throw problem;
    return !decisive;
  }

  #attempt(expr: Expr): Value | EvaluationError {
    const scopes = this.#scopes;
    try {
      return this.value(expr);
    } catch (error) {
      if (!(error instanceof EvaluationError) || this.#meter.isExceeded) throw error;
      this.#scopes = scopes;
      return error;
    }
  }

  #notFalse(expr: Expr): boolean {
    const value = this.#attempt(expr);
    this.#meter.spend(1);
    return value !== false;
  }

  #conditional(condition: Expr, then: Expr, otherwise: Expr): Value {
    const chosen = this.value(condition);
    if (typeof chosen !== 'boolean') throw new EvaluationError('no such overload');
    return this.value(chosen ? then : otherwise);
  }

  #or(left: Expr, right: Expr, name: 'or' | 'orValue'): Value {
    const optional = this.value(left);
    if (!(optional instanceof Optional)) throw new EvaluationError('no such overload');
    if (optional.value === undefined) return this.value(right);
    return name === 'or' ? optional : valueOf(optional);
  }

  #index(target: Value, index: Value, optional: boolean): Value {
    this.#meter.spend(1);
    if (target instanceof Optional) {
      return target.value === undefined ? Optional.none : new Optional(this.#element(target.value, index));
    }
    const element = this.#element(target, index);
    if (optional) return new Optional(element);
    if (element !== undefined) return element;
    const shown = showValue(index);
    return fail(target instanceof CelList ? `index out of bounds: ${shown}` : `no such key: ${shown}`);
  }

  #element(target: Value, index: Value): Value | undefined {
    if (target instanceof CelList) return elementAt(target, index);
    if (target instanceof CelMap) return target.find(index);
    return fail('no such overload');
  }

  #list(elements: readonly Expr[], optional: ReadonlySet<number>): CelList {
    const items: Value[] = [];
    elements.forEach((element, index) => {
      const value = this.value(element);
      if (!optional.has(index)) items.push(value);
      else if (value instanceof Optional) {
        if (value.value !== undefined) items.push(value.value);
      } else fail(`cannot initialize optional list element from non-optional value ${showValue(value)}`);
    });
    this.#meter.spend(LIST_COST);
    return CelList.of(items);
  }

  #map({ entries }: MapExpr): CelMap {
    const made: [Value, Value][] = [];
    for (const { key, value, optional } of entries) {
      const at = this.value(key);
      const given = this.value(value);
      if (!optional) made.push([at, given]);
      else if (given instanceof Optional) {
        if (given.value !== undefined) made.push([at, given.value]);
      } else fail(`cannot initialize optional entry '${showValue(at)}' from non-optional value ${showValue(given)}`);
    }
    this.#meter.spend(MAP_COST);
    return new LiteralMap(made);
  }

  #fold(expr: FoldExpr): Value {
    const outer = this.#scopes;
    const range = this.value(expr.range);
    const variables = new Map<string, Value | EvaluationError>();
    const accumulator = new Map<string, Value | EvaluationError>([[expr.accumulator, this.#attempt(expr.initial)]]);
    const collected = isEmptyList(expr.initial) ? [] : undefined;
    this.#scopes = [variables, accumulator, ...outer];
    const always =
      expr.condition.kind === 'literal' && expr.condition.value.type === 'bool' && expr.condition.value.value;
    for (const [first, second] of elementsOf(range, expr.second !== undefined)) {
      variables.set(expr.variable, first);
      if (expr.second !== undefined) variables.set(expr.second, second);
      if (!always && this.#attempt(expr.condition) === false) break;
      if (collected !== undefined && this.#collect(expr.step, expr.accumulator, collected)) continue;
      const next = always ? this.value(expr.step) : this.#attempt(expr.step);
      accumulator.set(expr.accumulator, next);
    }
    if (collected !== undefined && collected.length > 0) accumulator.set(expr.accumulator, CelList.of(collected));
    this.#scopes = [accumulator, ...outer];
    const result = this.value(expr.result);
    this.#scopes = outer;
    return result;
  }

  /** A step that makes a list longer, without making a new one each time. @returns whether it was such a step. */
  #collect(step: Expr, accumulator: string, into: Value[]): boolean {
    if (step.kind !== 'call') return false;
    const [first, second, third] = step.args;
    if (step.name === '_+_' && first?.kind === 'ident' && first.name === accumulator && second?.kind === 'list') {
      this.#meter.spend(2);
      into.push(...this.#list(second.elements, second.optional));
      return true;
    }
    if (step.name !== '_?_:_' || first === undefined || second === undefined || third?.kind !== 'ident') return false;
    const chosen = this.value(first);
    if (typeof chosen !== 'boolean') throw new EvaluationError('no such overload');
    return chosen ? this.#collect(second, accumulator, into) : true;
  }
}

const isEmptyList = (expr: Expr): boolean => expr.kind === 'list' && expr.elements.length === 0;

function* elementsOf(range: Value, pairs: boolean): Generator<readonly [Value, Value]> {
  if (range instanceof CelList) {
    for (let index = 0; index < range.size; index++) {
      yield pairs ? [BigInt(index), range.at(index)] : [range.at(index), null];
    }
  } else if (range instanceof CelMap) {
    for (const key of range.keys()) yield [key, pairs ? (range.find(key) ?? null) : null];
  } else fail('no such overload');
}

function memberOf(target: Value, field: string): Value | undefined {
  if (target instanceof CelMap) return target.find(field);
  if (target instanceof Optional) return target.value === undefined ? undefined : memberOf(target.value, field);
  return undefined;
}

function found(value: Value | undefined, problem: string): Value {
  if (value === undefined) throw new EvaluationError(problem);
  return value;
}

function fail(message: string): never {
  throw new EvaluationError(message);
}
