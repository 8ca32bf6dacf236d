/**
 * How values of a schema merge: what is one piece ("atomic") and what has members or items of its own.
 * A type may allow several shapes; which one counts is decided by the value at hand (`shapeOf`).
 * Source: k8s.io/kube-openapi/pkg/schemaconv (OpenAPI v3), sigs.k8s.io/structured-merge-diff/v6/schema.
 */
import { isArray, isObject } from '../schema/json.ts';
import { OBJECT_META, RESOURCE_PROPERTIES } from '../schema/object-meta-schema.ts';
import { additionalSchema, preservesUnknownFields, type Schema } from '../schema/schema.ts';

export type ScalarType = 'string' | 'numeric' | 'boolean' | 'untyped';
export type Shape = 'map' | 'scalar' | 'list';

export interface MergeType {
  readonly scalar: ScalarType | undefined;
  readonly list: ListType | undefined;
  readonly map: MapType | undefined;
}

export interface ListType {
  /** One piece; otherwise a set, or with keys a map. */
  readonly atomic: boolean;
  readonly keys: readonly string[];
  readonly items: MergeType;
}

export interface MapType {
  /** One piece; otherwise each member is owned for itself. */
  readonly atomic: boolean;
  /** Whether the schema names the member, rather than taking it for one of any. */
  names(member: string): boolean;
  /** The type of a member; undefined where the schema has none for it. */
  member(name: string): MergeType | undefined;
  /** The default of a named member. */
  defaultOf(member: string): unknown;
  /** Nothing is known of the members: their types are deduced from their values. */
  readonly deduced: boolean;
}

/** The shape that counts for a value. Without a value (or null) the first that the type allows. */
export function shapeOf(type: MergeType, value: unknown): Shape | undefined {
  if (isObject(value)) {
    if (type.map !== undefined) return 'map';
  } else if (isArray(value)) {
    if (type.list !== undefined) return 'list';
  } else if (value !== undefined && value !== null && type.scalar !== undefined) {
    return 'scalar';
  }
  if (type.map !== undefined) return 'map';
  if (type.scalar !== undefined) return 'scalar';
  return type.list === undefined ? undefined : 'list';
}

/** Any value, as one piece. */
const ATOMIC: MergeType = {
  scalar: 'untyped',
  get list() {
    return ATOMIC_LIST;
  },
  get map() {
    return ATOMIC_MAP;
  },
};

/** Any value: objects member by member, lists as one piece. */
const DEDUCED: MergeType = {
  scalar: 'untyped',
  get list() {
    return ATOMIC_LIST;
  },
  get map() {
    return DEDUCED_MAP;
  },
};

const ATOMIC_LIST: ListType = { atomic: true, keys: [], items: ATOMIC };

const anyMembers = (atomic: boolean, member: MergeType): MapType => ({
  atomic,
  names: () => false,
  member: () => member,
  defaultOf: () => undefined,
  deduced: member === DEDUCED,
});

const ATOMIC_MAP = anyMembers(true, ATOMIC);
const DEDUCED_MAP = anyMembers(false, DEDUCED);

const knownRoots = new WeakMap<Schema, MergeType>();

/** The type of an object as a whole: it has metadata even if its schema does not say so. Without a schema all is deduced. */
export function rootTypeOf(schema: Schema | undefined): MergeType {
  if (schema === undefined) return DEDUCED;
  let type = knownRoots.get(schema);
  if (type === undefined) {
    const map = new SchemaMap(schema, preservesUnknownFields(schema), true);
    type = { scalar: undefined, list: undefined, map };
    knownRoots.set(schema, type);
  }
  return type;
}

const known = new WeakMap<Schema, MergeType>();
const knownPreserving = new WeakMap<Schema, MergeType>();

/**
 * The type of a schema.
 * @param preserving an outer schema preserves unknown fields, which all schemas inside inherit.
 */
export function mergeTypeOf(schema: Schema, preserving = false): MergeType {
  const cache = preserving ? knownPreserving : known;
  let type = cache.get(schema);
  if (type === undefined) {
    type = makeType(schema, preserving || preservesUnknownFields(schema));
    cache.set(schema, type);
  }
  return type;
}

