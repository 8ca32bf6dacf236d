import * as z from 'zod';
import { defOf, isZodSchema, valuesOf, type ZodSchema } from '../../runtime/crd/zod.ts';

type Keys = Readonly<Record<string, z.core.$ZodType>>;

/** A key of another form of a discriminated union, which the server judges and keeps, and zod ignores. */
interface OtherFormsKey {
  readonly path: readonly (string | number)[];
  readonly schema: z.core.$ZodType;
  readonly value: unknown;
}

/** What the API server makes of a value before it judges it, in so far as zod reads it otherwise. */
export interface Read {
  readonly value: unknown;
  /** Whether there were keys that a strict object, or a record with named keys, does not have: removed, or refused by strict validation. */
  readonly hasUnknownKeys: boolean;
  readonly ofOtherForms: readonly OtherFormsKey[];
}

/**
 * The ways in which a CRD's server reads a value otherwise than zod, all of which `runtime/crd/convert.ts` names: null where it is not
 * allowed counts as absent, unknown keys are removed, and all forms of a union lie side by side.
 */
export function asRead(schema: z.core.$ZodType, value: unknown): Read {
  const reader = new Reader();
  return {
    value: reader.read(schema, value, []),
    hasUnknownKeys: reader.hasUnknownKeys,
    ofOtherForms: reader.ofOtherForms,
  };
}

class Reader {
  hasUnknownKeys = false;
  readonly ofOtherForms: OtherFormsKey[] = [];

  read(schema: z.core.$ZodType, value: unknown, path: readonly (string | number)[]): unknown {
    const bare = unwrapped(schema);
    if (!bare || typeof value !== 'object' || value === null) return value;
    const def = defOf(bare);
    if (def.type === 'array')
      return Array.isArray(value)
        ? value.map((item: unknown, index) => this.#item(def.element, item, [...path, index]))
        : value;
    if (def.type === 'object') {
      const rest = isZodSchema(def.catchall) ? defOf(def.catchall).type : undefined;
      const unknown = rest === undefined ? 'ignored' : rest === 'never' ? 'refused' : 'kept';
      return this.#keys(value, path, (key) => def.shape[key], unknown);
    }
    if (def.type === 'record') {
      const keys = valuesOf(def.keyType)?.map(String);
      const isKey = (key: string) => keys === undefined || keys.includes(key);
      return this.#keys(value, path, (key) => (isKey(key) ? def.valueType : undefined), 'refused');
    }
    if (def.type === 'intersection') {
      const shapes = [def.left, def.right].map((side) => shapeOf(unwrapped(side)));
      const of = (key: string) => shapes.find((shape) => Object.hasOwn(shape, key))?.[key];
      return this.#keys(value, path, of, 'ignored');
    }
    if (def.type === 'union' && 'discriminator' in def && typeof def.discriminator === 'string')
      return this.#form(def.options, def.discriminator, value, path);
    return value;
  }

  /** Null in a list stays, and is replaced where there is a default. */
  #item(schema: z.core.$ZodType, value: unknown, path: readonly (string | number)[]): unknown {
    return value === null && isDefaulted(schema) ? undefined : this.read(schema, value, path);
  }

  #keys(
    value: object,
    path: readonly (string | number)[],
    schemaOf: (key: string) => z.core.$ZodType | undefined,
    unknown: 'ignored' | 'refused' | 'kept',
  ): unknown {
    if (Array.isArray(value)) return value;
    const read: Record<string, unknown> = {};
    for (const [key, each] of Object.entries(value)) {
      const schema = schemaOf(key);
      if (!schema) {
        if (unknown === 'kept') read[key] = each;
        if (unknown === 'refused') this.hasUnknownKeys = true;
      } else if (each !== null || accepts(schema, null)) read[key] = this.read(schema, each, [...path, key]);
      else if (isDefaulted(schema)) read[key] = undefined;
    }
    return read;
  }

  #form(
    options: readonly z.core.$ZodType[],
    discriminator: string,
    value: object,
    path: readonly (string | number)[],
  ): unknown {
    const forms = options.map((option) => unwrapped(option));
    const shapes = forms.map((form) => shapeOf(form));
    const tag: unknown = Reflect.get(value, discriminator);
    const own = shapes.findIndex((shape) => shape[discriminator] && accepts(shape[discriminator], tag));
    const form = forms[own];
    if (!form || Array.isArray(value)) return value;
    const others: Keys = Object.fromEntries(shapes.toSpliced(own, 1).flatMap((shape) => Object.entries(shape)));
    const foreign = Object.entries(value).filter(([key, each]) => {
      const schema = others[key];
      return schema && !Object.hasOwn(shapes[own] ?? {}, key) && (each !== null || accepts(schema, null));
    });
    const keys = new Map(Object.entries(value));
    for (const key of Object.keys(others)) if (!Object.hasOwn(shapes[own] ?? {}, key)) keys.delete(key);
    const read = this.read(form, Object.fromEntries(keys), path);
    // What another form has is no unknown key: a strict form refuses it.
    if (isZodSchema(catchallOf(form))) return Object.assign({}, read, Object.fromEntries(foreign));
    for (const [key, each] of foreign) {
      const schema = others[key];
      if (schema) this.ofOtherForms.push({ path: [...path, key], schema, value: each });
    }
    return read;
  }
}

const accepts = (schema: z.core.$ZodType, value: unknown): boolean => z.safeParse(schema, value).success;

/** Whether null, which is not allowed, is replaced by a default. */
function isDefaulted(schema: z.core.$ZodType): boolean {
  return !accepts(schema, null) && z.safeParse(schema, undefined).data !== undefined;
}

function shapeOf(schema: ZodSchema | undefined): Keys {
  const def = schema && defOf(schema);
  return def?.type === 'object' ? def.shape : {};
}

function catchallOf(schema: ZodSchema): unknown {
  const def = defOf(schema);
  return def.type === 'object' ? def.catchall : undefined;
}

/** Without what says nothing about an object's keys; of a union with null, the other one. */
export function unwrapped(schema: z.core.$ZodType): ZodSchema | undefined {
  if (!isZodSchema(schema)) return undefined;
  const def = defOf(schema);
  if (def.type === 'lazy') return unwrapped(def.getter());
  return 'innerType' in def ? unwrapped(def.innerType) : schema;
}
