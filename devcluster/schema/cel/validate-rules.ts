/** What the rules of a schema say of an object. Source: apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go. */
import { COST_EXCEEDED } from '../../cel/runtime-cost.ts';
import { EvaluationError, Optional, type Value } from '../../cel/values.ts';
import { correlateItem, correlateMember, unchanged, type Correlation } from '../correlation.ts';
import { duplicate, forbidden, invalid, required, ROOT, type FieldError } from '../field-error.ts';
import { isArray, isObject, stringAt } from '../json.ts';
import type { Schema } from '../schema.ts';
import { withObjectMeta } from './declared-type.ts';
import { toValue } from './resource-values.ts';
import { ruleTree, type RuleNode } from './rule-tree.ts';
import type { CompiledRule } from './compile-rules.ts';

/** What all rules together may cost for one object. */
const BUDGET = 10_000_000;
const LONGEST_MESSAGE = 5 * 1024;

export interface RuleResults {
  readonly errors: readonly FieldError[];
  /** What is wrong with parts that did not change. */
  readonly warnings: readonly string[];
}

const NOTHING: RuleResults = { errors: [], warnings: [] };

/** @param old the object as it is stored; undefined for a new one. */
export function validateRules(schema: Schema, value: unknown, old: unknown): RuleResults {
  const tree = ruleTree(schema);
  if (tree === undefined) return NOTHING;
  const correlation = old === undefined ? undefined : { schema, value, old };
  return new RuleWalk().run(tree, '', value, old, correlation);
}

/**
 * What the rules of a part of a schema say of its default: as a new value, and as one that was there before.
 * @param path of the default.
 */
export function validateRulesOfDefault(schema: Schema, path: string, isResource: boolean): readonly FieldError[] {
  const tree = ruleTree(schema, isResource);
  if (tree === undefined) return [];
  const value = schema.default;
  const kept = new RuleWalk().run(tree, path, value, value, undefined).errors;
  return kept.length > 0 ? kept : new RuleWalk().run(tree, path, value, undefined, undefined).errors;
}

/** The former value of a place, or of the nearest place around it that has one. */
interface Ratchet {
  readonly current: Correlation | undefined;
  readonly nearest: Correlation | undefined;
}

const NO_RATCHET: Ratchet = { current: undefined, nearest: undefined };

class RuleWalk {
  readonly #errors: FieldError[] = [];
  readonly #warnings: string[] = [];
  #budget = BUDGET;
  #isOver = false;

  run(node: RuleNode, path: string, value: unknown, old: unknown, correlation: Correlation | undefined): RuleResults {
    this.#visit(node, path, value, old, { current: correlation, nearest: undefined });
    return { errors: this.#errors, warnings: this.#warnings };
  }

  #visit(node: RuleNode, path: string, value: unknown, old: unknown, ratchet: Ratchet): void {
    if (value === null || value === undefined || this.#isOver) return;
    this.#check(node, path, value, old, ratchet);
    for (const part of node.allOf) {
      if (!this.#isOver) this.#visit(part, path, value, old, { current: undefined, nearest: ratchet.nearest });
    }
    if (this.#isOver) return;
    if (isArray(value)) this.#visitItems(node, path, value, old, ratchet);
    else if (isObject(value)) this.#visitMembers(node, path, value, isObject(old) ? old : {}, ratchet);
  }

  #visitItems(node: RuleNode, path: string, value: unknown[], old: unknown, ratchet: Ratchet): void {
    if (node.items === undefined) return;
    const former = { schema: node.schema, value, old };
    for (const [index, item] of value.entries()) {
      const next = step(ratchet, (current) => correlateItem(current, index));
      this.#visit(node.items, `${path}[${index}]`, item, correlateItem(former, index)?.old, next);
    }
  }

  #visitMembers(
    node: RuleNode,
    path: string,
    value: Readonly<Record<string, unknown>>,
    old: Readonly<Record<string, unknown>>,
    ratchet: Ratchet,
  ): void {
    const former = (name: string): unknown => (Object.hasOwn(old, name) ? old[name] : undefined);
    const next = (name: string): Ratchet => {
      const isType = ratchet.nearest === undefined && (name === 'apiVersion' || name === 'kind');
      return isType && ratchet.current !== undefined
        ? NO_RATCHET
        : step(ratchet, (current) => correlateMember(current, name));
    };
    for (const [name, member] of Object.entries(value)) {
      if (node.additional !== undefined) {
        this.#visit(node.additional, `${path}[${name}]`, member, former(name), next(name));
      }
    }
    for (const [name, member] of Object.entries(value)) {
      const property = node.properties.get(name);
      if (property === undefined) continue;
      this.#visit(property, path === '' ? name : `${path}.${name}`, member, former(name), next(name));
    }
  }

  /** The rules of one place. */
  #check(node: RuleNode, path: string, value: unknown, old: unknown, ratchet: Ratchet): void {
    if (node.rules.length === 0) return;
    const type = node.schema.type ?? '';
    const tell = (detail: string): void => void this.#errors.push(invalid(path === '' ? ROOT : path, type, detail));
    if (this.#budget <= 0) {
      tell(OUT_OF_BUDGET);
      this.#isOver = true;
      return;
    }
    const schema = node.isResource ? withObjectMeta(node.schema) : node.schema;
    const self = attempt(() => toValue(value, schema));
    const former = old === undefined || old === null ? undefined : attempt(() => toValue(old, schema));
    for (const rule of node.rules) {
      if (this.#isOver) return;
      if (rule.problem !== undefined) tell(`rule compile error: ${rule.problem}`);
      if (rule.program === undefined) continue;
      if (rule.usesOldSelf && former === undefined && !rule.optionalOldSelf) continue;
      const variables = variablesOf(rule, self, former);
      if (variables instanceof EvaluationError) tell(`${variables.message} evaluating rule: ${nameOf(rule)}`);
      else this.#evaluate({ rule, path, value, type, ratchet, variables, tell });
    }
  }

  #evaluate(place: Place): void {
    const { rule, variables, tell } = place;
    const evaluation = rule.program?.evaluate(variables);
    if (evaluation === undefined) return;
    if (evaluation.cost > this.#budget) {
      tell(OUT_OF_BUDGET);
      this.#isOver = true;
      return;
    }
    this.#budget -= evaluation.cost;
    if (evaluation.value === true) return;
    if (evaluation.value instanceof EvaluationError) {
      const { message } = evaluation.value;
      if (message.startsWith('no such overload')) {
        const detail = 'call arguments did not match a supported operator, function or macro signature for rule';
        tell(`'${message}': ${detail}: ${nameOf(rule)}`);
      } else if (message.startsWith(COST_EXCEEDED)) {
        const detail = 'no further validation rules will be run due to call cost exceeds limit for rule';
        tell(`'${message}': ${detail}: ${nameOf(rule)}`);
        this.#isOver = true;
      } else tell(`${message} evaluating rule: ${nameOf(rule)}`);
      return;
    }
    this.#refuse(place);
  }

