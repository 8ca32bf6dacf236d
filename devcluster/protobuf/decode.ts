import { definitionName } from '../kinds/builtin-definitions.ts';
import { isArray, isObject, setMember } from '../schema/json.ts';
import { fieldsOf } from './fields.ts';
import { ProtobufError, readMessage } from './wire.ts';
import type { JsonObject } from '../schema/json.ts';
import type { Field } from './fields.ts';

/** What every message begins with. Source: k8s.io/apimachinery/pkg/runtime/serializer/protobuf. */
const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

const UNKNOWN = 'apimachinery.pkg.runtime.Unknown';
const TYPE_META = 'apimachinery.pkg.runtime.TypeMeta';
/** Served in every group, and defined in one. */
const OPTIONS = 'apimachinery.pkg.apis.meta.v1.';

/** An object of a built-in kind, or options, out of Kubernetes' protobuf encoding. Throws a {@link ProtobufError}. */
export function decodeProtobuf(body: Buffer): JsonObject {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new ProtobufError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  }
  let type: JsonObject = {};
  let raw: Buffer = Buffer.alloc(0);
  for (const { number, value } of readMessage(body.subarray(MAGIC.length))) {
    if (!Buffer.isBuffer(value)) continue;
    if (number === 1) type = decodeMessage(TYPE_META, value);
    else if (number === 2) raw = value;
  }
  const apiVersion = typeof type['apiVersion'] === 'string' ? type['apiVersion'] : '';
  const kind = typeof type['kind'] === 'string' ? type['kind'] : '';
  return { apiVersion, kind, ...decodeMessage(messageOf(apiVersion, kind), raw) };
}

function messageOf(apiVersion: string, kind: string): string {
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const name = definitionName(group, apiVersion.slice(slash + 1), kind);
  if (name !== undefined && fieldsOf(name)) return name;
  if (fieldsOf(OPTIONS + kind)) return OPTIONS + kind;
  throw new ProtobufError(`no kind "${kind}" is registered for version "${apiVersion}"`);
}

function decodeMessage(message: string, bytes: Buffer): JsonObject {
  const object: JsonObject = {};
  const fields = fieldsOf(message);
  if (!fields || message === UNKNOWN) throw new ProtobufError(`there is no message ${message}`);
  for (const { number, value } of readMessage(bytes)) {
    const field = fields.get(number);
    // A field that this version does not know is left out, as by the real server.
    if (field) setField(object, field, value);
  }
  return object;
}

function setField(object: JsonObject, { name, type, shape }: Field, value: bigint | Buffer): void {
  if (name === undefined) {
    const inlined = decodeValue(type, value);
    if (isObject(inlined)) Object.assign(object, inlined);
  } else if (shape === 'list') {
    const list = object[name];
    object[name] = [...(isArray(list) ? list : []), decodeValue(type, value)];
  } else if (shape === 'map') {
    const map = isObject(object[name]) ? object[name] : {};
    const [key, member] = decodeEntry(type, bytesOf(value));
    setMember(map, key, member);
    object[name] = map;
  } else {
    setMember(object, name, decodeValue(type, value));
  }
}

function decodeEntry(type: string, bytes: Buffer): [key: string, member: unknown] {
  let key = '';
  let member: unknown = ZEROS[type] ?? {};
  for (const { number, value } of readMessage(bytes)) {
    if (number === 1) key = bytesOf(value).toString('utf8');
    else if (number === 2) member = decodeValue(type, value);
  }
  return [key, member];
}

const ZEROS: Readonly<Record<string, unknown>> = { string: '', bytes: '', bool: false, int32: 0, int64: 0, double: 0 };

function bytesOf(value: bigint | Buffer): Buffer {
  if (Buffer.isBuffer(value)) return value;
  throw new ProtobufError('proto: wrong wireType');
}

function numberOf(value: bigint | Buffer): bigint {
  if (typeof value === 'bigint') return value;
  throw new ProtobufError('proto: wrong wireType');
}

