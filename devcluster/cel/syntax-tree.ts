/** The syntax tree of a CEL expression, macros expanded. */

interface Node {
  /** Unique in its expression: what the checker finds out is kept by it. */
  readonly id: number;
  /** Where in the text, in UTF-16 units. */
  readonly position: number;
}

export interface LiteralExpr extends Node {
  readonly kind: 'literal';
  readonly value: Literal;
}

export type Literal =
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'uint'; readonly value: bigint }
  | { readonly type: 'double'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'bytes'; readonly value: Uint8Array }
  | { readonly type: 'null' };

export interface IdentExpr extends Node {
  readonly kind: 'ident';
  name: string;
}

export interface SelectExpr extends Node {
  readonly kind: 'select';
  readonly operand: Expr;
  readonly field: string;
  /** `has(a.b)`. */
  readonly testOnly: boolean;
}

export interface CallExpr extends Node {
  readonly kind: 'call';
  /** The checker makes `a.b.c(x)` one name where such a function is declared. */
  name: string;
  target: Expr | undefined;
  readonly args: readonly Expr[];
}

export interface ListExpr extends Node {
  readonly kind: 'list';
  readonly elements: readonly Expr[];
  /** The indexes of elements written as `?e`. */
  readonly optional: ReadonlySet<number>;
}

export interface MapExpr extends Node {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
}

export interface MapEntry {
  readonly key: Expr;
  readonly value: Expr;
  readonly optional: boolean;
}

export interface StructExpr extends Node {
  readonly kind: 'struct';
  readonly typeName: string;
  readonly values: readonly Expr[];
}

/** What all macros over lists and maps become: a fold. */
export interface FoldExpr extends Node {
  readonly kind: 'fold';
  readonly range: Expr;
  readonly variable: string;
  /** The value of an entry, where `variable` is its key or index. */
  readonly second: string | undefined;
  readonly accumulator: string;
  readonly initial: Expr;
  readonly condition: Expr;
  readonly step: Expr;
  readonly result: Expr;
}

export type Expr = LiteralExpr | IdentExpr | SelectExpr | CallExpr | ListExpr | MapExpr | StructExpr | FoldExpr;

/** The name of the hidden variable in which folds collect. */
export const ACCUMULATOR = '@result';

/** The expressions directly inside of one. */
export function innerExpressions(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'select':
      return [expr.operand];
    case 'call':
      return expr.target === undefined ? expr.args : [expr.target, ...expr.args];
    case 'list':
      return expr.elements;
    case 'map':
      return expr.entries.flatMap(({ key, value }) => [key, value]);
    case 'struct':
      return expr.values;
    case 'fold':
      return [expr.range, expr.initial, expr.condition, expr.step, expr.result];
    case 'literal':
    case 'ident':
      return [];
  }
}

/** Makes nodes with ids of their own. */
export class NodeFactory {
  #last = 0;

  next(): number {
    return ++this.#last;
  }

  literal(position: number, value: Literal): LiteralExpr {
    return { kind: 'literal', id: this.next(), position, value };
  }

  ident(position: number, name: string): IdentExpr {
    return { kind: 'ident', id: this.next(), position, name };
  }

  call(position: number, name: string, args: readonly Expr[], target?: Expr): CallExpr {
    return { kind: 'call', id: this.next(), position, name, target, args };
  }

  list(position: number, elements: readonly Expr[], optional: ReadonlySet<number> = NONE): ListExpr {
    return { kind: 'list', id: this.next(), position, elements, optional };
  }

  fold(position: number, parts: Omit<FoldExpr, 'kind' | 'id' | 'position'>): FoldExpr {
    return { kind: 'fold', id: this.next(), position, ...parts };
  }

  /** The same expression once more, with other ids. */
  copy(expr: Expr): Expr {
    const id = this.next();
    switch (expr.kind) {
      case 'literal':
      case 'ident':
        return { ...expr, id };
      case 'select':
        return { ...expr, id, operand: this.copy(expr.operand) };
      case 'call': {
        const target = expr.target === undefined ? undefined : this.copy(expr.target);
        return { ...expr, id, target, args: expr.args.map((arg) => this.copy(arg)) };
      }
      case 'list':
        return { ...expr, id, elements: expr.elements.map((element) => this.copy(element)) };
      case 'map': {
        const copied = expr.entries.map((entry) => ({
          ...entry,
          key: this.copy(entry.key),
          value: this.copy(entry.value),
        }));
        return { ...expr, id, entries: copied };
      }
      case 'struct':
        return { ...expr, id, values: expr.values.map((value) => this.copy(value)) };
      case 'fold': {
        const { range, initial, condition, step, result } = expr;
        return {
          ...expr,
          id,
          range: this.copy(range),
          initial: this.copy(initial),
          condition: this.copy(condition),
          step: this.copy(step),
          result: this.copy(result),
        };
      }
    }
  }
}

const NONE: ReadonlySet<number> = new Set();
