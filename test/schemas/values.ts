import * as fc from 'fast-check';
import type * as z from 'zod';
import { checksOf, defOf, isZodSchema, mayBeAbsent, patternOf, valuesOf, type Check } from '../../runtime/crd/zod.ts';
import { examplesOf } from './formats.ts';

type Values = fc.Arbitrary<unknown>;

/** Of so many values one is of any type instead of what the schema asks for; and one key more or less. */
const RIGHT = 16;

/** What people write in the wrong place. */
const STRAYS: Values = fc.constantFrom<unknown>(
  '',
  'x',
  '1',
  'true',
  0,
  1,
  -1,
  1.5,
  1e21,
  true,
  false,
  null,
  [],
  ['x'],
  [null],
  {},
  { x: 1 },
);

const FREE: Values = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom<unknown>(null, true, 0, -1.5, 9007199254740991, '', 'text', '😀'),
    fc.array(tie('any'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'kind', 'x-y'), tie('any'), { maxKeys: 2 }),
  ),
})).any;

/** Values for a schema: most of them right or at a bound, some a step beyond it, some of another type. Nothing is asked of the CRD. */
export function valuesFor(schema: z.core.$ZodType): Values {
  return fc.oneof({ weight: RIGHT, arbitrary: rightFor(schema) }, { weight: 1, arbitrary: STRAYS });
}

function rightFor(schema: z.core.$ZodType): Values {
  if (!isZodSchema(schema)) return STRAYS;
  const def = defOf(schema);
  if (def.type === 'string') return texts(checksOf(schema));
  if (def.type === 'template_literal') return near(fc.stringMatching(plainOf(patternOf(schema) ?? /^/)));
  if (def.type === 'number') return numbers(checksOf(schema));
  if (def.type === 'boolean') return fc.boolean();
  if (def.type === 'null') return fc.constant(null);
  if (def.type === 'enum' || def.type === 'literal') return listed(valuesOf(schema) ?? []);
  if (def.type === 'array') return lists(valuesFor(def.element), checksOf(schema));
  if (def.type === 'object')
    return objects(Object.entries(def.shape), isZodSchema(def.catchall) && defOf(def.catchall).type !== 'never');
  if (def.type === 'record') {
    const keys = valuesOf(def.keyType)?.map(String);
    if (keys)
      return objects(
        keys.map((key) => [key, def.valueType]),
        false,
      );
    return fc.dictionary(fc.constantFrom('a', 'b.c/d', 'E', ''), valuesFor(def.valueType), { maxKeys: 3 });
  }
  if (def.type === 'union') {
    const each = def.options.map((option) => rightFor(option));
    return fc.oneof(...each, ...('discriminator' in def ? [mixed(def.options)] : []));
  }
  if (def.type === 'intersection')
    return fc
      .tuple(rightFor(def.left), rightFor(def.right))
      .map(([left, right]) => Object.assign({}, asKeys(left), asKeys(right)));
  if (def.type === 'nullable') {
    const inner = { weight: 3, arbitrary: rightFor(def.innerType) };
    return fc.oneof(inner, { weight: 1, arbitrary: fc.constant(null) });
  }
  if (def.type === 'lazy') return rightFor(def.getter());
  return 'innerType' in def ? rightFor(def.innerType) : FREE;
}

/** The values of an enum, and a few that are none. */
function listed(values: readonly unknown[]): Values {
  return fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...values) },
    { weight: 1, arbitrary: fc.constantFrom<unknown>('', 'A', 'x ', 200.5) },
  );
}

/** All forms of a union at once: one's keys beside another's. */
function mixed(options: readonly z.core.$ZodType[]): Values {
  return fc
    .tuple(...options.map((option) => rightFor(option)))
    .map((forms) => Object.assign({}, ...forms.map((form) => asKeys(form))) as object);
}

const asKeys = (value: unknown): object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

/** Keys that may be absent are in every other object; others in all but a few. */
function objects(entries: readonly (readonly [string, z.core.$ZodType])[], isLoose: boolean): Values {
  const parts = entries.map(([key, schema]) => {
    const isOptional = mayBeAbsent(schema);
    return fc
      .tuple(valuesFor(schema), fc.nat({ max: isOptional ? 1 : 3 * RIGHT }))
      .map(([value, dice]): readonly (readonly [string, unknown])[] => (dice === 0 ? [] : [[key, value]]));
  });
  const surplus = fc.oneof(
    { weight: isLoose ? 2 : RIGHT, arbitrary: fc.constant<readonly (readonly [string, unknown])[]>([]) },
    { weight: 1, arbitrary: FREE.map((value) => [['surplus', value]] as const) },
  );
  return fc.tuple(surplus, ...parts).map((found) => Object.fromEntries(found.flat()));
}

function lists(items: Values, checks: readonly Check[]): Values {
  const { least, most } = lengths(checks);
  const lengthsNear = around([least, Math.min(most, least + 3)]);
  const ofLength = lengthsNear.chain((length) => fc.array(items, { minLength: length, maxLength: length }));
  return fc.oneof(
    { weight: 8, arbitrary: ofLength },
    // The same item twice, for lists that are sets.
    { weight: 1, arbitrary: ofLength.map((list) => list.slice(0, 1).concat(list.slice(0, -1))) },
  );
}

function lengths(checks: readonly Check[]): { readonly least: number; readonly most: number } {
  return {
    least: Math.max(0, ...checks.map(({ minimum, length }) => length ?? minimum ?? 0)),
    most: Math.min(24, ...checks.map(({ maximum, length }) => length ?? maximum ?? Infinity)),
  };
}

