import { defaultOf } from './defaults.ts';
import { REFUSALS } from './errors.ts';
import type { Refusal, SchemaProblem } from './errors.ts';
import { withMeta } from './meta.ts';
import { LENGTH_CHECKS, enumOf, lengthRange, nullable, numberOf, stringOf } from './scalars.ts';
import type { StructuralSchema } from './structural.ts';
import { toRe2 } from './patterns.ts';
import { discriminatedOf, intOrStringOf, intersectionOf } from './unions.ts';
import { checksOf, defOf, isZodSchema, mayBeAbsent, metaOf, patternOf, valuesOf } from './zod.ts';
import type { Check, ZodDef, ZodSchema } from './zod.ts';

/** Deeper than any API, and less deep than a stack. */
const MAX_DEPTH = 100;

type DefOf<Type extends ZodDef['type']> = Extract<ZodDef, { type: Type }>;

/**
 * A zod schema as a structural schema. Each construct is mapped to one that means the same, or refused with its path: nothing
 * passes that the API server would take otherwise than zod does, which `test/schemas/` compares. What remains is inherent: unknown keys of a
 * strict object, or of a record whose keys are listed, are removed by the server rather than refused (kubectl refuses them, by strict
 * validation); null where it is not allowed counts as absent; of a discriminated union whose forms are not strict, keys of another form are
 * checked and kept; a character beyond U+FFFF is one to the server and two to zod's lengths; and `z.url()` asks Go's parser in the place of
 * the browsers'.
 */
export class Conversion {
  readonly problems: SchemaProblem[] = [];
  readonly #open: ZodSchema[] = [];

  /** Undefined where something was refused. */
  convert(schema: unknown, path: string): StructuralSchema | undefined {
    const refuse = (refusal: Refusal) => this.refuse(path, refusal);
    if (!isZodSchema(schema)) return refuse(REFUSALS.notZod(schema === null ? 'null' : typeof schema));
    if (this.#open.includes(schema) || this.#open.length > MAX_DEPTH) return refuse(REFUSALS.recursion());
    this.#open.push(schema);
    const structure = isRefused(schema, refuse) ? undefined : this.#structureOf(schema, path, refuse);
    this.#open.pop();
    return structure && withMeta(schema, structure, refuse);
  }

  refuse(path: string, refusal: Refusal): undefined {
    // A schema that is reached in two ways is wrong once.
    const known = this.problems.some((problem) => problem.path === path && problem.code === refusal.code);
    if (!known) this.problems.push({ ...refusal, path });
    return undefined;
  }

  #structureOf(schema: ZodSchema, path: string, refuse: (refusal: Refusal) => undefined): StructuralSchema | undefined {
    const def = defOf(schema);
    switch (def.type) {
      case 'string':
        return stringOf(checksOf(schema), refuse);
      case 'number':
        return numberOf(checksOf(schema), refuse);
      case 'boolean':
        return { type: 'boolean' };
      case 'enum':
      case 'literal':
        return enumOf(valuesOf(schema) ?? [], refuse);
      case 'template_literal': {
        const translated = toRe2(patternOf(schema) ?? /^/);
        if ('pattern' in translated) return { type: 'string', ...translated };
        return refuse(REFUSALS.pattern(String(patternOf(schema)), translated.refused));
      }
      case 'any':
      case 'unknown':
        return { nullable: true, 'x-kubernetes-preserve-unknown-fields': true };
      case 'object':
        return this.#objectOf(def, path);
      case 'record':
        return this.#recordOf(def, path);
      case 'array':
        return this.#arrayOf(def, checksOf(schema), path);
      case 'union':
        return this.#unionOf(def, path);
      case 'intersection': {
        const left = this.convert(def.left, path);
        const right = this.convert(def.right, path);
        return left && right && intersectionOf(left, right, refuse);
      }
      case 'nullable': {
        const inner = this.convert(def.innerType, path);
        return inner && nullable(inner);
      }
      case 'default':
      case 'prefault': {
        const inner = this.convert(def.innerType, path);
        return inner && defaultOf(() => def.defaultValue, def, inner, refuse);
      }
      // No default fills in what has to be there.
      case 'nonoptional': {
        const inner = this.convert(def.innerType, path);
        if (inner?.default === undefined) return inner;
        const { default: _default, ...rest } = inner;
        return rest;
      }
      // These say nothing about the stored value.
      case 'optional':
      case 'readonly':
        return this.convert(def.innerType, path);
      case 'lazy':
        return this.convert(def.getter(), path);
      case 'pipe':
        return refuse(REFUSALS.transform('A transformation, codec or pipe'));
      case 'transform':
        return refuse(REFUSALS.transform('`.transform()`'));
      case 'catch':
        return refuse(REFUSALS.transform('`.catch()`'));
      case 'tuple':
        return refuse(REFUSALS.tuple());
      case 'never':
        return refuse(REFUSALS.noValues());
      case 'null':
      case 'undefined':
      case 'void':
      case 'bigint':
      case 'date':
      case 'map':
      case 'set':
      case 'nan':
      case 'symbol':
      case 'function':
      case 'promise':
      case 'success':
      case 'file':
      case 'custom':
        return refuse(REFUSALS.type(def.type, REMEDIES[def.type] ?? 'Describe a value that JSON can hold.'));
      default:
        return refuse(REFUSALS.type(typeOf(def), 'Describe it with the basic types.'));
    }
  }

