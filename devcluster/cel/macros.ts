/** Macros: what `list.all(x, …)` and the like stand for. Sources: cel-go/parser/macro.go, ext/comprehensions.go, cel/library.go. */
import { CompileError } from './issues.ts';
import {
  ACCUMULATOR,
  type Expr,
  type FoldExpr,
  type IdentExpr,
  type Literal,
  type NodeFactory,
} from './syntax-tree.ts';

export interface MacroCall {
  readonly name: string;
  readonly target: Expr | undefined;
  readonly args: readonly Expr[];
  /** Of the call. */
  readonly position: number;
  readonly nodes: NodeFactory;
}

/** The expression that a call stands for; undefined for one that is no macro. */
export function expandMacro(call: MacroCall): Expr | undefined {
  const { name, target, args } = call;
  if (target === undefined) return name === 'has' && args.length === 1 ? has(call) : undefined;
  return MACROS.get(`${name} ${args.length}`)?.(call, target);
}

type Expansion = (call: MacroCall, target: Expr) => Expr;

const MACROS: ReadonlyMap<string, Expansion> = new Map<string, Expansion>([
  ['all 2', (call, range) => quantifier(call, range, 'all')],
  ['all 3', (call, range) => quantifier(call, range, 'all')],
  ['exists 2', (call, range) => quantifier(call, range, 'exists')],
  ['exists 3', (call, range) => quantifier(call, range, 'exists')],
  ['exists_one 2', exactlyOne],
  ['exists_one 3', exactlyOne],
  ['existsOne 3', exactlyOne],
  ['map 2', map],
  ['map 3', map],
  ['filter 2', filter],
  ['transformList 3', transformList],
  ['transformList 4', transformList],
  ['transformMap 3', transformMap],
  ['transformMap 4', transformMap],
  ['transformMapEntry 3', transformMap],
  ['transformMapEntry 4', transformMap],
  ['optMap 2', (call, target) => optionalMap(call, target)],
  ['optFlatMap 2', (call, target) => optionalMap(call, target)],
  ['sortBy 2', sortBy],
]);

function has({ args: [arg], position, nodes }: MacroCall): Expr {
  if (arg?.kind !== 'select') throw fail(arg?.position ?? position, 'invalid argument to has() macro');
  return { ...arg, id: nodes.next(), position, testOnly: true };
}

function quantifier(call: MacroCall, range: Expr, kind: 'all' | 'exists'): Expr {
  const { position, nodes } = call;
  const { variables, rest } = variablesOf(call, call.args.length - 1, 'argument must be a simple name');
  const accumulator = nodes.ident(position, ACCUMULATOR);
  const goesOn = kind === 'all' ? accumulator : nodes.call(position, '!_', [accumulator]);
  const predicate = argument(rest, 0);
  return nodes.fold(position, {
    range,
    ...variables,
    accumulator: ACCUMULATOR,
    initial: literal(call, { type: 'bool', value: kind === 'all' }),
    condition: nodes.call(position, '@not_strictly_false', [goesOn]),
    step: nodes.call(position, kind === 'all' ? '_&&_' : '_||_', [nodes.ident(position, ACCUMULATOR), predicate]),
    result: nodes.ident(position, ACCUMULATOR),
  });
}

function exactlyOne(call: MacroCall, range: Expr): Expr {
  const { position, nodes } = call;
  const { variables, rest } = variablesOf(call, call.args.length - 1, 'argument must be a simple name');
  const one = (): Expr => literal(call, { type: 'int', value: 1n });
  const count = (): IdentExpr => nodes.ident(position, ACCUMULATOR);
  return nodes.fold(position, {
    range,
    ...variables,
    accumulator: ACCUMULATOR,
    initial: literal(call, { type: 'int', value: 0n }),
    condition: always(call),
    step: nodes.call(position, '_?_:_', [argument(rest, 0), nodes.call(position, '_+_', [count(), one()]), count()]),
    result: nodes.call(position, '_==_', [count(), one()]),
  });
}

function map(call: MacroCall, range: Expr): Expr {
  const { variables, rest } = variablesOf(call, 1, 'argument is not an identifier');
  const [transform, predicate] = rest.length === 2 ? [argument(rest, 1), rest[0]] : [argument(rest, 0), undefined];
  return collect(call, range, variables, transform, predicate);
}

function filter(call: MacroCall, range: Expr): Expr {
  const { variables, rest } = variablesOf(call, 1, 'argument is not an identifier');
  return collect(call, range, variables, argument(call.args, 0), argument(rest, 0));
}

function transformList(call: MacroCall, range: Expr): Expr {
  const { variables, rest } = variablesOf(call, 2, 'argument must be a simple name');
  return collect(call, range, variables, argument(rest, rest.length - 1), rest.length === 2 ? rest[0] : undefined);
}

