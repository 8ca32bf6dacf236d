import type { LabelSelector } from './types.ts';

type Labels = Readonly<Record<string, string>> | undefined;

/** One requirement of a label selector, in a canonical form. `In` with one value is equality. */
export interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values: readonly string[];
}

const OPERATORS: readonly string[] = [
  'In',
  'NotIn',
  'Exists',
  'DoesNotExist',
] satisfies readonly Requirement['operator'][];

function isOperator(text: string): text is Requirement['operator'] {
  return OPERATORS.includes(text);
}

/** Throws a RangeError for what only looks like a selector to the compiler, and would match everything: text, a misspelt member. */
function checkShape(selector: unknown): void {
  if (!isObject(selector)) throw new RangeError('a selector is an object of matchLabels and matchExpressions');
  const { matchLabels, matchExpressions, ...others } = selector;
  const [other] = Object.keys(others);
  if (other !== undefined)
    throw new RangeError(`a selector has matchLabels and matchExpressions, and no ${JSON.stringify(other)}`);
  if (isGiven(matchLabels) && !(isObject(matchLabels) && Object.values(matchLabels).every(isText)))
    throw new RangeError('matchLabels is no object of texts');
  if (isGiven(matchExpressions) && !(Array.isArray(matchExpressions) && matchExpressions.every(isExpression)))
    throw new RangeError('matchExpressions is no list of { key, operator, values? }');
}

function isExpression(value: unknown): boolean {
  if (!isObject(value) || !isText(value['key'])) return false;
  const { values } = value;
  return !isGiven(values) || (Array.isArray(values) && values.every(isText));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** null is as good as absent, as in the API. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/**
 * The requirements of a `metav1.LabelSelector`, all of which must hold, sorted so that equal selectors give equal lists.
 * Throws a RangeError for what is none, an unknown operator, or values where none belong.
 */
export function requirementsOf(selector: LabelSelector): readonly Requirement[] {
  checkShape(selector);
  const requirements: Requirement[] = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({
    key,
    operator: 'In',
    values: [value],
  }));
  for (const { key, operator, values: given } of selector.matchExpressions ?? []) {
    const values = given ?? [];
    if (!isOperator(operator)) throw new RangeError(`${JSON.stringify(operator)} is not a selector operator`);
    const takesValues = operator === 'In' || operator === 'NotIn';
    if (takesValues !== values.length > 0) {
      throw new RangeError(`${key} ${operator} ${takesValues ? 'needs values' : 'takes no values'}`);
    }
    requirements.push({ key, operator, values: values.toSorted() });
  }
  return requirements.toSorted((a, b) => compare(formatRequirement(a), formatRequirement(b)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function formatRequirement({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'In':
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.join(',')})`;
    case 'NotIn':
      return `${key} notin (${values.join(',')})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
  }
}

/** As the query parameter `labelSelector` wants it; also the canonical name of a selector. '' for one that matches all. */
export function formatSelector(requirements: readonly Requirement[]): string {
  return requirements.map(formatRequirement).join(',');
}

/** Whether labels meet all requirements. A missing label meets `NotIn`, as in the API. */
export function matches(requirements: readonly Requirement[], labels: Labels): boolean {
  return requirements.every(({ key, operator, values }) => {
    const found = labels?.[key];
    // What all objects inherit, `constructor`, is no text.
    const value = typeof found === 'string' ? found : undefined;
    switch (operator) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
    }
  });
}
