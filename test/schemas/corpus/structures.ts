import * as z from 'zod';

const port = z.object({ name: z.string().min(1).max(15), port: z.int().min(1).max(65_535) });
const shared = z.object({ a: z.string(), b: z.int().optional() }).meta({ id: 'Shared' });

/** Objects, maps, lists, unions and intersections. */
export const STRUCTURES = {
  empty: z.object({}),
  optionalOnly: z.object({ a: z.string().optional(), b: z.int().optional() }),
  nested: z.object({ a: z.object({ b: z.object({ c: z.object({ d: z.int().max(3), e: z.string().optional() }) }) }) }),
  oddKeys: z.object({
    'with.dot': z.string(),
    'with/slash': z.int().optional(),
    'with space': z.boolean().optional(),
    $dollar: z.string().optional(),
    default: z.string().optional(),
    type: z.string().optional(),
    items: z.array(z.string()).optional(),
    '': z.string().optional(),
  }),
  strict: z.strictObject({ a: z.string(), inner: z.strictObject({ b: z.int() }).optional() }),
  loose: z.looseObject({ a: z.string(), inner: z.looseObject({ b: z.int() }).optional() }),
  looseInStrict: z.strictObject({ free: z.looseObject({}).optional(), items: z.array(z.strictObject({ a: z.int() })) }),
  catchalls: z.object({
    never: z.object({ a: z.int() }).catchall(z.never()).optional(),
    unknown: z.object({ a: z.int() }).catchall(z.unknown()).optional(),
  }),
  derived: z.object({
    extended: shared.extend({ c: z.boolean() }).optional(),
    picked: shared.pick({ a: true }).optional(),
    omitted: shared.omit({ a: true }).optional(),
    partial: shared.partial({ a: true }).optional(),
    twice: z.array(shared).optional(),
  }),
  records: z.object({
    texts: z.record(z.string(), z.string().max(3)),
    objects: z.record(z.string(), z.object({ a: z.int(), b: z.string().optional() })).optional(),
    lists: z.record(z.string(), z.array(z.int()).max(2)).optional(),
    records: z.record(z.string(), z.record(z.string(), z.boolean())).optional(),
  }),
  keyedRecords: z.object({
    each: z.record(z.enum(['cpu', 'memory']), z.string()),
    some: z.partialRecord(z.enum(['a', 'b']), z.int()).optional(),
    literals: z.record(z.literal(['x', 'y']), z.int().optional()).optional(),
  }),
  lists: z.object({
    texts: z.array(z.string().min(1)).min(1).max(3),
    exact: z.array(z.int()).length(2).optional(),
    nonEmpty: z.array(z.boolean()).nonempty().optional(),
    lists: z
      .array(z.array(z.int().min(0)).max(2))
      .max(2)
      .optional(),
    objects: z.array(port).max(3).optional(),
  }),
  intersections: z.object({
    both: z.intersection(z.object({ a: z.string() }), z.object({ b: z.int().optional() })),
    same: z
      .object({ a: z.string() })
      .and(z.object({ a: z.string(), c: z.boolean() }))
      .optional(),
  }),
  choices: z.object({
    source: z.discriminatedUnion('type', [
      z.object({ type: z.literal('git'), url: z.string().min(1), depth: z.int().optional() }),
      z.object({ type: z.literal('oci'), image: z.string() }),
      z.object({ type: z.literal(['none', 'empty']) }),
    ]),
  }),
  strictChoices: z.object({
    target: z
      .discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('service'), port: z.int() }),
        z.strictObject({ kind: z.literal('host'), host: z.string(), path: z.string().optional() }),
      ])
      .optional(),
  }),
  choicesInLists: z.object({
    steps: z
      .array(
        z.discriminatedUnion('do', [
          z.object({
            do: z.enum(['wait', 'pause']),
            seconds: z.int().min(0).optional(),
            note: z.string().default('none'),
          }),
          z.object({ do: z.literal('weight'), weight: z.int().min(0).max(100), note: z.string().default('none') }),
        ]),
      )
      .max(4),
    last: z
      .discriminatedUnion('t', [
        z.object({ t: z.literal('a'), x: z.int() }),
        z.object({ t: z.literal('b'), x: z.int() }),
      ])
      .nullable()
      .optional(),
  }),
} satisfies Readonly<Record<string, z.ZodObject>>;