/** A list of what an expression is for each element that a predicate holds for. */
function collect(call: MacroCall, range: Expr, variables: Variables, element: Expr, predicate: Expr | undefined): Expr {
  const { position, nodes } = call;
  const longer = nodes.call(position, '_+_', [nodes.ident(position, ACCUMULATOR), nodes.list(position, [element])]);
  return foldInto(call, range, variables, nodes.list(position, []), longer, predicate);
}

const MAP_INSERT = 'cel.@mapInsert';

function transformMap(call: MacroCall, range: Expr): Expr {
  const { position, nodes } = call;
  const { variables, rest } = variablesOf(call, 2, 'argument must be a simple name');
  const transform = argument(rest, rest.length - 1);
  const accumulator = nodes.ident(position, ACCUMULATOR);
  const key = nodes.ident(position, variables.variable);
  const larger = call.name === 'transformMap' ? [accumulator, key, transform] : [accumulator, transform];
  const empty: Expr = { kind: 'map', id: nodes.next(), position, entries: [] };
  const step = nodes.call(position, MAP_INSERT, larger);
  return foldInto(call, range, variables, empty, step, rest.length === 2 ? rest[0] : undefined);
}

function foldInto(
  call: MacroCall,
  range: Expr,
  variables: Variables,
  initial: Expr,
  step: Expr,
  predicate: Expr | undefined,
): Expr {
  const { position, nodes } = call;
  const chosen =
    predicate === undefined
      ? step
      : nodes.call(position, '_?_:_', [predicate, step, nodes.ident(position, ACCUMULATOR)]);
  return nodes.fold(position, {
    range,
    ...variables,
    accumulator: ACCUMULATOR,
    initial,
    condition: always(call),
    step: chosen,
    result: nodes.ident(position, ACCUMULATOR),
  });
}

function optionalMap(call: MacroCall, target: Expr): Expr {
  const { position, nodes, args, name } = call;
  const variable = args[0];
  if (variable?.kind !== 'ident') {
    throw fail(variable?.position ?? position, `${name}() variable name must be a simple identifier`);
  }
  const value = nodes.call(position, 'value', [], nodes.copy(target));
  const bound = bind(call, variable.name, value, argument(args, 1));
  return nodes.call(position, '_?_:_', [
    nodes.call(position, 'hasValue', [], target),
    name === 'optMap' ? nodes.call(position, 'optional.of', [bound]) : bound,
    nodes.call(position, 'optional.none', []),
  ]);
}

const SORTED = '@__sortBy_input__';

function sortBy(call: MacroCall, target: Expr): Expr {
  const { position, nodes } = call;
  const { variables, rest } = variablesOf(
    call,
    1,
    'sortBy can only be applied to a list, identifier, comprehension, call or select expression',
  );
  const keys = collect(call, nodes.ident(position, SORTED), variables, argument(rest, 0), undefined);
  const sorted = nodes.call(position, '@sortByAssociatedKeys', [keys], nodes.ident(position, SORTED));
  return bind(call, SORTED, target, sorted);
}

/** A fold over nothing: an expression with one more variable. */
function bind(call: MacroCall, name: string, value: Expr, expr: Expr): FoldExpr {
  const { position, nodes } = call;
  return nodes.fold(position, {
    range: nodes.list(position, []),
    variable: '#unused',
    second: undefined,
    accumulator: name,
    initial: value,
    condition: literal(call, { type: 'bool', value: false }),
    step: nodes.ident(position, name),
    result: expr,
  });
}

interface Variables {
  readonly variable: string;
  readonly second: string | undefined;
}

function variablesOf(
  { args }: MacroCall,
  count: number,
  detail: string,
): { readonly variables: Variables; readonly rest: readonly Expr[] } {
  const names = args.slice(0, count).map((arg) => {
    if (arg.kind !== 'ident') throw fail(arg.position, detail);
    if (arg.name === ACCUMULATOR || arg.name === '__result__') {
      throw fail(arg.position, 'iteration variable overwrites accumulator variable');
    }
    return arg.name;
  });
  const [variable = '', second] = names;
  if (variable === second) throw fail(argument(args, 1).position, `duplicate variable name: ${variable}`);
  return { variables: { variable, second }, rest: args.slice(count) };
}

function argument(args: readonly Expr[], index: number): Expr {
  const arg = args[index];
  if (arg === undefined) throw new Error(`a macro without its argument ${index}`);
  return arg;
}

const literal = ({ nodes, position }: MacroCall, value: Literal): Expr => nodes.literal(position, value);
const always = (call: MacroCall): Expr => literal(call, { type: 'bool', value: true });

function fail(position: number, message: string): CompileError {
  return new CompileError([{ position, message }]);
}
