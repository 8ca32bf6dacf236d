/**
 * Whether the rules in a definition's schema are sound, and cheap enough.
 * Source: apiextensions-apiserver/pkg/apis/apiextensions/validation (validation.go, cel_validation.go).
 */
import { product } from '../../cel/estimates.ts';
import { forbidden, invalid, notSupported, required, type FieldError } from '../field-error.ts';
import { followFieldPath } from '../field-path.ts';
import { GoStruct } from '../go-text.ts';
import { stringAt, type JsonObject } from '../json.ts';
import type { Schema } from '../schema.ts';
import { compileRules, type CompiledRule } from './compile-rules.ts';
import { declareType, MAX_REQUEST, type DeclaredType } from './declared-type.ts';
import { SELF_TYPE } from './rule-tree.ts';

/** What a rule may cost at most. */
const RULE_LIMIT = 10_000_000;
/** What all rules of a schema may. */
const SCHEMA_LIMIT = 100_000_000;
/** The most expensive rules are told. */
const TOLD = 4;

/** The costs of all rules of one schema. */
export class RuleBudget {
  /** Rules that were there before may cost what they cost, each by itself. */
  readonly isUnchanged: boolean;
  #total = 0;
  readonly #expensive: { readonly path: string; readonly cost: number }[] = [];

  constructor(isUnchanged: boolean) {
    this.isUnchanged = isUnchanged;
  }

  observe(path: string, cost: number): void {
    this.#total += cost;
    if (cost >= SCHEMA_LIMIT / 100) this.#expensive.push({ path, cost });
  }

