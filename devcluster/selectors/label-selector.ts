import { quote } from '../schema/go-text.ts';
import { isLabelValue, isQualifiedName } from '../schema/names.ts';

/** One condition on labels; all of a selector's must hold. Source: k8s.io/apimachinery/pkg/labels. */
interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

type Operator = 'in' | 'notin' | '=' | '==' | '!=' | 'gt' | 'lt' | 'exists' | '!';

export type Labels = Readonly<Record<string, string>> | undefined;

/** Undefined: matches everything. */
export type LabelSelector = ((labels: Labels) => boolean) | undefined;

/** Why a selector cannot be read, in the real server's words. */
export class SelectorSyntaxError extends Error {}

/** Reads `a=b,c in (d,e),!f`. Throws a {@link SelectorSyntaxError}. */
export function parseLabelSelector(text: string): LabelSelector {
  const requirements = new Parser(tokens(text)).requirements();
  if (requirements.length === 0) return undefined;
  return (labels) => requirements.every((requirement) => matches(requirement, labels));
}

function matches({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = labels && Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'in':
    case '=':
    case '==':
      return value !== undefined && values.includes(value);
    case 'notin':
    case '!=':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt':
    case 'lt': {
      if (value === undefined || !INTEGER.test(value)) return false;
      const [left, right] = [BigInt(value), BigInt(values[0] ?? '0')];
      return operator === 'gt' ? left > right : left < right;
    }
  }
}

const INTEGER = /^[+-]?\d+$/;

interface Token {
  readonly type: 'word' | 'symbol' | 'error' | 'end';
  readonly text: string;
}

const SYMBOLS = new Set(['!', '=', '==', '!=', '>', '<', '(', ')', ',']);
const OPERATORS: Readonly<Record<string, Operator>> = {
  in: 'in',
  notin: 'notin',
  '=': '=',
  '==': '==',
  '!=': '!=',
  '>': 'gt',
  '<': 'lt',
};

function tokens(text: string): Token[] {
  const found: Token[] = [];
  for (const [part] of text.matchAll(/[^\s=!(),<>]+|[=!(),<>]+/g)) {
    if (!/^[=!(),<>]/.test(part)) found.push({ type: 'word', text: part });
    else found.push(...symbols(part));
  }
  return [...found, { type: 'end', text: '' }];
}

/** The longest symbol first: `!==` is `!=` and `=`. */
function symbols(run: string): Token[] {
  const found: Token[] = [];
  for (let at = 0; at < run.length;) {
    const two = run.slice(at, at + 2);
    const symbol = SYMBOLS.has(two) ? two : run.charAt(at);
    found.push({ type: 'symbol', text: symbol });
    at += symbol.length;
  }
  return found;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(all: readonly Token[]) {
    this.#tokens = all;
  }

  requirements(): Requirement[] {
    const found: Requirement[] = [];
    while (this.#peek().type !== 'end') {
      const { type, text } = this.#peek();
      if (type !== 'word' && text !== '!') {
        throw new SelectorSyntaxError(`found '${text}', expected: !, identifier, or 'end of string'`);
      }
      found.push(this.#requirement());
      const next = this.#take();
      if (next.type === 'end') break;
      if (next.text !== ',') {
        throw new SelectorSyntaxError(`found '${next.text}', expected: ',' or 'end of string'`);
      }
      const after = this.#peek();
      if (after.type !== 'word' && after.text !== '!') {
        throw new SelectorSyntaxError(`found '${after.text}', expected: identifier after ','`);
      }
    }
    return found.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  }

  #requirement(): Requirement {
    try {
      const negated = this.#peek().text === '!' && this.#take() !== undefined;
      const key = this.#take();
      if (key.type !== 'word') throw new SelectorSyntaxError(`found '${key.text}', expected: identifier`);
      check('<nil>', key.text, isQualifiedName(key.text));
      if (negated) return { key: key.text, operator: '!', values: [] };
      const next = this.#peek();
      if (next.type === 'end' || next.text === ',') return { key: key.text, operator: 'exists', values: [] };
      const operator = this.#operator();
      const values = operator === 'in' || operator === 'notin' ? this.#values() : this.#exactValue();
      return checked({ key: key.text, operator, values: [...new Set(values)].sort() });
    } catch (error) {
      if (error instanceof SelectorSyntaxError) {
        throw new SelectorSyntaxError(`unable to parse requirement: ${error.message}`);
      }
      throw error;
    }
  }

  #operator(): Operator {
    const { text } = this.#take();
    const operator = Object.hasOwn(OPERATORS, text) ? OPERATORS[text] : undefined;
    if (!operator) throw new SelectorSyntaxError(`found '${text}', expected: in, notin, =, ==, !=, gt, lt`);
    return operator;
  }

  #values(): string[] {
    const open = this.#take();
    if (open.text !== '(') throw new SelectorSyntaxError(`found '${open.text}' expected: '('`);
    if (this.#peek().text === ')') {
      this.#take();
      return [''];
    }
    if (this.#peek().type !== 'word' && this.#peek().text !== ',') {
      throw new SelectorSyntaxError(`found '${this.#peek().text}', expected: ',', ')' or identifier`);
    }
    const values: string[] = [];
    for (;;) {
      const token = this.#take();
      if (token.type === 'word') {
        values.push(token.text);
        const next = this.#peek();
        if (next.text === ')') break;
        if (next.text !== ',') throw new SelectorSyntaxError(`found '${next.text}', expected: ',' or ')'`);
      } else if (token.text === ',') {
        if (values.length === 0) values.push('');
        const next = this.#peek().text;
        if (next === ')' || next === ',') values.push('');
        if (next === ')') break;
      } else {
        throw new SelectorSyntaxError(`found '${token.text}', expected: ',', or identifier`);
      }
    }
    this.#take();
    return values;
  }

  #exactValue(): string[] {
    const next = this.#peek();
    if (next.type === 'end' || next.text === ',') return [''];
    const { type, text } = this.#take();
    if (type !== 'word') throw new SelectorSyntaxError(`found '${text}', expected: identifier`);
    return [text];
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { type: 'end', text: '' };
  }

  #take(): Token {
    const token = this.#peek();
    this.#at++;
    return token;
  }
}

function checked(requirement: Requirement): Requirement {
  for (const [index, value] of requirement.values.entries()) {
    if (/^[gl]t$/.test(requirement.operator) && !INTEGER.test(value)) {
      check(`values[${index}]`, value, ["for 'Gt', 'Lt' operators, the value must be an integer"]);
    }
    check(`values[${index}][${requirement.key}]`, value, isLabelValue(value));
  }
  return requirement;
}

function check(field: string, value: string, problems: readonly string[]): void {
  if (problems.length > 0) {
    throw new SelectorSyntaxError(`${field}: Invalid value: ${quote(value)}: ${problems.join('; ')}`);
  }
}
