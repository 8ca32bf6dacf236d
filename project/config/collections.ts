import { isMap, isScalar, isSeq } from 'yaml';
import type { Node, Pair } from 'yaml';
import { FAULTS } from '../errors.ts';
import { reject, scalarOf } from './field.ts';
import type { Field, JsonSchema } from './field.ts';
import type { Reading } from './reading.ts';
import { asNode, keyText, startOf } from './source.ts';
import type { Path } from './source.ts';
import { nearest } from './suggest.ts';

/** Items keep their indexes: a faulty one is undefined. `unique` gives what two items must not share. */
export function list<T>(
  item: Field<T>,
  options: { description: string; unique?: (value: T) => string | undefined },
): Field<(T | undefined)[]> {
  const { description, unique } = options;
  return {
    schema: { type: 'array', description, items: item.schema, ...(unique && { uniqueItems: true }) },
    read: (node, path, reading) =>
      reading.following(node, (target) => {
        if (!isSeq(target)) {
          const value = scalarOf(target);
          const hint = typeof value === 'string' ? `Write a list: \`[${value}]\`.` : undefined;
          return reject(reading, path, 'a list', target, hint);
        }
        const seen = new Set<string>();
        return target.items.map((each, index) => {
          const value = item.read(asNode(each), [...path, index], reading);
          const identity = value === undefined ? undefined : unique?.(value);
          if (identity === undefined || !seen.has(identity)) {
            if (identity !== undefined) seen.add(identity);
            return value;
          }
          reading.report(FAULTS.duplicate({ value: identity }), [...path, index]);
          return undefined;
        });
      }),
  };
}

/** A text, or a list of texts. */
export function oneOrMore(item: Field<string>, options: { description: string }): Field<(string | undefined)[]> {
  const many = list(item, { ...options, unique: (value) => value });
  return {
    schema: { ...options, anyOf: [item.schema, many.schema] },
    read(node, path, reading) {
      if (isSeq(reading.source.follow(node))) return many.read(node, path, reading);
      const value = item.read(node, path, reading);
      return value === undefined ? undefined : [value];
    },
  };
}

/** An object with these keys and no others. Keys that are absent, empty or faulty are absent from what is read. */
export function object<T extends object>(
  fields: { readonly [Key in keyof T]-?: Field<T[Key]> },
  options: {
    description: string;
    /** With what to write, for the remedy. */
    required?: readonly (readonly [key: Extract<keyof T, string>, example: string])[];
  },
): Field<Partial<T>> {
  const { description } = options;
  const required = new Map<string, string>(options.required);
  const names: string[] = [];
  const properties: Record<string, JsonSchema> = {};
  for (const key in fields) {
    names.push(key);
    properties[key] = required.has(key) ? fields[key].schema : orNull(fields[key].schema);
  }
  return {
    schema: {
      type: 'object',
      description,
      properties,
      ...(required.size > 0 && { required: [...required.keys()] }),
      additionalProperties: false,
    },
    read: (node, path, reading) =>
      reading.following(node, (target) => {
        const entries = entriesOf(target, path, reading);
        if (!entries) return undefined;
        for (const [key, { pair }] of entries) {
          if (names.includes(key)) continue;
          const near = nearest(key, names);
          const hint =
            near === undefined
              ? `Remove it; there is ${names.map((name) => `\`${name}\``).join(', ')}.`
              : `Did you mean \`${near}\`?`;
          reading.reportAt(FAULTS.unknownKey({ key, hint }), [...path, key], startOf(pair.key) ?? 0);
        }
        const result: Partial<T> = {};
        for (const key in fields) {
          const child = entries.get(key)?.node ?? null;
          if (child === null || isEmpty(child)) {
            const example = required.get(key);
            // A key that was refused may have been meant for this one.
            if (example !== undefined && !hasOddKey(target))
              reading.report(FAULTS.required({ key, example }), [...path, key]);
            continue;
          }
          const value = fields[key].read(child, [...path, key], reading);
          if (value !== undefined) result[key] = value;
        }
        return result;
      }),
  };
}

/** An object whose keys are the user's own. */
export function mapOf<T>(item: Field<T>, options: { description: string }): Field<Map<string, T>> {
  return {
    schema: { type: 'object', ...options, additionalProperties: item.schema },
    read: (node, path, reading) =>
      reading.following(node, (target) => {
        const entries = entriesOf(target, path, reading);
        if (!entries) return undefined;
        const result = new Map<string, T>();
        for (const [key, entry] of entries) {
          const value = item.read(entry.node, [...path, key], reading);
          if (value !== undefined) result.set(key, value);
        }
        return result;
      }),
  };
}

/** Anything at all below an object, as it is. */
export function anyObject(options: { description: string }): Field<Readonly<Record<string, unknown>>> {
  return {
    schema: { type: 'object', ...options },
    read: (node, path, reading) =>
      reading.following(node, (target) =>
        entriesOf(target, path, reading) ? reading.source.valueOf(target) : undefined,
      ),
  };
}

/** A short form, a text, and a long one, an object; `widen` makes the long one of the short. */
export function shortOrLong<T extends object>(
  short: Field<string>,
  long: Field<T>,
  widen: (value: string) => T,
  options: { description: string },
): Field<T> {
  return {
    schema: { ...options, anyOf: [short.schema, long.schema] },
    read: (node, path, reading) =>
      reading.following(node, (target) => {
        if (isMap(target)) return long.read(target, path, reading);
        if (typeof scalarOf(target) !== 'string')
          return reject(reading, path, 'a name, or an object with a `name`', target);
        const value = short.read(target, path, reading);
        return value === undefined ? undefined : widen(value);
      }),
  };
}

interface Entry {
  readonly node: Node | null;
  readonly pair: Pair;
}

/** The first pair of each key; keys that are no text and keys that come again are reported. */
function entriesOf(node: Node | null, path: Path, reading: Reading): Map<string, Entry> | undefined {
  if (!isMap(node)) return reject(reading, path, 'an object (keys with values)', node);
  const entries = new Map<string, Entry>();
  for (const pair of node.items) {
    const key = keyText(pair.key);
    const offset = startOf(pair.key) ?? startOf(node) ?? 0;
    const first = key === undefined ? undefined : entries.get(key);
    if (key === undefined || key === '<<') {
      reading.reportAt(FAULTS.yamlKey(), path, offset);
    } else if (first) {
      const { line } = reading.source.position(startOf(first.pair.key) ?? 0);
      reading.reportAt(FAULTS.yamlDuplicateKey({ key, line }), [...path, key], offset);
    } else {
      entries.set(key, { node: asNode(pair.value), pair });
    }
  }
  return entries;
}

function hasOddKey(node: Node | null): boolean {
  return isMap(node) && node.items.some((pair) => keyText(pair.key) === undefined || keyText(pair.key) === '<<');
}

/** A key without a value counts as absent. */
function orNull(schema: JsonSchema): JsonSchema {
  const { type, enum: values, anyOf } = schema;
  return {
    ...schema,
    ...(typeof type === 'string' && { type: [type, 'null'] }),
    ...(values && { enum: [...new Set([...values, null])] }),
    ...(anyOf && { anyOf: [...anyOf, { type: 'null' }] }),
  };
}

function isEmpty(node: Node): boolean {
  return isScalar(node) && node.value === null;
}