  /** @param path of the schema. */
  checkTotal(path: string): FieldError[] {
    if (this.#total <= SCHEMA_LIMIT) return [];
    const detail = 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema';
    const told = this.#expensive.sort((a, b) => b.cost - a.cost).slice(0, TOLD);
    const what = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema';
    return [
      ...told.map((rule) => forbidden(rule.path, detail)),
      forbidden(path, tooExpensive(what, this.#total, SCHEMA_LIMIT)),
    ];
  }
}

/** Where in a schema rules are. */
export interface RuleContext {
  readonly budget: RuleBudget;
  /** How often a part of an object can be there; undefined: as often as the object's size allows. */
  readonly cardinality: number | undefined;
}

export const rootContext = (budget: RuleBudget): RuleContext => ({ budget, cardinality: 1 });

/** @param schema the one that the place is directly inside of. */
export function innerContext(schema: Schema, { budget, cardinality }: RuleContext): RuleContext {
  const most = mostElements(schema);
  const known = cardinality !== undefined && most !== undefined;
  return { budget, cardinality: known ? product(cardinality, most) : undefined };
}

function mostElements(schema: Schema): number | undefined {
  const limit = (most: number | undefined): number | undefined => (most === undefined ? undefined : Math.max(0, most));
  if (schema.type === 'array') return limit(schema.maxItems);
  const isMap = schema.type === 'object' && schema.additionalProperties !== undefined;
  return isMap ? limit(schema.maxProperties) : 1;
}

/** @param uncorrelated the place around this one whose parts have no former ones. */
export function checkCompiledRules(
  schema: Schema,
  path: string,
  isResource: boolean,
  context: RuleContext,
  uncorrelated: string | undefined,
): FieldError[] {
  const rules = schema['x-kubernetes-validations'] ?? [];
  if (rules.length === 0) return [];
  const at = `${path}.x-kubernetes-validations`;
  const declared = declareType(schema, isResource, SELF_TYPE);
  if (declared === undefined) {
    const detail =
      'failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations';
    const message = `Internal error: internal error: ${detail}`;
    return [{ reason: 'InternalError', type: 'Internal error', field: at, message }];
  }
  return compileRules(rules, schema, declared).flatMap((rule, index) =>
    checkCompiled(rule, declared, `${at}[${index}]`, context, uncorrelated),
  );
}

function checkCompiled(
  compiled: CompiledRule,
  declared: DeclaredType,
  path: string,
  { budget, cardinality }: RuleContext,
  uncorrelated: string | undefined,
): FieldError[] {
  const errors: FieldError[] = [];
  const times = cardinality ?? Math.floor(MAX_REQUEST / (declared.minSize + 1));
  const cost = product(compiled.maxCost, times);
  const check = (at: string, what: string, units: number): void => {
    if (units > RULE_LIMIT && !budget.isUnchanged) errors.push(forbidden(at, tooExpensive(what, units, RULE_LIMIT)));
    budget.observe(at, units);
  };
  check(`${path}.rule`, 'estimated rule cost', cost);
  const { rule } = compiled;
  if (compiled.problem !== undefined) errors.push(invalid(`${path}.rule`, shownRule(rule), compiled.problem));
  if (compiled.messageProblem !== undefined) {
    errors.push(invalid(`${path}.messageExpression`, shownRule(rule), compiled.messageProblem));
  } else if (compiled.message !== undefined) {
    check(`${path}.messageExpression`, 'estimated messageExpression cost', compiled.maxMessageCost);
  }
  if (compiled.usesOldSelf && uncorrelated !== undefined) {
    const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`;
    errors.push(invalid(`${path}.rule`, stringAt(rule, 'rule'), detail));
  } else if (!compiled.usesOldSelf && rule['optionalOldSelf'] !== undefined) {
    const detail = 'may not be set if oldSelf is not used in rule';
    errors.push(invalid(`${path}.optionalOldSelf`, rule['optionalOldSelf'], detail));
  }
  return errors;
}

function tooExpensive(what: string, cost: number, limit: number): string {
  const factor = cost / limit;
  const told = factor > 100 ? 'more than 100x' : `${factor.toFixed(factor < 1.5 ? 6 : 1)}x`;
  return `${what} exceeds budget by factor of ${told} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}

/** A rule as messages show it: Go's internal type. */
function shownRule(rule: JsonObject): GoStruct {
  return new GoStruct({
    Rule: stringAt(rule, 'rule'),
    Message: stringAt(rule, 'message'),
    MessageExpression: stringAt(rule, 'messageExpression'),
    Reason: rule['reason'] ?? null,
    FieldPath: stringAt(rule, 'fieldPath'),
    OptionalOldSelf: rule['optionalOldSelf'] ?? null,
  });
}

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

const hasLineBreaks = (text: string): boolean => /[\n\r]/.test(text);

/** What a rule says beside its expressions. */
export function checkRule(schema: Schema, rule: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const [expression, message] = [stringAt(rule, 'rule').trim(), stringAt(rule, 'message')];
  if (expression === '') errors.push(required(`${path}.rule`, 'rule is not specified'));
  else if (message !== '' && message.trim() === '') {
    errors.push(invalid(`${path}.message`, message, 'must be non-empty if specified'));
  } else if (hasLineBreaks(message.trim())) {
    errors.push(invalid(`${path}.message`, message, 'must not contain line breaks'));
  } else if (hasLineBreaks(expression) && message.trim() === '') {
    errors.push(required(`${path}.message`, 'message must be specified if rule contains line breaks'));
  }
  const dynamic = stringAt(rule, 'messageExpression');
  if (dynamic !== '' && dynamic.trim() === '') {
    errors.push(required(`${path}.messageExpression`, 'messageExpression must be non-empty if specified'));
  }
  const { reason } = rule;
  if (reason !== undefined && (typeof reason !== 'string' || !REASONS.includes(reason))) {
    errors.push(notSupported(`${path}.reason`, reason, REASONS));
  }
  const fieldPath = stringAt(rule, 'fieldPath');
  if (fieldPath === '') return errors;
  const wrong = (detail: string): number => errors.push(invalid(`${path}.fieldPath`, fieldPath, detail));
  if (fieldPath.trim() === '') wrong('must be non-empty if specified');
  if (hasLineBreaks(fieldPath)) wrong('must not contain line breaks');
  if ('problem' in followFieldPath(schema, fieldPath, true)) wrong('must be a valid path');
  return errors;
}