  /** Tells that a rule does not hold. */
  #refuse({ rule, path, value, type, ratchet, variables }: Place): void {
    const field = [path, rule.fieldPath].filter((part) => part !== '').join('.');
    const at = field === '' ? ROOT : field;
    const told = this.#message(rule, variables);
    const problem = told.isFatal ? invalid(at, type, told.detail) : failure(rule, at, value, type, told.detail);
    if (told.isFatal) this.#isOver = true;
    if (!rule.usesOldSelf && isForgiven(ratchet)) this.#warnings.push(`${problem.field}: ${problem.message}`);
    else this.#errors.push(problem);
  }

  #message(
    rule: CompiledRule,
    variables: ReadonlyMap<string, Value>,
  ): { readonly detail: string; readonly isFatal: boolean } {
    const otherwise = { detail: defaultMessage(rule), isFatal: false };
    if (rule.message === undefined) return otherwise;
    const { value, cost } = rule.message.evaluate(variables);
    if (cost > this.#budget) {
      const detail =
        'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run';
      return { detail, isFatal: true };
    }
    if (value instanceof EvaluationError && value.message.startsWith(COST_EXCEEDED)) {
      const source = JSON.stringify(stringAt(rule.rule, 'messageExpression'));
      const detail = `no further validation rules will be run due to call cost exceeds limit for messageExpression: ${source}`;
      return { detail, isFatal: true };
    }
    this.#budget -= cost;
    const text = typeof value === 'string' ? value.trim() : '';
    const isSound = text !== '' && !text.includes('\n') && Buffer.byteLength(text) <= LONGEST_MESSAGE;
    return isSound ? { detail: text, isFatal: false } : otherwise;
  }
}

interface Place {
  readonly rule: CompiledRule;
  readonly path: string;
  readonly value: unknown;
  readonly type: string;
  readonly ratchet: Ratchet;
  readonly variables: ReadonlyMap<string, Value>;
  readonly tell: (detail: string) => void;
}

const OUT_OF_BUDGET = 'validation failed due to running out of cost budget, no further validation rules will be run';

function step(ratchet: Ratchet, next: (current: Correlation) => Correlation | undefined): Ratchet {
  return ratchet.current === undefined ? ratchet : { current: next(ratchet.current), nearest: ratchet.current };
}

/** Whether nothing has changed that an error could come from. */
function isForgiven({ current, nearest }: Ratchet): boolean {
  const known = current ?? nearest;
  return known !== undefined && unchanged(known);
}

function attempt(make: () => Value): Value | EvaluationError {
  try {
    return make();
  } catch (error) {
    if (error instanceof EvaluationError) return error;
    throw error;
  }
}

function variablesOf(
  rule: CompiledRule,
  self: Value | EvaluationError,
  former: Value | EvaluationError | undefined,
): ReadonlyMap<string, Value> | EvaluationError {
  if (self instanceof EvaluationError) return self;
  if (!rule.usesOldSelf) return new Map([['self', self]]);
  if (former instanceof EvaluationError) return former;
  const oldSelf = rule.optionalOldSelf ? new Optional(former) : former;
  return new Map<string, Value>([['self', self], ...(oldSelf === undefined ? [] : [['oldSelf', oldSelf] as const])]);
}

/** How errors name a rule. */
function nameOf({ rule }: CompiledRule): string {
  const message = stringAt(rule, 'message');
  return (message === '' ? stringAt(rule, 'rule') : message).trim();
}

function defaultMessage(rule: CompiledRule): string {
  const message = stringAt(rule.rule, 'message');
  return message === '' ? `failed rule: ${nameOf(rule)}` : message.trim();
}

function failure({ rule }: CompiledRule, at: string, value: unknown, type: string, detail: string): FieldError {
  // Objects and lists are not shown.
  const shown = type === 'object' || type === 'array';
  switch (rule['reason']) {
    case 'FieldValueForbidden':
      return forbidden(at, detail);
    case 'FieldValueRequired':
      return required(at, detail);
    case 'FieldValueDuplicate':
      return shown ? { ...duplicate(at, ''), message: 'Duplicate value' } : duplicate(at, value);
    default:
      return shown ? { ...invalid(at, '', ''), message: `Invalid value: ${detail}` } : invalid(at, value, detail);
  }
}
