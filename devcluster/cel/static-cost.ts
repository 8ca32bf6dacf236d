/** What an expression may cost at most, by the sizes that its schema allows. Source: cel-go/checker/cost.go. */
import { characterCount } from '../schema/go-text.ts';
import { estimateCall, type CallEstimate, type Operand } from './call-estimates.ts';
import { add, exactly, multiply, UNKNOWN, union, type Range } from './estimates.ts';
import { LIST_COST, MAP_COST } from './runtime-cost.ts';
import { DYN, isOptional, parameterAt, type CelType } from './types.ts';
import { qualifiedName, type Checked } from './checker.ts';
import type { Overload } from './functions.ts';
import type { CallExpr, Expr, FoldExpr } from './syntax-tree.ts';

/** The most elements that there can be at a path (`self`, `items`, `@items`, …); undefined where nothing is known. */
export type SizeOf = (path: readonly string[]) => number | undefined;

/** @returns the highest cost, at most 2⁶⁴. */
export function estimateCost(expr: Expr, checked: Checked, sizeOf: SizeOf): number {
  return new Coster(checked, sizeOf).cost(expr).max;
}

/** What is known of the elements of a list or map. */
interface Elements {
  readonly container: 'list' | 'map';
  readonly key: Range;
  readonly value: Range;
}

interface Variable {
  readonly path: readonly string[];
  readonly size: Range | undefined;
  readonly elements: Elements | undefined;
}

class Coster {
  readonly #checked: Checked;
  readonly #sizeOf: SizeOf;
  readonly #paths = new Map<number, readonly string[]>();
  readonly #sizes = new Map<number, Range>();
  readonly #elements = new Map<number, Elements>();
  readonly #variables = new Map<string, Variable[]>();

  constructor(checked: Checked, sizeOf: SizeOf) {
    this.#checked = checked;
    this.#sizeOf = sizeOf;
  }

  cost(expr: Expr): Range {
    switch (expr.kind) {
      case 'literal':
        return exactly(0);
      case 'ident':
        this.#paths.set(expr.id, this.#variable(expr.name)?.path ?? [expr.name]);
        return exactly(1);
      case 'select': {
        if (!this.#checked.types.has(expr.operand.id)) {
          this.#paths.set(expr.id, [qualifiedName(expr) ?? '']);
          return exactly(1);
        }
        const operand = this.cost(expr.operand);
        if (expr.testOnly) return operand;
        this.#paths.set(expr.id, [...this.#path(expr.operand), expr.field]);
        const { kind } = this.#type(expr.operand);
        return kind === 'map' || kind === 'struct' || kind === 'parameter' ? add(operand, exactly(1)) : operand;
      }
      case 'call':
        return this.#call(expr);
      case 'list':
        return this.#list(expr, expr.elements);
      case 'map': {
        const costs = expr.entries.flatMap(({ key, value }) => [this.cost(key), this.cost(value)]);
        const key = this.#joined(expr.entries.map((entry) => entry.key));
        const value = this.#joined(expr.entries.map((entry) => entry.value));
        this.#elements.set(expr.id, { container: 'map', key, value });
        return add(...costs, exactly(MAP_COST));
      }
      case 'struct':
        return exactly(40);
      case 'fold':
        return isBinding(expr) ? this.#binding(expr) : this.#fold(expr);
    }
  }

