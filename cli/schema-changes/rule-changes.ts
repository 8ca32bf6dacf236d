import { isFields, listAt, textAt, type Fields } from '../cluster/fields.ts';
import { MEND, warning, type SchemaChange } from './change.ts';

/** Rules for values that are new or tighter; what stands below `allOf` counts as if it stood beside it. */
export function ruleChanges(before: Fields, after: Fields, path: string): readonly SchemaChange[] {
  // Formats of numbers say how wide they are, which their bounds say too.
  const texts = after['type'] === 'string' ? ['pattern', 'format'] : ['pattern'];
  const said = [
    ...bounds(before, after),
    ...listed(before, after),
    ...texts.flatMap((key) =>
      news(all(before, key), all(after, key)).map((value) => `has a ${key} now, ${JSON.stringify(value)}`),
    ),
    ...news(all(before, 'multipleOf'), all(after, 'multipleOf'))
      .filter((divisor) => !all(before, 'multipleOf').some((known) => isMultiple(known, divisor)))
      .map((divisor) => `takes multiples of ${String(divisor)} only`),
    ...news(rulesIn(before), rulesIn(after)).map((rule) => `has a rule now, \`${String(rule)}\``),
    ...(after['x-kubernetes-embedded-resource'] === true && before['x-kubernetes-embedded-resource'] !== true
      ? ['is a whole resource now, with apiVersion and kind']
      : []),
  ];
  return said.map((what) => warning(path, `${what}: stored values that do not fit are invalid.`, MEND));
}

const LOWER = ['minimum', 'minLength', 'minItems', 'minProperties'] as const;
const UPPER = ['maximum', 'maxLength', 'maxItems', 'maxProperties'] as const;

function bounds(before: Fields, after: Fields): readonly string[] {
  return [
    ...LOWER.flatMap((key) => boundText(key, 1, before, after)),
    ...UPPER.flatMap((key) => boundText(key, -1, before, after)),
  ];
}

/** `sign`: 1 where a greater bound is tighter. */
function boundText(key: string, sign: 1 | -1, before: Fields, after: Fields): readonly string[] {
  const [was, is] = [tightest(before, key, sign), tightest(after, key, sign)];
  if (is === undefined) return [];
  const isTighter =
    was === undefined || sign * (is.bound - was.bound) > 0 || (is.bound === was.bound && is.isOpen && !was.isOpen);
  // What JavaScript can hold, which every integer has.
  const isNatural =
    Math.abs(is.bound) === Number.MAX_SAFE_INTEGER || (sign === 1 && key !== 'minimum' && is.bound <= 0);
  if (!isTighter || isNatural) return [];
  const old =
    was === undefined || Math.abs(was.bound) === Number.MAX_SAFE_INTEGER ? 'it had none' : `it was ${was.bound}`;
  return [`has ${is.isOpen ? 'the open ' : ''}${key} ${is.bound} (${old})`];
}

function tightest(
  schema: Fields,
  key: string,
  sign: 1 | -1,
): { readonly bound: number; readonly isOpen: boolean } | undefined {
  const openKey = `exclusive${key.charAt(0).toUpperCase()}${key.slice(1)}`;
  const found = parts(schema).flatMap((part) => {
    const bound = part[key];
    return typeof bound === 'number' ? [{ bound, isOpen: part[openKey] === true }] : [];
  });
  return found.toSorted((a, b) => sign * (b.bound - a.bound) || Number(b.isOpen) - Number(a.isOpen))[0];
}

function listed(before: Fields, after: Fields): readonly string[] {
  const [were, are] = [enumOf(before), enumOf(after)];
  if (are === undefined) return [];
  if (were === undefined) return [`takes listed values only, ${[...are].join(', ')}`];
  const gone = [...were].filter((value) => !are.has(value) && value !== 'null');
  return gone.length > 0 ? [`does not take ${gone.join(', ')} any more`] : [];
}

/** The values that all lists have, as JSON. */
function enumOf(schema: Fields): ReadonlySet<string> | undefined {
  const lists = parts(schema)
    .filter((part) => part['enum'] !== undefined)
    .map((part) => new Set(listAt(part, 'enum').map((value) => JSON.stringify(value))));
  return lists.length === 0 ? undefined : lists.reduce((left, right) => left.intersection(right));
}

const parts = (schema: Fields): readonly Fields[] => [
  schema,
  ...listAt(schema, 'allOf').filter((part) => isFields(part)),
];

const all = (schema: Fields, key: string): readonly unknown[] =>
  parts(schema).flatMap((part) => (part[key] === undefined ? [] : [part[key]]));

const news = (before: readonly unknown[], after: readonly unknown[]): readonly unknown[] =>
  after.filter((each) => !before.includes(each));

const rulesIn = (schema: Fields): readonly string[] =>
  listAt(schema, 'x-kubernetes-validations').map((rule) => textAt(rule, 'rule'));

const isMultiple = (known: unknown, divisor: unknown): boolean =>
  typeof known === 'number' && typeof divisor === 'number' && known % divisor === 0;
