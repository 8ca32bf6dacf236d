/** Which type every part of an expression has, and which functions its calls mean. Source: cel-go/checker/checker.go. */
import { FUNCTIONS, TYPES } from './environment.ts';
import { CompileError, type Issue } from './issues.ts';
import * as types from './types.ts';
import { mostGeneral, Substitutions } from './unification.ts';
import type { Overload } from './functions.ts';
import type { CallExpr, Expr, FoldExpr, ListExpr, MapExpr, SelectExpr } from './syntax-tree.ts';
import type { CelType } from './types.ts';

/** What the checker found out, by the ids of expressions. */
export interface Checked {
  readonly types: ReadonlyMap<number, CelType>;
  /** Of calls: the overloads that may be meant; several where types are known at run time only. */
  readonly overloads: ReadonlyMap<number, readonly Overload[]>;
  /** The names of all variables that are used. */
  readonly names: ReadonlySet<string>;
}

/** @param variables that the expression can name. Throws a {@link CompileError}. */
export function check(expr: Expr, variables: ReadonlyMap<string, CelType>): Checked {
  const checker = new Checker(variables);
  checker.check(expr);
  return checker.result();
}

class Checker {
  readonly #types = new Map<number, CelType>();
  readonly #overloads = new Map<number, readonly Overload[]>();
  readonly #names = new Set<string>();
  readonly #issues: Issue[] = [];
  readonly #known = new Substitutions();
  readonly #scopes: ReadonlyMap<string, CelType>[];
  #variables = 0;

  constructor(variables: ReadonlyMap<string, CelType>) {
    this.#scopes = [variables];
  }

  result(): Checked {
    if (this.#issues.length > 0) throw new CompileError(this.#issues);
    const settled = new Map(Array.from(this.#types, ([id, type]) => [id, this.#known.apply(type, 'dyn')]));
    return { types: settled, overloads: this.#overloads, names: this.#names };
  }

  check(expr: Expr): CelType {
    const type = this.#typeOf(expr);
    this.#types.set(expr.id, type);
    return type;
  }

  #typeOf(expr: Expr): CelType {
    switch (expr.kind) {
      case 'literal':
        return LITERALS[expr.value.type];
      case 'ident':
        return this.#ident(expr.name) ?? this.#undeclared(expr, expr.name);
      case 'select':
        return this.#select(expr);
      case 'call':
        return this.#call(expr);
      case 'list':
        return this.#list(expr);
      case 'map':
        return this.#map(expr);
      case 'struct':
        return this.#undeclared(expr, expr.typeName);
      case 'fold':
        return this.#fold(expr);
    }
  }

  #fail({ position }: { readonly position: number }, message: string): CelType {
    this.#issues.push({ position, message });
    return types.ERROR;
  }

  #undeclared(expr: Expr, name: string): CelType {
    return this.#fail(expr, `undeclared reference to '${name}' (in container '')`);
  }

  #mismatch(expr: Expr, wanted: CelType, found: CelType): CelType {
    return this.#fail(expr, `expected type '${types.showType(wanted)}' but found '${types.showType(found)}'`);
  }

