/**
 * What keeps the result of a strategic merge patch from being read as its Go type. The real server does not go through JSON
 * there, so that its words differ from those about a body.
 * Source: fromUnstructured of k8s.io/apimachinery/pkg/runtime/converter.go.
 */
import { isArray, isObject } from '../schema/json.ts';
import { additionalSchema, type Schema } from '../schema/schema.ts';
import { base64Problem, errorOf, firstOf, goTypeOf, isInt32, jsonType, quantityProblem } from './decode-problem.ts';
import { normaliseMicroTime, normaliseTime } from './go-time.ts';

/** The first problem in the real server's words; undefined if the value can be read. Unknown members are no problem, nor is null. */
export function findConvertProblem(schema: Schema, value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  const unmarshalled = (target: string): string =>
    `json: cannot unmarshal ${jsonType(value)} into Go value of type ${target}`;
  switch (schema['x-go-type'] ?? '') {
    case 'resource.Quantity':
      return quantityProblem(value);
    case 'v1.Time':
      return typeof value === 'string' ? errorOf(normaliseTime(value)) : unmarshalled('string');
    case 'v1.MicroTime':
      return typeof value === 'string' ? errorOf(normaliseMicroTime(value)) : unmarshalled('string');
    case 'intstr.IntOrString':
      return typeof value === 'string' || isInt32(value) ? undefined : unmarshalled('int32');
    default:
  }
  switch (schema.type ?? '') {
    case 'string':
      if (schema.format === 'byte') return bytesProblem(value);
      return typeof value === 'string' ? undefined : simpleProblem(schema, 'string', value);
    case 'boolean':
      return typeof value === 'boolean' ? undefined : simpleProblem(schema, 'bool', value);
    case 'integer':
      return Number.isInteger(value) ? undefined : simpleProblem(schema, schema.format ?? 'int', value);
    case 'number':
      return typeof value === 'number' ? undefined : simpleProblem(schema, 'float64', value);
    case 'array':
      if (!isArray(value)) return `cannot restore slice from ${kindOf(value)}`;
      return firstOf(value, (item) => (schema.items ? findConvertProblem(schema.items, item) : undefined));
    case 'object':
      return objectProblem(schema, value);
    default:
      return undefined;
  }
}

function objectProblem(schema: Schema, value: unknown): string | undefined {
  const values = additionalSchema(schema);
  const { properties = {} } = schema;
  if (!isObject(value)) {
    return values === undefined
      ? `cannot restore struct from: ${kindOf(value)}`
      : `cannot restore map from ${kindOf(value)}`;
  }
  if (values !== undefined) return firstOf(Object.values(value), (member) => findConvertProblem(values, member));
  return firstOf(Object.keys(properties), (key) => {
    const property = properties[key];
    return property === undefined ? undefined : findConvertProblem(property, value[key]);
  });
}

/** Go knows how to convert a number to the other types of numbers, and to a string, which is refused by name. */
function simpleProblem(schema: Schema, goKind: string, value: unknown): string {
  const convertible =
    typeof value === 'number' && goKind !== 'bool' && (goKind !== 'string' || Number.isInteger(value));
  return convertible ? `cannot convert ${kindOf(value)} to ${goTypeOf(schema)}` : `unrecognized type: ${goKind}`;
}

function bytesProblem(value: unknown): string | undefined {
  if (typeof value !== 'string') return `cannot restore slice from ${kindOf(value)}`;
  const problem = base64Problem(value);
  return problem === undefined ? undefined : `error decoding from json: ${problem}`;
}

/** What Go calls the kind of a value that was read from JSON. */
function kindOf(value: unknown): string {
  if (isArray(value)) return 'slice';
  if (isObject(value)) return 'map';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
