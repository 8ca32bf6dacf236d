/**
 * Defaults of built-in kinds: each Go type has its own, wherever it is used. Those that OpenAPI tells come from the schema.
 * Source: the defaults.go and zz_generated.defaults.go of k8s.io/kubernetes/pkg/apis.
 */
import { zeroOf } from '../../schema/empty-object.ts';
import { deepCopy, isArray, isObject, setMember, type JsonObject } from '../../schema/json.ts';
import { additionalSchema, type Schema } from '../../schema/schema.ts';
import { APP_DEFAULTS } from './defaults-apps.ts';
import { CORE_DEFAULTS } from './defaults-core.ts';
import { OTHER_DEFAULTS } from './defaults-others.ts';
import { POD_DEFAULTS } from './defaults-pods.ts';

/** Fills in the defaults of one object of a Go type, in place; its parts come later. */
export type Defaulter = (object: JsonObject) => void;

const DEFAULTERS: ReadonlyMap<string, Defaulter> = new Map([
  ...Object.entries(CORE_DEFAULTS),
  ...Object.entries(POD_DEFAULTS),
  ...Object.entries(APP_DEFAULTS),
  ...Object.entries(OTHER_DEFAULTS),
]);

/** Fills in all defaults of an object that has its Go type's shape, from the outside in. */
export function fillDefaults(schema: Schema, object: JsonObject): void {
  DEFAULTERS.get(schema['x-definition'] ?? '')?.(object);
  const properties = schema.properties ?? {};
  for (const key of Object.keys(properties)) {
    const property = properties[key];
    if (property === undefined) continue;
    if ((object[key] ?? undefined) === undefined) {
      if (!isWorthSetting(property)) continue;
      setMember(object, key, deepCopy(property.default));
    }
    fillValue(property, object[key]);
  }
}

function fillValue(schema: Schema, value: unknown): void {
  if (isArray(value)) {
    const items = schema.items;
    if (items === undefined) return;
    for (const item of value) fillValue(items, item);
  } else if (isObject(value)) {
    const values = additionalSchema(schema);
    if (values === undefined) {
      fillDefaults(schema, value);
    } else {
      for (const member of Object.values(value)) fillValue(values, member);
    }
  }
}

/** OpenAPI's defaults include the zero values of Go, which are written or left out by their types' own rules. */
function isWorthSetting(schema: Schema): boolean {
  const value = schema.default;
  if (value === undefined || isObject(value)) return false;
  return schema['x-go-empty'] !== 'omit' || value !== zeroOf(schema);
}