  #ident(given: string): CelType | undefined {
    const name = given.replace(/^\./, '');
    for (const scope of this.#scopes) {
      const type = scope.get(name);
      if (type === undefined) continue;
      this.#names.add(name);
      return type;
    }
    const type = TYPES.get(name);
    return type === undefined ? undefined : types.typeOf(type);
  }

  #select(expr: SelectExpr): CelType {
    const qualified = expr.testOnly ? undefined : qualifiedName(expr);
    const named = qualified === undefined ? undefined : this.#ident(qualified);
    if (named !== undefined) return named;
    const type = this.#field(expr, expr.operand, expr.field, false);
    return expr.testOnly ? types.BOOL : this.#known.apply(type, 'stay');
  }

  #field(expr: Expr, operand: Expr, field: string, optional: boolean): CelType {
    const given = this.#known.apply(this.check(operand), 'stay');
    const target = types.withoutOptional(given);
    const result = this.#fieldOf(expr, target, field);
    return optional || types.isOptional(given) ? types.optionalOf(result) : result;
  }

  #fieldOf(expr: Expr, target: CelType, field: string): CelType {
    if (target.kind === 'map') return types.parameterAt(target, 1);
    if (target.kind === 'struct') return target.fields?.get(field) ?? this.#fail(expr, `undefined field '${field}'`);
    if (target.kind === 'parameter') this.#known.assign(types.DYN, target);
    else if (target.kind !== 'dyn' && target.kind !== 'error') {
      this.#fail(expr, `type '${types.showType(target)}' does not support field selection`);
    }
    return types.DYN;
  }

  #call(expr: CallExpr): CelType {
    if (expr.name === '_?._') {
      const [operand, field] = expr.args;
      if (operand === undefined || field?.kind !== 'literal' || field.value.type !== 'string') return types.ERROR;
      return this.#known.apply(this.#field(expr, operand, field.value.value, true), 'stay');
    }
    for (const arg of expr.args) this.check(arg);
    if (expr.target === undefined) return this.#resolve(expr, FUNCTIONS.get(expr.name.replace(/^\./, '')));
    const prefix = qualifiedName(expr.target);
    const qualified = prefix === undefined ? undefined : FUNCTIONS.get(`${prefix}.${expr.name}`);
    if (qualified !== undefined) {
      expr.name = `${prefix ?? ''}.${expr.name}`;
      expr.target = undefined;
      return this.#resolve(expr, qualified);
    }
    this.check(expr.target);
    return this.#resolve(expr, FUNCTIONS.get(expr.name));
  }

  #resolve(expr: CallExpr, declared: readonly Overload[] | undefined): CelType {
    if (declared === undefined && !UNUSABLE.has(expr.name)) return this.#undeclared(expr, expr.name);
    const parts = expr.target === undefined ? expr.args : [expr.target, ...expr.args];
    const given = parts.map((part) => this.#types.get(part.id) ?? types.ERROR);
    if (declared === undefined) {
      return given.some(({ kind }) => kind === 'error') ? types.ERROR : this.#noOverload(expr, given);
    }
    if (expr.name === '_&&_' || expr.name === '_||_') return this.#logical(expr, declared, given);
    const found: Overload[] = [];
    let result: CelType | undefined;
    for (const candidate of declared) {
      if (candidate.isMember !== (expr.target !== undefined)) continue;
      const { parameters, type } = this.#instance(candidate);
      if (!this.#known.assignAll(given, parameters)) continue;
      found.push(candidate);
      const own = this.#known.apply(type, 'stay');
      if (result === undefined) result = own;
      else if (result.kind !== 'dyn' && !types.sameType(own, result)) result = types.DYN;
    }
    if (result === undefined) return this.#noOverload(expr, given);
    this.#overloads.set(expr.id, found);
    return result;
  }

  #logical(expr: CallExpr, declared: readonly Overload[], given: readonly CelType[]): CelType {
    let sound = true;
    for (const [index, arg] of expr.args.entries()) {
      const type = given[index] ?? types.ERROR;
      if (this.#known.assign(type, types.BOOL)) continue;
      this.#mismatch(arg, types.BOOL, type);
      sound = false;
    }
    this.#overloads.set(expr.id, declared);
    return sound ? types.BOOL : types.ERROR;
  }

  /** An overload with type parameters of its own. */
  #instance({ parameters, result }: Overload): { readonly parameters: readonly CelType[]; readonly type: CelType } {
    const fresh = new Map<string, CelType>();
    const rename = (type: CelType): CelType => {
      if (type.kind === 'parameter') {
        const own = fresh.get(type.name) ?? this.#newParameter();
        fresh.set(type.name, own);
        return own;
      }
      return type.parameters.length === 0 ? type : { ...type, parameters: type.parameters.map(rename) };
    };
    return { parameters: parameters.map(rename), type: rename(result) };
  }

  #newParameter(): CelType {
    return types.parameter(`_var${this.#variables++}`);
  }

  #noOverload(expr: CallExpr, given: readonly CelType[]): CelType {
    const shown = given.map((type) => types.showType(this.#known.apply(type, 'dyn')));
    const [target, ...args] = shown;
    const signature = expr.target === undefined ? `(${shown.join(', ')})` : `${target ?? ''}.(${args.join(', ')})`;
    return this.#fail(expr, `found no matching overload for '${expr.name}' applied to '${signature}'`);
  }

  #list(expr: ListExpr): CelType {
    let joined: CelType | undefined;
    expr.elements.forEach((element, index) => {
      const own = this.check(element);
      const type = expr.optional.has(index) ? this.#unwrapped(element, own) : own;
      joined = this.#join(joined, type);
    });
    return types.listOf(joined ?? this.#newParameter());
  }

  #map(expr: MapExpr): CelType {
    let [keys, values]: (CelType | undefined)[] = [];
    for (const { key, value, optional } of expr.entries) {
      keys = this.#join(keys, this.check(key));
      const own = this.check(value);
      values = this.#join(values, optional ? this.#unwrapped(value, own) : own);
    }
    return types.mapOf(keys ?? this.#newParameter(), values ?? this.#newParameter());
  }

  /** What is in an optional element. */
  #unwrapped(expr: Expr, type: CelType): CelType {
    if (!types.isOptional(type) && type.kind !== 'dyn') this.#mismatch(expr, types.optionalOf(type), type);
    return types.withoutOptional(type);
  }

  /** The one type of all elements: they may not be mixed. */
  #join(before: CelType | undefined, type: CelType): CelType {
    if (before === undefined) return type;
    if (this.#known.assign(before, type)) return mostGeneral(before, type);
    // What is mixed is refused later, but in a call of `format`.
    return types.DYN;
  }

  #fold(expr: FoldExpr): CelType {
    const range = this.#known.apply(this.check(expr.range), 'stay');
    const accumulated = this.check(expr.initial);
    const [first, second] = this.#elements(expr, range);
    const loop = new Map([[expr.variable, first]]);
    if (expr.second !== undefined) loop.set(expr.second, second);
    this.#scopes.unshift(new Map([[expr.accumulator, accumulated]]));
    this.#scopes.unshift(loop);
    this.#assert(expr.condition, types.BOOL);
    this.#assert(expr.step, accumulated);
    this.#scopes.shift();
    const result = this.check(expr.result);
    this.#scopes.shift();
    return this.#known.apply(result, 'stay');
  }

  #assert(expr: Expr, wanted: CelType): void {
    const type = this.check(expr);
    if (!this.#known.assign(wanted, type)) this.#mismatch(expr, wanted, type);
  }

  /** The types of a fold's variables. */
  #elements(expr: FoldExpr, range: CelType): readonly [CelType, CelType] {
    if (range.kind === 'list') {
      const element = types.parameterAt(range, 0);
      return expr.second === undefined ? [element, element] : [types.INT, element];
    }
    if (range.kind === 'map') return [types.parameterAt(range, 0), types.parameterAt(range, 1)];
    if (range.kind === 'dyn' || range.kind === 'error' || range.kind === 'parameter') {
      this.#known.assign(types.DYN, range);
      return [types.DYN, types.DYN];
    }
    const shown = types.showType(range);
    this.#fail(
      expr.range,
      `expression of type '${shown}' cannot be range of a comprehension (must be list, map, or dynamic)`,
    );
    return [types.ERROR, types.ERROR];
  }
}

/** Functions for authorization: they are declared, but rules of custom resources have nothing to call them with. */
const UNUSABLE: ReadonlySet<string> = new Set(
  (
    'path serviceAccount group resource subresource namespace name check allowed reason error errored fieldSelector ' +
    'labelSelector'
  ).split(' '),
);

const LITERALS = {
  bool: types.BOOL,
  int: types.INT,
  uint: types.UINT,
  double: types.DOUBLE,
  string: types.STRING,
  bytes: types.BYTES,
  null: types.NULL,
} as const;

/** `a.b.c`, where an expression is nothing else. */
export function qualifiedName(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name;
  if (expr.kind !== 'select' || expr.testOnly) return undefined;
  const prefix = qualifiedName(expr.operand);
  return prefix === undefined ? undefined : `${prefix}.${expr.field}`;
}
