import * as z from 'zod';

/** Texts: lengths, patterns, formats. */
export const TEXTS = {
  plainText: z.object({ text: z.string(), described: z.string().describe('About it.').optional() }),
  textLengths: z.object({
    least: z.string().min(2),
    most: z.string().max(3).optional(),
    both: z.string().min(1).max(4).optional(),
    exact: z.string().length(3).optional(),
    narrowed: z.string().min(1).min(3).max(9).max(5).optional(),
    nonEmpty: z.string().nonempty().optional(),
  }),
  textAffixes: z.object({
    begins: z.string().startsWith('a.b[').optional(),
    ends: z.string().endsWith('$(x)').optional(),
    holds: z.string().includes('*').optional(),
    holdsLater: z.string().includes('-', { position: 2 }).optional(),
    all: z.string().startsWith('x-').endsWith('.y').includes('^').max(9).optional(),
    lower: z.string().lowercase().optional(),
    upper: z.string().uppercase().optional(),
  }),
  dnsNames: z.object({
    name: z
      .string()
      .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/)
      .max(63),
    hosts: z.array(z.string().regex(/^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/)).min(1),
  }),
  patternFlags: z.object({
    ignoringCase: z.string().regex(/^ab-?c$/i),
    dotAll: z.string().regex(/^a.b$/s).optional(),
    dot: z.string().regex(/^a.b$/).optional(),
    multiline: z.string().regex(/^b$/m).optional(),
    global: z.string().regex(/b/g).optional(),
    unicode: z
      .string()
      .regex(/^\p{Lu}\p{Ll}+$/u)
      .optional(),
  }),
  patternClasses: z.object({
    spaces: z
      .string()
      .regex(/^a\s+b$/)
      .optional(),
    noSpaces: z.string().regex(/^\S+$/).optional(),
    spacesInClass: z
      .string()
      .regex(/^[\s,]+$/)
      .optional(),
    noneInClass: z
      .string()
      .regex(/^[^\s,]+$/)
      .optional(),
    words: z
      .string()
      .regex(/^\w+\W\d+\D$/)
      .optional(),
    controls: z
      .string()
      .regex(/^\t\x41\u0042\cJ$/)
      .optional(),
    brackets: z
      .string()
      .regex(/^[[\]\-^]{1,3}$/)
      .optional(),
    boundary: z
      .string()
      .regex(/\bfoo\b/)
      .optional(),
  }),
  patternGroups: z.object({
    alternatives: z.string().regex(/^(?:GET|POST|PUT) \/\S*$/),
    named: z
      .string()
      .regex(/^(?<major>0|[1-9]\d*)\.(?<minor>0|[1-9]\d*)$/)
      .optional(),
    several: z.string().regex(/^a/).regex(/z$/).regex(/m/).optional(),
    lazy: z
      .string()
      .regex(/^a+?b{2,4}c*$/)
      .optional(),
  }),
  mails: z.object({
    mail: z.email(),
    byHtml: z.email({ pattern: z.regexes.html5Email }).optional(),
    mails: z.array(z.email()).max(3).optional(),
  }),
  identifiers: z.object({
    uuid: z.uuid().optional(),
    uuid4: z.uuidv4().optional(),
    uuid7: z.uuidv7().optional(),
    guid: z.guid().optional(),
    nanoid: z.nanoid().optional(),
    cuid2: z.cuid2().optional(),
    ulid: z.ulid().optional(),
    xid: z.xid().optional(),
    ksuid: z.ksuid().optional(),
  }),
  addresses: z.object({
    v4: z.ipv4().optional(),
    v6: z.ipv6().optional(),
    block4: z.cidrv4().optional(),
    block6: z.cidrv6().optional(),
    mac: z.mac().optional(),
    macWithDashes: z.mac({ delimiter: '-' }).optional(),
    host: z.hostname().optional(),
  }),
  encodings: z.object({
    base64: z.base64().optional(),
    base64url: z.base64url().optional(),
    hex: z.hex().optional(),
    sha256: z.hash('sha256').optional(),
    sha1: z.hash('sha1', { enc: 'base64' }).optional(),
    phone: z.e164().optional(),
    currency: z.currencyCode().optional(),
  }),
  moments: z.object({
    date: z.iso.date().optional(),
    time: z.iso.time().optional(),
    minutes: z.iso.time({ precision: -1 }).optional(),
    moment: z.iso.datetime().optional(),
    withOffset: z.iso.datetime({ offset: true }).optional(),
    local: z.iso.datetime({ local: true }).optional(),
    milliseconds: z.iso.datetime({ precision: 3 }).optional(),
  }),
  links: z.object({ link: z.url(), others: z.array(z.url()).optional() }),
  ownFormats: z.object({
    cron: z.stringFormat('cron', /^(\S+ ){4}\S+$/),
    email: z.stringFormat('email', /^[a-z]+@here$/).optional(),
  }),
  templates: z.object({
    version: z.templateLiteral(['v', z.int().min(0)]),
    size: z.templateLiteral([z.number(), z.enum(['Mi', 'Gi'])]).optional(),
    flag: z.templateLiteral(['is-', z.boolean()]).optional(),
    name: z.templateLiteral([z.string().min(1).max(3), '/', z.literal(['a', 'b'])]).optional(),
    maybe: z.templateLiteral(['x', z.literal('y').optional()]).optional(),
  }),
} satisfies Readonly<Record<string, z.ZodObject>>;
