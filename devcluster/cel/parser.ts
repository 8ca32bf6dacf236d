/** Text to syntax tree. Source: cel-go/parser; of several syntax errors in one expression the first is told. */
import { CompileError } from './issues.ts';
import { expandMacro } from './macros.ts';
import { innerExpressions, NodeFactory, type Expr, type MapEntry } from './syntax-tree.ts';
import { tokenize, unescapeText, type Token } from './tokens.ts';

/** How deep expressions may nest. */
const MAX_NESTING = 250;
const MAX_LENGTH = 100_000;

const RESERVED: ReadonlySet<string> = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);
const COMPARISONS: ReadonlySet<string> = new Set(['<', '<=', '>=', '>', '==', '!=', 'in']);
const PRODUCTS: ReadonlySet<string> = new Set(['*', '/', '%']);
const SUMS: ReadonlySet<string> = new Set(['+', '-']);
const OPENING: ReadonlySet<string> = new Set(['(', '[', '{', '!', 'true', 'false', 'null']);
const PRIMARIES =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

/** @returns the tree. Throws a {@link CompileError}. */
export function parse(source: string): Expr {
  const size = Array.from(source).length;
  if (size > MAX_LENGTH) {
    const message = `expression code point size exceeds limit: size: ${size}, limit ${MAX_LENGTH}`;
    throw new CompileError([{ position: 0, message }]);
  }
  const { tokens, issues } = tokenize(source);
  try {
    const expr = new Parser(tokens).parse();
    if (isDeeper(expr)) throw fail(-1, 'max recursion depth exceeded');
    if (issues.length === 0) return expr;
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    throw new CompileError([...issues, ...error.issues]);
  }
  throw new CompileError(issues);
}

