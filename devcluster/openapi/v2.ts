import { isArray, isObject } from '../schema/json.ts';
import { componentsOf, referencesOf } from './builtin-components.ts';
import { customComponents } from './custom-components.ts';
import { pathItems } from './operations.ts';
import { discoveryPaths, INFO, NAMES, openApiPaths, SECURITY_SCHEME } from './v3.ts';
import type { KindRegistry } from '../kinds/registry.ts';
import type { JsonObject } from '../schema/json.ts';
import type { Operation, PathItem } from './operations.ts';

const V3_REF = '#/components/schemas/';
const V2_REF = '#/definitions/';

/** The one OpenAPI v2 document, of all kinds: older kubectls and `kubectl apply` of lists ask for it. Without descriptions. */
export function openApiV2(kinds: KindRegistry): JsonObject {
  const all = kinds.all();
  const paths = [
    ...openApiPaths(kinds).flatMap((path) => discoveryPaths(kinds, path) ?? []),
    ...all.flatMap((kind) => pathItems(kind, NAMES)),
  ];
  const custom = all.filter((kind) => kind.custom).flatMap((kind) => customComponents(kind, true));
  const builtin = componentsOf(referencesOf([paths, custom]));
  const own = Object.entries(builtin).map(([name, schema]): [string, JsonObject] => [name, withoutDefaults(schema)]);
  return {
    swagger: '2.0',
    info: INFO,
    paths: Object.fromEntries(paths.sort(byName).map(([path, item]) => [path, pathOf(item)])),
    definitions: Object.fromEntries([...own, ...custom].map(([name, schema]) => [name, definition(schema)])),
    securityDefinitions: { BearerToken: SECURITY_SCHEME },
    security: [{ BearerToken: [] }],
  };
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** Clients of v2 know no defaults, and no choice between types: quantities and their like are texts. */
function withoutDefaults(schema: JsonObject): JsonObject {
  const out: JsonObject = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'default') continue;
    if (key === 'oneOf') out['type'] = 'string';
    else if (key === 'properties' && isObject(value)) {
      out[key] = Object.fromEntries(
        Object.entries(value).map(([name, member]) => [name, isObject(member) ? withoutDefaults(member) : member]),
      );
    } else if ((key === 'items' || key === 'additionalProperties') && isObject(value))
      out[key] = withoutDefaults(value);
    else out[key] = value;
  }
  return out;
}

/** Members say what is beside a reference in the same object, and references lead elsewhere. */
function definition(value: unknown): unknown {
  if (isArray(value)) return value.map(definition);
  if (!isObject(value)) return value;
  const out: JsonObject = {};
  for (const [key, member] of Object.entries(value)) {
    const only = key === 'allOf' && isArray(member) && member.length === 1 ? member[0] : undefined;
    if (key === '$ref' && typeof member === 'string') out['$ref'] = member.replace(V3_REF, V2_REF);
    else if (isObject(only) && typeof only['$ref'] === 'string') Object.assign(out, definition(only));
    else out[key] = definition(member);
  }
  return out;
}

function pathOf({ parameters, operations }: PathItem): JsonObject {
  return {
    ...Object.fromEntries(Object.entries(operations).map(([method, operation]) => [method, operationOf(operation)])),
    ...(parameters && parameters.length > 0 && { parameters: parameters.map(flat) }),
  };
}

function operationOf({ parameters = [], requestBody, responses, tags, operationId, ...extensions }: Operation): object {
  const answered = Object.values(responses).flatMap(({ content }) => (content ? Object.keys(content) : []));
  const taken = Object.keys(requestBody?.content ?? {});
  const produces = [...new Set(answered)];
  const isBuiltin = produces.includes(PROTOBUF) && extensions['x-kubernetes-action'] !== undefined;
  const consumes = taken.length > 0 ? taken : isBuiltin ? ['*/*'] : produces;
  const [body] = Object.values(requestBody?.content ?? {});
  const named = parameters.map(flat);
  if (body) {
    const required = requestBody?.required === true && { required: true };
    named.push({ name: 'body', in: 'body', ...required, schema: definition(body.schema) });
  }
  return {
    consumes,
    produces,
    schemes: ['https'],
    tags,
    operationId,
    ...(named.length > 0 && { parameters: named.sort((a, b) => (String(a['name']) < String(b['name']) ? -1 : 1)) }),
    responses: Object.fromEntries(
      Object.entries(responses).map(([code, { description, content }]) => {
        const [first] = Object.values(content ?? {});
        return [code, { description, ...(first && { schema: definition(first.schema) }) }];
      }),
    ),
    ...extensions,
  };
}

const PROTOBUF = 'application/vnd.kubernetes.protobuf';

function flat({ schema, ...rest }: NonNullable<PathItem['parameters']>[number]): JsonObject {
  return { ...rest, ...schema };
}