function makeType(schema: Schema, preserving: boolean): MergeType {
  switch (schema.type ?? '') {
    case '':
      return { scalar: 'untyped', list: makeList(schema, preserving), map: new SchemaMap(schema, preserving) };
    case 'object':
      return { scalar: undefined, list: undefined, map: new SchemaMap(schema, preserving) };
    case 'array':
      return { scalar: undefined, list: makeList(schema, preserving), map: undefined };
    case 'integer':
    case 'number':
      return { scalar: 'numeric', list: undefined, map: undefined };
    case 'boolean':
      return { scalar: 'boolean', list: undefined, map: undefined };
    case 'string': {
      const plain = schema.format === undefined || schema.format === '' || schema.format === 'byte';
      return { scalar: plain ? 'string' : 'untyped', list: undefined, map: undefined };
    }
    default:
      return { scalar: 'untyped', list: undefined, map: undefined };
  }
}

function makeList(schema: Schema, preserving: boolean): ListType {
  const items = schema.items;
  const relationship = listRelationship(schema);
  return {
    ...relationship,
    get items() {
      return items === undefined ? ATOMIC : mergeTypeOf(items, preserving);
    },
  };
}

function listRelationship(schema: Schema): { atomic: boolean; keys: readonly string[] } {
  switch (schema['x-kubernetes-list-type']) {
    case undefined:
      break;
    case 'set':
      return { atomic: false, keys: [] };
    case 'map':
      return { atomic: false, keys: schema['x-kubernetes-list-map-keys'] ?? [] };
    default:
      return { atomic: true, keys: [] };
  }
  const strategy = schema['x-kubernetes-patch-strategy'];
  if (strategy !== 'merge' && strategy !== 'merge,retainKeys') return { atomic: true, keys: [] };
  const key = schema['x-kubernetes-patch-merge-key'];
  return { atomic: false, keys: key === undefined ? [] : [key] };
}

class SchemaMap implements MapType {
  readonly atomic: boolean;
  readonly deduced: boolean;
  readonly #schema: Schema;
  readonly #preserving: boolean;
  /** An object of the API, on its own or embedded. */
  readonly #isResource: boolean;
  readonly #others: MergeType | undefined;

  constructor(schema: Schema, preserving: boolean, isResource = schema['x-kubernetes-embedded-resource'] === true) {
    this.#schema = schema;
    this.#preserving = preserving;
    this.#isResource = isResource;
    this.atomic = schema['x-kubernetes-map-type'] === 'atomic';
    this.#others = this.#typeOfOthers();
    this.deduced = this.#others === DEDUCED && !this.#hasProperties;
  }

  get #hasProperties(): boolean {
    return this.#isResource || Object.keys(this.#schema.properties ?? {}).length > 0;
  }

  #typeOfOthers(): MergeType | undefined {
    const schema = this.#schema;
    const additional = additionalSchema(schema);
    if (additional !== undefined) return mergeTypeOf(additional, this.#preserving);
    if (schema.additionalProperties === true) return DEDUCED;
    if (schema.additionalProperties === false) return undefined;
    return this.#preserving || !this.#hasProperties ? DEDUCED : undefined;
  }

  names(member: string): boolean {
    if (this.#isResource && Object.hasOwn(RESOURCE_PROPERTIES, member)) return true;
    return this.#schema.properties !== undefined && Object.hasOwn(this.#schema.properties, member);
  }

  member(name: string): MergeType | undefined {
    const property = this.#property(name);
    if (property === undefined) return this.#others;
    // Metadata is a type of its own, which does not inherit that unknown fields are preserved.
    return mergeTypeOf(property, this.#preserving && property !== OBJECT_META);
  }

  defaultOf(member: string): unknown {
    return this.#property(member)?.default;
  }

  #property(name: string): Schema | undefined {
    if (this.#isResource && Object.hasOwn(RESOURCE_PROPERTIES, name)) return RESOURCE_PROPERTIES[name];
    return this.names(name) ? this.#schema.properties?.[name] : undefined;
  }
}