/** Whether a tree has more levels than are allowed; without recursion, which it may be too deep for. */
function isDeeper(root: Expr): boolean {
  let level: readonly Expr[] = [root];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_NESTING) return true;
    level = level.flatMap(innerExpressions);
  }
  return false;
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #nodes = new NodeFactory();
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Expr {
    const expr = this.#expression();
    if (this.#next.type !== 'end') throw this.#unexpected('<EOF>');
    return expr;
  }

  get #next(): Token {
    return this.#tokens[this.#at] ?? { type: 'end', text: '<EOF>', position: 0 };
  }

  #is(sign: string): boolean {
    return this.#next.type === 'sign' && this.#next.text === sign;
  }

  #take(sign: string): Token | undefined {
    if (!this.#is(sign)) return undefined;
    const token = this.#next;
    this.#at++;
    return token;
  }

  #expect(sign: string): void {
    if (this.#take(sign) !== undefined) return;
    const { type, text, position } = this.#next;
    // One missing sign is told as such where the rest goes on well without it.
    const goesOn = sign !== ':' && (type === 'end' || (type === 'sign' && !OPENING.has(text)));
    throw goesOn ? fail(position, `Syntax error: missing '${sign}' at '${text}'`) : this.#unexpected(`'${sign}'`);
  }

  #unexpected(expected: string): CompileError {
    const { text, position } = this.#next;
    const isLast = this.#tokens[this.#at + 1]?.type === 'end';
    const what = expected === '<EOF>' && isLast ? 'extraneous' : 'mismatched';
    return fail(position, `Syntax error: ${what} input '${text}' expecting ${expected}`);
  }

  #expression(): Expr {
    if (++this.#depth > MAX_NESTING) {
      throw fail(-1, `expression recursion limit exceeded: ${MAX_NESTING}`);
    }
    const condition = this.#or();
    const mark = this.#take('?');
    let expr = condition;
    if (mark !== undefined) {
      const then = this.#or();
      this.#expect(':');
      expr = this.#nodes.call(mark.position, '_?_:_', [condition, then, this.#expression()]);
    }
    this.#depth--;
    return expr;
  }

  #or(): Expr {
    return this.#chain('||', () => this.#and());
  }

  #and(): Expr {
    return this.#chain('&&', () => this.#binary(COMPARISONS));
  }

  /** A chain of one operator, as a tree that is as flat as can be. */
  #chain(sign: string, operand: () => Expr): Expr {
    const terms = [operand()];
    const positions: number[] = [];
    for (let op = this.#take(sign); op !== undefined; op = this.#take(sign)) {
      positions.push(op.position);
      terms.push(operand());
    }
    const between = (first: number, last: number): Expr => {
      const term = terms[first];
      if (first === last && term !== undefined) return term;
      const middle = Math.floor((first + last) / 2);
      const args = [between(first, middle), between(middle + 1, last)];
      return this.#nodes.call(positions[middle] ?? -1, `_${sign}_`, args);
    };
    return between(0, terms.length - 1);
  }

  #binary(signs: ReadonlySet<string>): Expr {
    const operand = (): Expr => {
      if (signs === COMPARISONS) return this.#binary(SUMS);
      return signs === SUMS ? this.#binary(PRODUCTS) : this.#unary();
    };
    let left = operand();
    while (this.#next.type === 'sign' && signs.has(this.#next.text)) {
      const { text, position } = this.#next;
      this.#at++;
      left = this.#nodes.call(position, text === 'in' ? '@in' : `_${text}_`, [left, operand()]);
    }
    return left;
  }

  #unary(): Expr {
    const first = this.#next;
    if (!this.#is('!') && !this.#is('-')) return this.#member();
    const following = this.#tokens[this.#at + 1];
    const isNumber = following?.type === 'int' || following?.type === 'float';
    if (first.text === '-' && isNumber) return this.#member();
    let count = 0;
    while (this.#take(first.text) !== undefined) count++;
    const operand = this.#member();
    if (count % 2 === 0) return operand;
    return this.#nodes.call(first.position, first.text === '!' ? '!_' : '-_', [operand]);
  }

  #member(): Expr {
    let expr = this.#primary();
    for (;;) {
      const dot = this.#take('.');
      if (dot !== undefined) {
        expr = this.#selection(expr, dot);
        continue;
      }
      const bracket = this.#take('[');
      if (bracket === undefined) return expr;
      const optional = this.#take('?') !== undefined;
      const index = this.#expression();
      this.#expect(']');
      expr = this.#nodes.call(bracket.position, optional ? '_[?_]' : '_[_]', [expr, index]);
    }
  }

  #selection(operand: Expr, dot: Token): Expr {
    const optional = this.#take('?') !== undefined;
    const name = this.#next;
    const isQuoted = name.type === 'quotedIdent';
    if (name.type !== 'ident' && !isQuoted) throw this.#unexpected("{'?', IDENTIFIER, ESC_IDENTIFIER}");
    this.#at++;
    const field = isQuoted ? name.text.slice(1, -1) : name.text;
    const open = optional || isQuoted ? undefined : this.#take('(');
    if (open !== undefined) return this.#call(open, name.text, this.#arguments(')'), operand);
    if (!optional) {
      return {
        kind: 'select',
        id: this.#nodes.next(),
        position: dot.position,
        operand,
        field,
        testOnly: false,
      };
    }
    const named = this.#nodes.literal(name.position, { type: 'string', value: field });
    return this.#nodes.call(dot.position, '_?._', [operand, named]);
  }

  #call(open: Token, name: string, args: readonly Expr[], target?: Expr): Expr {
    const expanded = expandMacro({ name, target, args, position: open.position, nodes: this.#nodes });
    return expanded ?? this.#nodes.call(open.position, name, args, target);
  }

  #primary(): Expr {
    const token = this.#next;
    if (token.type === 'sign') return this.#signed(token);
    this.#at++;
    switch (token.type) {
      case 'ident':
        return this.#name(token, '');
      case 'string':
      case 'bytes':
        return this.#text(token);
      case 'int':
      case 'uint':
      case 'float':
        return this.#number(token, '');
      case 'quotedIdent':
      case 'end':
        this.#at--;
        throw this.#unexpected(PRIMARIES);
    }
  }

  #signed(token: Token): Expr {
    this.#at++;
    switch (token.text) {
      case '(': {
        const expr = this.#expression();
        this.#expect(')');
        return expr;
      }
      case '[':
        return this.#list(token);
      case '{':
        return this.#map(token);
      case 'true':
      case 'false':
        return this.#nodes.literal(token.position, { type: 'bool', value: token.text === 'true' });
      case 'null':
        return this.#nodes.literal(token.position, { type: 'null' });
      case '-': {
        const number = this.#next;
        this.#at++;
        return this.#number(number, '-', token.position);
      }
      case '.': {
        const name = this.#next;
        if (name.type === 'ident') {
          this.#at++;
          return this.#name(name, '.', token.position);
        }
      }
    }
    this.#at--;
    throw this.#unexpected(PRIMARIES);
  }

  #name(token: Token, prefix: string, position = token.position): Expr {
    const name = prefix + token.text;
    if (RESERVED.has(token.text)) throw fail(token.position, `reserved identifier: ${token.text}`);
    const open = this.#take('(');
    if (open !== undefined) return this.#call(open, name, this.#arguments(')'));
    const struct = this.#struct(name);
    return struct ?? this.#nodes.ident(position, name);
  }

  /** `a.b{field: value}`: there are no such types here, which the checker says. */
  #struct(first: string): Expr | undefined {
    let end = this.#at;
    let name = first;
    while (this.#tokens[end]?.text === '.' && this.#tokens[end + 1]?.type === 'ident') {
      name += `.${this.#tokens[end + 1]?.text ?? ''}`;
      end += 2;
    }
    const brace = this.#tokens[end];
    if (brace?.type !== 'sign' || brace.text !== '{') return undefined;
    this.#at = end + 1;
    const values: Expr[] = [];
    while (!this.#is('}')) {
      this.#take('?');
      if (this.#next.type !== 'ident') throw this.#unexpected("{'?', IDENTIFIER, ESC_IDENTIFIER}");
      this.#at++;
      this.#expect(':');
      values.push(this.#expression());
      if (this.#take(',') === undefined) break;
    }
    this.#expect('}');
    return { kind: 'struct', id: this.#nodes.next(), position: brace.position, typeName: name, values };
  }

  #arguments(end: string): Expr[] {
    const args: Expr[] = [];
    if (this.#take(end) !== undefined) return args;
    do args.push(this.#expression());
    while (this.#take(',') !== undefined);
    this.#expect(end);
    return args;
  }

  #list(open: Token): Expr {
    const elements: Expr[] = [];
    const optional = new Set<number>();
    while (!this.#is(']')) {
      if (this.#take('?') !== undefined) optional.add(elements.length);
      elements.push(this.#expression());
      if (this.#take(',') === undefined) break;
    }
    this.#expect(']');
    return this.#nodes.list(open.position, elements, optional);
  }

  #map(open: Token): Expr {
    const entries: MapEntry[] = [];
    while (!this.#is('}')) {
      const optional = this.#take('?') !== undefined;
      const key = this.#expression();
      this.#expect(':');
      entries.push({ key, value: this.#expression(), optional });
      if (this.#take(',') === undefined) break;
    }
    this.#expect('}');
    return { kind: 'map', id: this.#nodes.next(), position: open.position, entries };
  }

  #text(token: Token): Expr {
    const isBytes = token.type === 'bytes';
    const value = unescapeText(isBytes ? token.text.slice(1) : token.text, isBytes);
    if (typeof value === 'string') return this.#nodes.literal(token.position, { type: 'string', value });
    if (value !== undefined) return this.#nodes.literal(token.position, { type: 'bytes', value });
    const what = isBytes ? 'bytes' : 'string';
    throw fail(token.position, `invalid ${what} literal: ${token.text}`);
  }

  #number(token: Token, sign: string, position = token.position): Expr {
    if (token.type === 'float') {
      const value = Number(sign + token.text);
      if (!Number.isFinite(value)) throw fail(position, 'invalid double literal');
      return this.#nodes.literal(position, { type: 'double', value });
    }
    const digits = BigInt(token.text.replace(/[uU]$/, ''));
    const value = sign === '-' ? -digits : digits;
    const type = token.type === 'uint' ? 'uint' : 'int';
    const [least, most] = type === 'uint' ? [0n, 2n ** 64n - 1n] : [-(2n ** 63n), 2n ** 63n - 1n];
    if (value < least || value > most) throw fail(position, `invalid ${type} literal`);
    return this.#nodes.literal(position, { type, value });
  }
}

function fail(position: number, message: string): CompileError {
  return new CompileError([{ position, message }]);
}
