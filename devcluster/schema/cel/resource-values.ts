/** Parts of resources as values of CEL. Source: k8s.io/apiserver/pkg/cel/common/valuesunstructured.go. */
import type { CelType } from '../../cel/types.ts';
import { parseFormatDuration, parseTimestamp } from '../../cel/times.ts';
import {
  CelList,
  CelMap,
  Duration,
  EvaluationError,
  OpaqueValue,
  Timestamp,
  type ListIdentity,
  type Value,
} from '../../cel/values.ts';
import { quote } from '../go-text.ts';
import { deepEqual, isArray, isObject, type JsonObject } from '../json.ts';
import { additionalSchema, type Schema } from '../schema.ts';
import { isEmbedded, withObjectMeta } from './declared-type.ts';
import { escapeFieldName, unescapeFieldName } from './field-names.ts';

/** What is inside of objects and lists is turned when it is asked for. Throws an {@link EvaluationError}. */
export function toValue(value: unknown, schema: Schema): Value {
  if (value === null || value === undefined) {
    if (schema.nullable === true) return null;
    throw new EvaluationError('invalid data, got null for schema with nullable=false');
  }
  if (schema['x-kubernetes-int-or-string'] === true) return intOrString(value);
  switch (schema.type ?? '') {
    case 'object':
      if (!isObject(value)) throw wrong('a map for the provided schema with type=object');
      return new ResourceObject(value, isEmbedded(schema) ? withObjectMeta(schema) : schema);
    case 'array':
      if (!isArray(value)) throw wrong('an array for the provided schema with type=array');
      return listOf(value, schema);
    case 'string':
      if (typeof value !== 'string') throw wrong(`string, got ${typeof value}`);
      return stringOf(value, schema.format ?? '');
    case 'number':
      if (typeof value !== 'number') throw wrong(`float, got ${typeof value}`);
      return value;
    case 'integer':
      if (typeof value !== 'number' || !Number.isInteger(value)) throw wrong(`int, got ${goType(value)}`);
      return BigInt(value);
    case 'boolean':
      if (typeof value !== 'boolean') throw wrong(`bool, got ${typeof value}`);
      return value;
    default:
      return new UnknownValue(value);
  }
}

const UNKNOWN_TYPE: CelType = { kind: 'struct', name: 'unknown', parameters: [] };

/** What `x-kubernetes-preserve-unknown-fields` keeps: expressions cannot name it, but objects that have it are compared. */
class UnknownValue extends OpaqueValue {
  readonly type = UNKNOWN_TYPE;
  readonly #value: unknown;

  constructor(value: unknown) {
    super();
    this.#value = value;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof UnknownValue && deepEqual(this.#value, other.#value);
  }
}

const wrong = (expected: string): EvaluationError => new EvaluationError(`invalid data, expected ${expected}`);
const goType = (value: unknown): string => (typeof value === 'number' ? 'float64' : typeof value);

function intOrString(value: unknown): Value {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  throw wrong('XIntOrString value to be either a string or integer');
}

function stringOf(text: string, format: string): Value {
  if (format === 'byte') return Buffer.from(text, 'base64');
  if (format === 'duration') {
    const nanos = parseFormatDuration(text);
    if (nanos === undefined) throw new EvaluationError(`Invalid duration ${text}: unable to parse ${text} as duration`);
    return new Duration(nanos);
  }
  if (format !== 'date' && format !== 'date-time') return text;
  const nanos = parseTimestamp(format === 'date' ? `${text}T00:00:00Z` : text);
  if (nanos !== undefined) return new Timestamp(nanos);
  throw new EvaluationError(`Invalid ${format} formatted string ${text}: parsing time ${quote(text)}`);
}

function listOf(items: readonly unknown[], schema: Schema): CelList {
  const itemSchema = schema.items;
  if (itemSchema === undefined) {
    throw new EvaluationError('invalid array type, expected Items with a non-empty Schema');
  }
  return new CelList(items.length, (index) => toValue(items[index], itemSchema), identityOf(schema));
}

function identityOf(schema: Schema): ListIdentity {
  switch (schema['x-kubernetes-list-type'] ?? '') {
    case 'set':
      return { type: 'set' };
    case 'map': {
      const keys = schema['x-kubernetes-list-map-keys'] ?? [];
      return { type: 'map', keys: keys.map((key) => escapeFieldName(key) ?? key) };
    }
    default:
      return { type: 'atomic' };
  }
}

class ResourceObject extends CelMap {
  readonly #value: JsonObject;
  readonly #schema: Schema;
  /** Its members have names in the schema. */
  readonly #hasProperties: boolean;

  constructor(value: JsonObject, schema: Schema) {
    super();
    this.#value = value;
    this.#schema = schema;
    this.#hasProperties = Object.keys(schema.properties ?? {}).length > 0;
  }

  get size(): number {
    return Object.keys(this.#value).length;
  }

  find(key: Value): Value | undefined {
    if (typeof key !== 'string') throw new EvaluationError('no such overload');
    const name = this.#hasProperties ? unescapeFieldName(key) : key;
    if (name === undefined || !Object.hasOwn(this.#value, name)) return undefined;
    const member = this.#value[name];
    // A field that is null is one that is not there.
    if (this.#hasProperties && member === null) return undefined;
    const schema = this.#schemaOf(name);
    return schema === undefined ? undefined : toValue(member, schema);
  }

  keys(): readonly Value[] {
    return Object.keys(this.#value)
      .filter((name) => this.#schemaOf(name) !== undefined)
      .map((name) => (this.#hasProperties ? (escapeFieldName(name) ?? name) : name));
  }

  override unknownMembers(): ReadonlyMap<string, unknown> {
    return new Map(Object.entries(this.#value).filter(([name]) => this.#schemaOf(name) === undefined));
  }

  #schemaOf(name: string): Schema | undefined {
    const { properties } = this.#schema;
    if (!this.#hasProperties) return additionalSchema(this.#schema);
    return properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined;
  }
}
