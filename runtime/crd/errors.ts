/**
 * What a CRD's schema cannot say. It has a file of its own, since the generator carries this folder without the rest of the
 * runtime. Codes are stable; all problems of a schema are reported at once.
 */
export interface SchemaProblem {
  readonly code: string;
  /** The field, as in `spec.ports[].name`; `*` stands for any key. */
  readonly path: string;
  /** What is wrong: one sentence. */
  readonly message: string;
  /** What to do: one sentence. */
  readonly remedy: string;
}

/** The user's zod schema cannot become a CRD. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
  readonly code: string;
  readonly problems: readonly SchemaProblem[];

  constructor(problems: readonly SchemaProblem[]) {
    super(problems.map(({ code, path, message, remedy }) => `${path}: ${message} ${remedy} (${code})`).join('\n'));
    this.code = problems[0]?.code ?? 'ERR_AP_SCHEMA';
    this.problems = problems;
  }
}

export type Refusal = Omit<SchemaProblem, 'path'>;

const refusal = (code: `ERR_AP_SCHEMA_${string}`, message: string, remedy: string): Refusal => ({
  code,
  message,
  remedy,
});

export const REFUSALS = {
  notZod: (found: string) =>
    refusal('ERR_AP_SCHEMA_NOT_ZOD', `Expected a zod schema, found ${found}.`, 'Export `z.object({ … })` of zod 4.'),
  notObject: (type: string) =>
    refusal('ERR_AP_SCHEMA_NOT_OBJECT', `This has to be an object, and it is ${type}.`, 'Use `z.object({ … })`.'),
  type: (type: string, remedy: string) =>
    refusal('ERR_AP_SCHEMA_TYPE', `A value of zod's type ${type} cannot be stored in Kubernetes.`, remedy),
  union: () =>
    refusal(
      'ERR_AP_SCHEMA_UNION',
      'A field of a CRD has one type, and this is a choice between several.',
      "Use an object with an optional key for each, and a rule in `.meta({ 'x-kubernetes-validations': … })` where only one may be set; objects that a key tells apart are `z.discriminatedUnion(…)`; text or whole number is `intOrString()`.",
    ),
  unionKey: (key: string) =>
    refusal(
      'ERR_AP_SCHEMA_UNION_KEY',
      `The key \`${key}\` has one schema in one of the objects and another in another, and a CRD has one for all.`,
      'Give it the same schema everywhere, or other names.',
    ),
  unionDefault: (key: string) =>
    refusal(
      'ERR_AP_SCHEMA_UNION_DEFAULT',
      `The default of \`${key}\` is for one of the objects, and the API server would add it to the others too.`,
      'Make the key optional and let the worker fill it in, or give it to all of the objects.',
    ),
  literals: () =>
    refusal(
      'ERR_AP_SCHEMA_LITERALS',
      'The values of a field have one type, and these have several.',
      'Use texts only, or numbers only.',
    ),
  noValues: () =>
    refusal('ERR_AP_SCHEMA_NO_VALUES', 'No value fits this schema.', 'Remove the field, or list its values.'),
  tuple: () =>
    refusal(
      'ERR_AP_SCHEMA_TUPLE',
      'A list in a CRD has items of one type, and a tuple has one for each position.',
      'Use `z.object({ … })` with a name for each position, or `z.array(…)`.',
    ),
  catchall: () =>
    refusal(
      'ERR_AP_SCHEMA_CATCHALL',
      'An object in a CRD has either named keys or any keys, and this has both.',
      'Move the free keys into a field of their own: `z.record(z.string(), …)`; `z.looseObject({ … })` keeps unknown keys unchecked.',
    ),
  recordKey: () =>
    refusal(
      'ERR_AP_SCHEMA_RECORD_KEY',
      'The keys of an object in a CRD cannot be checked.',
      "Use `z.record(z.string(), …)`, and a rule in `.meta({ 'x-kubernetes-validations': … })` for the keys.",
    ),
  recursion: () =>
    refusal(
      'ERR_AP_SCHEMA_RECURSION',
      'The schema contains itself, and a CRD has no references.',
      'Write the levels out that are needed, or keep the rest unchecked with `z.unknown()`.',
    ),
  refinement: () =>
    refusal(
      'ERR_AP_SCHEMA_REFINEMENT',
      'The API server cannot run a refinement written in JavaScript, so nothing would check it.',
      "Say it as a CEL rule on the same schema: `.meta({ 'x-kubernetes-validations': [{ rule: …, message: … }] })`; the refinement may then stay.",
    ),
  transform: (what: string) =>
    refusal(
      'ERR_AP_SCHEMA_TRANSFORM',
      `${what} changes values while they are read, and the API server stores them as they are written.`,
      'Describe the stored value, and change it in the worker.',
    ),
  check: (check: string) =>
    refusal(
      'ERR_AP_SCHEMA_CHECK',
      `The check \`${check}\` is not known here.`,
      'Use another one, or a pattern: `.regex(…)`.',
    ),
  multipleOf: (divisor: string) =>
    refusal(
      'ERR_AP_SCHEMA_MULTIPLE_OF',
      `The API server counts in whole numbers, and cannot check multiples of ${divisor}.`,
      'Use a whole number of a smaller unit.',
    ),
  pattern: (pattern: string, reason: string) =>
    refusal(
      'ERR_AP_SCHEMA_PATTERN',
      `The API server does not understand the pattern \`${pattern}\`: ${reason}.`,
      "Write it for RE2, or use a rule in `.meta({ 'x-kubernetes-validations': … })`.",
    ),
  format: (format: string, remedy: string) =>
    refusal('ERR_AP_SCHEMA_FORMAT', `The API server cannot check the format \`${format}\`.`, remedy),
  defaultValue: (reason: string) =>
    refusal(
      'ERR_AP_SCHEMA_DEFAULT',
      `The default is refused by its own schema: ${reason}.`,
      'Correct the default or the schema, or leave the default out.',
    ),
  defaultVaries: () =>
    refusal(
      'ERR_AP_SCHEMA_DEFAULT_VARIES',
      'The default has another value each time, and a CRD holds one for all resources.',
      'Use a fixed value, or make the field optional and fill it in by a worker.',
    ),
  intersection: (key: string) =>
    refusal(
      'ERR_AP_SCHEMA_INTERSECTION',
      key === ''
        ? 'Only objects with named keys can be combined.'
        : `Both sides have the key \`${key}\`, with different schemas.`,
      'Write one object: `first.extend(second.shape)`.',
    ),
  meta: (key: string) =>
    refusal(
      'ERR_AP_SCHEMA_META',
      `\`${key}\` in \`.meta()\` would contradict what zod checks.`,
      `Say it with zod's own methods; \`.meta()\` is for descriptions, examples and \`x-kubernetes-…\`.`,
    ),
  extension: (key: string, reason: string) =>
    refusal('ERR_AP_SCHEMA_EXTENSION', `\`${key}\` is wrong here: ${reason}.`, 'Correct it, or remove it.'),
  extensionUnknown: (key: string) =>
    refusal(
      'ERR_AP_SCHEMA_EXTENSION_UNKNOWN',
      `\`${key}\` is not an extension of CRD schemas.`,
      'There are x-kubernetes-list-type, -list-map-keys, -map-type, -validations, -int-or-string, -preserve-unknown-fields and -embedded-resource.',
    ),
  statusDefault: () =>
    refusal(
      'ERR_AP_SCHEMA_STATUS_DEFAULT',
      'A status has no defaults: the API server would add to what a worker reports, and each run would write it anew.',
      'Make the field optional, and let the worker report the value.',
    ),
  statusReserved: (key: string) =>
    refusal('ERR_AP_SCHEMA_STATUS_RESERVED', `\`status.${key}\` is kept by the runtime.`, 'Choose another name.'),
} as const;
