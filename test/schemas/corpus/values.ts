import * as z from 'zod';

const Level = { Low: 'low', High: 'high' } as const;

/** Numbers, booleans, lists of values, what may be absent, null or anything. */
export const VALUES = {
  numbers: z.object({ number: z.number(), float: z.float64().optional(), small: z.float32().optional() }),
  integers: z.object({
    whole: z.int(),
    byMethod: z.number().int().optional(),
    int32: z.int32().optional(),
    uint32: z.uint32().optional(),
  }),
  bounds: z.object({
    least: z.number().min(-1.5),
    most: z.number().max(0.1).optional(),
    above: z.number().gt(0).optional(),
    below: z.int().lt(10).optional(),
    between: z.int().min(1).max(65_535).optional(),
    positive: z.int().positive().optional(),
    nonNegative: z.number().nonnegative().optional(),
    negative: z.number().negative().optional(),
    narrowed: z.number().min(1).gt(1).gt(0).max(9).lt(9).optional(),
    fraction: z.int().min(0.5).max(3.5).optional(),
    half: z.number().min(0.5).max(2.5).optional(),
    halves: z.number().gt(-1.5).lt(1.5).optional(),
    belowZero: z.number().max(-0.5).nullable().optional(),
    far: z.number().min(-1e20).max(1e20).optional(),
  }),
  multiples: z.object({
    even: z.int().multipleOf(2),
    thirds: z.number().multipleOf(3).optional(),
    both: z.number().multipleOf(4).multipleOf(6).optional(),
  }),
  replicas: z.object({ replicas: z.int32().min(0).max(100).default(1), percent: z.int().min(0).max(100).optional() }),
  booleans: z.object({ enabled: z.boolean(), paused: z.boolean().default(false), always: z.literal(true).optional() }),
  enumerations: z.object({
    mode: z.enum(['Canary', 'BlueGreen', 'Recreate']),
    level: z.enum(Level).optional(),
    code: z.literal([200, 301, 404]).optional(),
    ratio: z.literal([0.5, 1]).optional(),
    one: z.literal('x').optional(),
    several: z.union([z.literal('p'), z.enum(['q', 'r']), z.literal('')]).optional(),
    without: z.enum(['a', 'b', 'c']).exclude(['b']).optional(),
  }),
  nullables: z.object({
    text: z.string().nullable(),
    short: z.string().max(2).nullish(),
    number: z.int().min(3).nullable().optional(),
    mode: z.enum(['a', 'b']).nullable().optional(),
    literal: z.literal(['x', null]).optional(),
    union: z.union([z.string().min(1), z.null()]).optional(),
    list: z.array(z.string().nullable()).nullable().optional(),
    object: z.object({ a: z.int().nullable(), b: z.string().optional() }).nullable().optional(),
    record: z.record(z.string(), z.int().nullable()).optional(),
  }),
  defaults: z.object({
    text: z.string().min(1).default('x'),
    number: z.number().max(9).default(0.5),
    flag: z.boolean().default(true),
    mode: z.enum(['a', 'b']).default('a'),
    list: z.array(z.int()).max(2).default([1]),
    map: z.record(z.string(), z.string()).default({ a: 'b' }),
    nullable: z.string().nullable().default('y'),
    optional: z.string().optional().default('z'),
    late: z.int().default(3).optional(),
    readonly: z.array(z.string()).readonly().default([]),
  }),
  nestedDefaults: z.object({
    server: z
      .object({
        port: z.int().min(1).max(65_535).default(8080),
        tls: z.object({ enabled: z.boolean().default(false), secret: z.string().optional() }).prefault({}),
      })
      .prefault({}),
    items: z.array(z.object({ name: z.string(), weight: z.int().default(1) })).optional(),
    byName: z.record(z.string(), z.object({ weight: z.int().default(2) })).optional(),
    whole: z.object({ a: z.int(), b: z.string().default('y') }).default({ a: 1, b: 'z' }),
  }),
  itemDefaults: z.object({
    list: z.array(z.string().default('x')).optional(),
    map: z.record(z.string(), z.int().default(1)).optional(),
  }),
  presence: z.object({
    optional: z.string().optional(),
    exact: z.string().exactOptional(),
    required: z.object({ a: z.string().optional(), b: z.int().optional() }).required().optional(),
    partial: z
      .object({ a: z.string(), b: z.object({ c: z.int() }) })
      .partial()
      .optional(),
    nonoptional: z.nonoptional(z.string().optional()),
    defaultRequired: z
      .object({ a: z.string().default('x') })
      .required()
      .optional(),
  }),
  anything: z.object({
    free: z.unknown().optional(),
    any: z.any().optional(),
    list: z.array(z.unknown()).max(2).optional(),
    map: z.record(z.string(), z.unknown()).optional(),
  }),
  anythingNeeded: z.object({ free: z.unknown(), any: z.any() }),
  wrappers: z.object({
    readonly: z.array(z.string()).readonly(),
    branded: z.string().min(2).brand('Name').optional(),
    lazy: z.lazy(() => z.int().max(5)).optional(),
    twice: z.string().optional().optional(),
    deep: z.lazy(() => z.object({ a: z.int() }).readonly().nullable()).optional(),
  }),
} satisfies Readonly<Record<string, z.ZodObject>>;