  #list(expr: Expr, elements: readonly Expr[]): Range {
    const costs = elements.map((element) => this.cost(element));
    this.#elements.set(expr.id, { container: 'list', key: exactly(1), value: this.#joined(elements) });
    return add(...costs, exactly(LIST_COST));
  }

  #joined(elements: readonly Expr[]): Range {
    const sizes = elements.map((element) => this.#size(element) ?? UNKNOWN);
    return sizes.length === 0 ? exactly(0) : sizes.reduce(union);
  }

  #call(expr: CallExpr): Range {
    if (expr.name === 'dyn' && expr.args[0] !== undefined) {
      const [arg] = expr.args;
      const cost = this.cost(arg);
      this.#copy(expr, arg);
      return add(exactly(1), cost);
    }
    const argCosts = expr.args.map((arg) => this.cost(arg));
    const targetCost = expr.target === undefined ? exactly(0) : this.cost(expr.target);
    const overloads = this.#checked.overloads.get(expr.id) ?? [];
    if (overloads.length === 0) return exactly(0);
    const operands = [...(expr.target === undefined ? [] : [expr.target]), ...expr.args].map((part) =>
      this.#operand(part),
    );
    let cost: Range | undefined;
    let size: Range | undefined;
    for (const overload of overloads) {
      const own = this.#overload(expr, overload, operands, argCosts);
      cost = cost === undefined ? own.cost : union(cost, own.cost);
      if (own.size !== undefined) size = size === undefined ? own.size : union(size, own.size);
      const indexed = overload.id === 'index_list' ? '@items' : overload.id === 'index_map' ? '@values' : undefined;
      if (indexed !== undefined && expr.args[0] !== undefined) {
        size = this.#elementsOf(expr.args[0])?.value;
        this.#paths.set(expr.id, [...this.#path(expr.args[0]), indexed]);
      }
      size ??= this.#size(expr);
    }
    if (size !== undefined) this.#sizes.set(expr.id, size);
    return add(targetCost, cost ?? exactly(0));
  }

  #overload(expr: CallExpr, { id }: Overload, operands: readonly Operand[], argCosts: readonly Range[]): CallEstimate {
    const [first = exactly(0), second = exactly(0), third = exactly(0)] = argCosts;
    if (id === 'logical_and' || id === 'logical_or') return { cost: { min: first.min, max: add(first, second).max } };
    if (id === 'conditional') {
      const [, then, otherwise] = expr.args;
      const size = union(this.#sizeOrUnknown(then), this.#sizeOrUnknown(otherwise));
      const elements = joinElements(this.#elementsOf(then), this.#elementsOf(otherwise));
      if (elements !== undefined) this.#elements.set(expr.id, elements);
      return { cost: add(first, union(second, third)), size };
    }
    const estimate = estimateCall(expr.name, { id, operands, isMember: expr.target !== undefined });
    if (expr.name === '_+_') {
      const elements = joinElements(this.#elementsOf(expr.args[0]), this.#elementsOf(expr.args[1]));
      if (elements !== undefined) this.#elements.set(expr.id, elements);
    }
    return { cost: add(estimate?.cost ?? exactly(1), ...argCosts), size: estimate?.size };
  }

  #operand(expr: Expr): Operand {
    const path = this.#knownPath(expr);
    const known = path.length > 0 ? this.#sizeAt([...path, '@items']) : undefined;
    return { expr, type: this.#type(expr), size: this.#size(expr) ?? UNKNOWN, itemSize: known ?? UNKNOWN };
  }

  #fold(expr: FoldExpr): Range {
    const range = this.cost(expr.range);
    const initial = this.cost(expr.initial);
    this.#push(expr.accumulator, {
      path: this.#path(expr.initial),
      size: this.#size(expr.initial),
      elements: this.#elementsOf(expr.initial),
    });
    this.#pushElements(expr);
    const loop = add(this.cost(expr.condition), this.cost(expr.step));
    this.#pop(expr.variable);
    if (expr.second !== undefined) this.#pop(expr.second);
    const result = this.cost(expr.result);
    this.#pop(expr.accumulator);
    const count = this.#size(expr.range) ?? UNKNOWN;
    if (expr.initial.kind === 'literal') this.#setSize(expr, this.#size(expr.initial));
    else if (expr.initial.kind === 'list' || expr.initial.kind === 'map') {
      this.#sizes.set(expr.id, count);
      const elements = this.#elementsOf(expr.step);
      if (elements !== undefined) this.#elements.set(expr.id, elements);
    }
    return add(range, initial, result, multiply(count, loop));
  }

  #pushElements(expr: FoldExpr): void {
    const elements = this.#elementsOf(expr.range);
    const path = this.#path(expr.range);
    const isList = (elements?.container ?? this.#type(expr.range).kind) === 'list';
    const push = (name: string, part: string, size: Range | undefined): void =>
      this.#push(name, { path: [...path, part], size, elements: undefined });
    if (expr.second === undefined) {
      push(expr.variable, isList ? '@items' : '@keys', isList ? elements?.value : elements?.key);
      return;
    }
    push(expr.variable, isList ? '@indices' : '@keys', elements?.key);
    push(expr.second, isList ? '@items' : '@values', elements?.value);
  }

  /** A variable with one value. */
  #binding(expr: FoldExpr): Range {
    const costs = [this.cost(expr.range), this.cost(expr.initial)];
    this.#push(expr.accumulator, {
      path: this.#path(expr.initial),
      size: this.#size(expr.initial),
      elements: this.#elementsOf(expr.initial),
    });
    costs.push(this.cost(expr.result));
    this.#pop(expr.accumulator);
    this.#copy(expr, expr.result);
    return add(...costs);
  }

  #copy(to: Expr, from: Expr): void {
    this.#setSize(to, this.#size(from));
    const elements = this.#elementsOf(from);
    if (elements !== undefined) this.#elements.set(to.id, elements);
  }

  #setSize(expr: Expr, size: Range | undefined): void {
    if (size !== undefined) this.#sizes.set(expr.id, size);
  }

  #push(name: string, variable: Variable): void {
    this.#variables.set(name, [...(this.#variables.get(name) ?? []), variable]);
  }

  #pop(name: string): void {
    this.#variables.get(name)?.pop();
  }

  #variable(name: string): Variable | undefined {
    return this.#variables.get(name)?.at(-1);
  }

  #type(expr: Expr): CelType {
    return this.#checked.types.get(expr.id) ?? DYN;
  }

  #path(expr: Expr): readonly string[] {
    const variable = expr.kind === 'ident' ? this.#variable(expr.name) : undefined;
    return variable?.path ?? this.#paths.get(expr.id) ?? [];
  }

  /** Nothing is known of what a fold collects. */
  #knownPath(expr: Expr): readonly string[] {
    const path = this.#path(expr);
    return path[0] === '@result' ? [] : path;
  }

  #elementsOf(expr: Expr | undefined): Elements | undefined {
    if (expr === undefined) return undefined;
    const variable = expr.kind === 'ident' ? this.#variable(expr.name) : undefined;
    return this.#elements.get(expr.id) ?? variable?.elements;
  }

  #sizeOrUnknown(expr: Expr | undefined): Range {
    return (expr === undefined ? undefined : this.#size(expr)) ?? UNKNOWN;
  }

  #sizeAt(path: readonly string[]): Range | undefined {
    const max = path.length === 0 ? undefined : this.#sizeOf(path);
    return max === undefined ? undefined : { min: 0, max };
  }

  #size(expr: Expr): Range | undefined {
    const known = this.#sizes.get(expr.id) ?? literalSize(expr);
    if (known !== undefined) return known;
    const declared = this.#sizeAt(this.#path(expr));
    if (declared !== undefined) {
      this.#sizes.set(expr.id, declared);
      return declared;
    }
    if (isScalar(this.#type(expr))) return exactly(1);
    return expr.kind === 'ident' ? this.#variable(expr.name)?.size : undefined;
  }
}

function joinElements(a: Elements | undefined, b: Elements | undefined): Elements | undefined {
  if (a === undefined || b === undefined) return undefined;
  return { container: a.container, key: union(a.key, b.key), value: union(a.value, b.value) };
}

const isBinding = ({ range, condition }: FoldExpr): boolean =>
  range.kind === 'list' &&
  range.elements.length === 0 &&
  condition.kind === 'literal' &&
  condition.value.type === 'bool' &&
  !condition.value.value;

function literalSize(expr: Expr): Range | undefined {
  if (expr.kind === 'list') return exactly(expr.elements.length);
  if (expr.kind === 'map') return exactly(expr.entries.length);
  if (expr.kind !== 'literal') return undefined;
  if (expr.value.type === 'string') return exactly(characterCount(expr.value.value));
  return exactly(expr.value.type === 'bytes' ? expr.value.value.length : 1);
}

const SCALARS: ReadonlySet<string> = new Set(['bool', 'double', 'duration', 'int', 'timestamp', 'uint']);

function isScalar(type: CelType): boolean {
  return isOptional(type) ? isScalar(parameterAt(type, 0)) : SCALARS.has(type.kind);
}