  #objectOf({ shape, catchall }: DefOf<'object'>, path: string): StructuralSchema | undefined {
    const properties: Record<string, StructuralSchema> = {};
    const required: string[] = [];
    for (const [key, schema] of Object.entries(shape)) {
      const property = this.convert(schema, `${path}.${key}`);
      if (property) properties[key] = property;
      if (!mayBeAbsent(schema)) required.push(key);
    }
    const rest = isZodSchema(catchall) ? defOf(catchall).type : undefined;
    const isLoose = rest === 'unknown' || rest === 'any';
    if (rest !== undefined && rest !== 'never' && !isLoose) return this.refuse(path, REFUSALS.catchall());
    return {
      type: 'object',
      ...(Object.keys(properties).length > 0 && { properties }),
      ...(required.length > 0 && { required }),
      ...(isLoose && { 'x-kubernetes-preserve-unknown-fields': true }),
    };
  }

  #recordOf({ keyType, valueType, partial, mode }: DefOf<'record'>, path: string): StructuralSchema | undefined {
    const values = valuesOf(keyType);
    if (values) {
      // A key for each value of an enum: named keys like any other's.
      const properties: Record<string, StructuralSchema> = {};
      const keys = values.map(String);
      for (const key of keys) {
        const property = this.convert(valueType, `${path}.${key}`);
        if (property) properties[key] = property;
      }
      const isRequired = partial !== true && !mayBeAbsent(valueType);
      return { type: 'object', properties, ...(isRequired && { required: keys }) };
    }
    const isPlainText = isZodSchema(keyType) && defOf(keyType).type === 'string' && checksOf(keyType).length === 0;
    if (!isPlainText || mode === 'loose') return this.refuse(path, REFUSALS.recordKey());
    const additionalProperties = this.convert(valueType, `${path}.*`);
    return additionalProperties && { type: 'object', additionalProperties };
  }

  #arrayOf({ element }: DefOf<'array'>, checks: readonly Check[], path: string): StructuralSchema | undefined {
    const items = this.convert(element, `${path}[]`);
    const odd = checks.find(({ kind }) => kind !== 'custom' && !LENGTH_CHECKS.has(kind));
    if (odd) return this.refuse(path, REFUSALS.check(odd.kind));
    const { least, most } = lengthRange(checks);
    const lengths = { ...(least !== undefined && { minItems: least }), ...(most !== undefined && { maxItems: most }) };
    return items && { type: 'array', ...lengths, items };
  }

  #unionOf(def: DefOf<'union'>, path: string): StructuralSchema | undefined {
    const options = flattened(def.options);
    const rest = options.filter((option) => !isZodSchema(option) || defOf(option).type !== 'null');
    const [only] = rest;
    const wrap = (schema: StructuralSchema | undefined) =>
      schema && rest.length < options.length ? nullable(schema) : schema;
    if (only && rest.length === 1) return wrap(this.convert(only, path));
    const refuse = (refusal: Refusal) => this.refuse(path, refusal);
    const values = rest.map((option) => valuesOf(option));
    if (values.every((each) => each !== undefined)) return wrap(enumOf(together(values.flat(), def), refuse));
    const before = this.problems.length;
    const parts = rest.map((option) => this.convert(option, path));
    if (this.problems.length > before || !parts.every((part) => part !== undefined)) return undefined;
    if ('discriminator' in def && typeof def.discriminator === 'string') {
      const strict = rest.map((option) => isStrict(option));
      return wrap(discriminatedOf(parts, def.discriminator, strict, refuse));
    }
    return wrap(intOrStringOf(parts) ?? refuse(REFUSALS.union()));
  }
}

/** What is refused at any type: what runs on the way in, and what only JavaScript could check. */
function isRefused(schema: ZodSchema, refuse: (refusal: Refusal) => undefined): boolean {
  const def = defOf(schema);
  const checks = def.type === 'custom' ? [] : checksOf(schema);
  if ('coerce' in def && def.coerce) refuse(REFUSALS.transform('`z.coerce`'));
  else if (checks.some(({ kind }) => kind === 'overwrite'))
    refuse(REFUSALS.transform('A method such as `.trim()` or `.toLowerCase()`'));
  // A rule beside the refinement says the same to the server.
  else if (checks.some(({ kind }) => kind === 'custom') && !metaOf(schema).has('x-kubernetes-validations'))
    refuse(REFUSALS.refinement());
  else return false;
  return true;
}

const REMEDIES: Readonly<Record<string, string>> = {
  null: 'Use `.nullable()` on the type that it may have otherwise.',
  undefined: 'Use `.optional()` on the type that it may have otherwise.',
  bigint: 'Use `z.int()`, or a text for greater numbers.',
  date: 'Use `z.iso.datetime()`.',
  map: 'Use `z.record(z.string(), …)`.',
  set: "Use `z.array(…).meta({ 'x-kubernetes-list-type': 'set' })`.",
  nan: 'Use `z.number()`.',
  file: 'Use `z.base64()`, or the name of a Secret or ConfigMap.',
};

function typeOf(def: { readonly type: string }): string {
  return def.type;
}

/** The values of a union's options, each once; of an exclusive one, those of one option only. */
function together<Value>(values: readonly Value[], { inclusive }: DefOf<'union'>): readonly Value[] {
  const fits =
    inclusive === false ? values.filter((value) => values.indexOf(value) === values.lastIndexOf(value)) : values;
  return [...new Set(fits)];
}

/** Whether an object refuses keys that it does not have. */
function isStrict(schema: unknown): boolean {
  const def = isZodSchema(schema) ? defOf(schema) : undefined;
  return def?.type === 'object' && isZodSchema(def.catchall) && defOf(def.catchall).type === 'never';
}

function flattened(options: DefOf<'union'>['options']): DefOf<'union'>['options'] {
  return options.flatMap((option) => {
    const def = isZodSchema(option) ? defOf(option) : undefined;
    return def?.type === 'union' ? flattened(def.options) : [option];
  });
}