/** Mostly the numbers themselves and what lies between, sometimes one off. */
function around([low, high]: readonly [number, number]): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: RIGHT, arbitrary: fc.integer({ min: low, max: Math.max(low, high) }) },
    { weight: 1, arbitrary: fc.constantFrom(Math.max(0, low - 1), high + 1) },
  );
}

/** Letters of one UTF-16 unit each: zod counts units, the server characters, which is a difference that is known. */
const LETTERS = fc.constantFrom('a', 'Z', '5', '-', '.', 'é', 'ß', '中', ' ');

function texts(checks: readonly Check[]): Values {
  const formats = checks.filter(({ kind }) => kind === 'string_format');
  const { least, most } = lengths(checks);
  const plain = around([least, Math.max(least, Math.min(most, least + 6))]).chain((length) =>
    fc.string({ unit: LETTERS, minLength: length, maxLength: length }),
  );
  if (formats.length === 0) return plain;
  const matching = formats.map((check) => ofFormat(check, plain));
  // What fits all patterns at once is found by putting one's text into another's.
  const together = fc.tuple(...matching.map((each) => each.map(String))).map((parts) => parts.join('m'));
  const fitting = formats.length === 1 ? fc.oneof(...matching) : fc.oneof(together, ...matching);
  const longest = Math.min(...checks.map(({ maximum, length }) => length ?? maximum ?? Infinity));
  const cut = fitting.map((text) =>
    typeof text === 'string' && text.length > longest ? text.slice(0, longest) : text,
  );
  const mostly = fc.oneof({ weight: 6, arbitrary: cut }, { weight: 1, arbitrary: plain });
  // The parser of browsers takes white space out of URLs, which is a difference that is known.
  return formats.some(({ format }) => format === 'url') ? mostly : near(mostly);
}

/** Texts of a format: what its pattern makes, beside what stands at its edges. zod's pattern of base64 names the letters only. */
function ofFormat(check: Check, plain: Values): Values {
  const examples = examplesOf(check);
  const isMade =
    check.pattern !== undefined && !/\\b|\\p|\(\?=/.test(check.pattern.source) && check.format !== 'base64';
  const made = isMade && check.pattern ? fc.stringMatching(plainOf(check.pattern)) : undefined;
  if (made === undefined || examples === undefined) return made ?? examples ?? plain;
  return fc.oneof({ weight: 8, arbitrary: made }, { weight: 1, arbitrary: examples });
}

/** Patterns as `stringMatching` takes them: without flags that it does not know, and with few repetitions. */
function plainOf({ source, flags }: RegExp): RegExp {
  return new RegExp(source, flags.replaceAll(/[^u]/g, ''));
}

/** Now and then with something changed: a character more, less, in the other case, or a line break behind it. */
function near(text: Values): Values {
  const changes: readonly ((text: string) => string)[] = [
    (is) => `${is}x`,
    (is) => ` ${is}`,
    (is) => `${is}\n`,
    (is) => is.slice(1),
    (is) => is.slice(0, -1),
    (is) => is.toUpperCase(),
    (is) => is.toLowerCase(),
    (is) => is.replace(/[-.:/ ]/, '_'),
    (is) => is.replace(/\d/, '9'),
    (is) => is.replaceAll(/\s/g, '\u00a0'),
    (is) => is.replace(/[a-z]/i, '\r'),
  ];
  return fc.oneof(
    { weight: 10, arbitrary: text },
    { weight: 1, arbitrary: fc.tuple(text, fc.constantFrom(...changes)).map(([is, change]) => change(String(is))) },
  );
}

/** Where numbers turn: of the schema, of 32 and 53 bits, of Go's 64. */
function numbers(checks: readonly Check[]): Values {
  const isWhole = checks.some(({ format }) => format?.includes('int') === true);
  const bounds = checks.flatMap(({ kind, value }) => (kind.endsWith('_than') && value !== undefined ? [value] : []));
  const steps = checks.flatMap(({ kind, value = 1 }) => (kind === 'multiple_of' ? [value] : []));
  const low = Math.max(-50, ...checks.flatMap(({ kind, value = 0 }) => (kind === 'greater_than' ? [value] : [])));
  const high = Math.min(low + 100, ...checks.flatMap(({ kind, value = 0 }) => (kind === 'less_than' ? [value] : [])));
  const inside = fc.integer({ min: Math.ceil(low), max: Math.max(Math.ceil(low), Math.floor(high)) });
  const known = fc.constantFrom(
    // zod takes great numbers for multiples that are nearly such.
    ...LIMITS.filter((limit) => steps.length === 0 || Math.abs(limit) < 2 ** 40),
    ...bounds.flatMap((bound) => [bound, bound - 1, bound + 1, bound - 0.5, bound + 0.001]),
  );
  return fc.oneof(
    { weight: 12, arbitrary: inside },
    { weight: 4, arbitrary: isWhole || bounds.length === 0 ? inside : fc.double({ min: low, max: high, noNaN: true }) },
    { weight: bounds.length > 0 ? 2 : 1, arbitrary: known },
    ...(steps.length > 0
      ? [
          {
            weight: 14,
            arbitrary: fc
              .tuple(
                fc.integer({ min: -30, max: 400 }),
                fc.constantFrom(
                  ...steps,
                  steps.reduce((a, b) => a * b, 1),
                ),
              )
              .map(([times, step]) => times * step),
          },
        ]
      : []),
  );
}

const LIMITS = [
  0,
  -0,
  0.1 + 0.2,
  -0.5,
  1e-7,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  -(2 ** 31) - 1,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53 - 1,
  2 ** 53,
  -(2 ** 53),
  2 ** 63,
  2 ** 64,
  1e21,
  3.4e38,
  3.5e38,
  1.7e308,
];