function decodeValue(type: string, value: bigint | Buffer): unknown {
  switch (type) {
    case 'string':
      return bytesOf(value).toString('utf8');
    case 'bytes':
      return bytesOf(value).toString('base64');
    case 'bool':
      return numberOf(value) !== 0n;
    case 'int32':
      return Number(BigInt.asIntN(32, numberOf(value)));
    case 'int64':
      return Number(BigInt.asIntN(64, numberOf(value)));
    case 'double':
      return bytesOf(value).readDoubleLE(0);
    default: {
      const special = SPECIAL[type];
      return special ? special(bytesOf(value)) : decodeMessage(type, bytesOf(value));
    }
  }
}

type Decode = (bytes: Buffer) => unknown;

/** The members of a message by number, where it is not written as an object in JSON. */
function members(bytes: Buffer): Map<number, bigint | Buffer> {
  return new Map([...readMessage(bytes)].map(({ number, value }) => [number, value]));
}

const textAt = (bytes: Buffer, number: number): string => {
  const value = members(bytes).get(number);
  return value === undefined ? '' : bytesOf(value).toString('utf8');
};

/** A list that is all that a message has. */
const listOnly =
  (message: string): Decode =>
  (bytes) => {
    const list = [...(fieldsOf(message)?.values() ?? [])][0];
    const items = decodeMessage(message, bytes)[list?.name ?? ''];
    return isArray(items) ? items : [];
  };

const META = 'apimachinery.pkg.apis.meta.v1.';
const SCHEMA = 'apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps';

/** Types with a JSON form of their own. */
const SPECIAL: Readonly<Record<string, Decode>> = {
  'apimachinery.pkg.api.resource.Quantity': (bytes) => textAt(bytes, 1),
  'apimachinery.pkg.util.intstr.IntOrString': (bytes) => {
    const found = members(bytes);
    if ((found.get(1) ?? 0n) === 1n) return textAt(bytes, 3);
    return Number(BigInt.asIntN(32, numberOf(found.get(2) ?? 0n)));
  },
  [`${META}Time`]: (bytes) => time(bytes, 0),
  [`${META}MicroTime`]: (bytes) => time(bytes, 6),
  [`${META}Duration`]: (bytes) => `${Number(members(bytes).get(1) ?? 0n) / 1e9}s`,
  [`${META}FieldsV1`]: rawJson,
  'apimachinery.pkg.runtime.RawExtension': rawJson,
  'apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON': rawJson,
  [`${SCHEMA}OrBool`]: (bytes) => {
    const found = members(bytes);
    const schema = found.get(2);
    return schema === undefined ? (found.get(1) ?? 0n) !== 0n : decodeMessage(SCHEMA, bytesOf(schema));
  },
  [`${SCHEMA}OrArray`]: (bytes) => {
    const schema = members(bytes).get(1);
    return schema === undefined
      ? (decodeMessage(`${SCHEMA}OrArray`, bytes)['jSONSchemas'] ?? [])
      : decodeMessage(SCHEMA, bytesOf(schema));
  },
  [`${SCHEMA}OrStringArray`]: (bytes) => {
    const schema = members(bytes).get(1);
    return schema === undefined
      ? (decodeMessage(`${SCHEMA}OrStringArray`, bytes)['property'] ?? [])
      : decodeMessage(SCHEMA, bytesOf(schema));
  },
  'api.authentication.v1.ExtraValue': listOnly('api.authentication.v1.ExtraValue'),
  'api.authorization.v1.ExtraValue': listOnly('api.authorization.v1.ExtraValue'),
  'api.certificates.v1.ExtraValue': listOnly('api.certificates.v1.ExtraValue'),
};

function rawJson(bytes: Buffer): unknown {
  const text = textAt(bytes, 1);
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new ProtobufError('proto: a raw value is no JSON');
  }
}

/** RFC 3339 with so many digits of a second; null where there is no time. */
function time(bytes: Buffer, digits: number): string | null {
  if (bytes.length === 0) return null;
  const found = members(bytes);
  const seconds = Number(BigInt.asIntN(64, numberOf(found.get(1) ?? 0n)));
  const nanos = Number(BigInt.asIntN(32, numberOf(found.get(2) ?? 0n)));
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  return digits === 0 ? `${whole}Z` : `${whole}.${String(Math.trunc(nanos / 1000)).padStart(digits, '0')}Z`;
}
