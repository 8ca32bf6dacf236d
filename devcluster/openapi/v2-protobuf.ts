/** An OpenAPI v2 document in protobuf, as kubectl reads it. Source: OpenAPIv2.proto of github.com/google/gnostic-models. */
import { boolean, double, integer, join, message, text, texts, type Field } from '../protobuf/write.ts';
import { isArray, isObject, listAt, type JsonObject } from '../schema/json.ts';

export function encodeOpenApiV2(document: JsonObject): Buffer {
  const info = object(document['info']);
  const security = listAt(document, 'security').map((requirement) =>
    message(
      12,
      named(1, requirement, (scopes) => texts(1, isArray(scopes) ? scopes : [])),
    ),
  );
  return join([
    text(1, document['swagger']),
    message(2, [text(1, info['title']), text(2, info['version'])]),
    message(
      8,
      named(2, document['paths'], (item) => pathItem(object(item))),
    ),
    message(
      9,
      named(1, document['definitions'], (definition) => schema(object(definition))),
    ),
    ...security,
    message(
      13,
      named(1, document['securityDefinitions'], (scheme) => message(2, apiKey(object(scheme)))),
    ),
  ]);
}

const METHODS = { get: 2, put: 3, post: 4, delete: 5, options: 6, head: 7, patch: 8 };

function pathItem(item: JsonObject): Field {
  const operations = Object.entries(METHODS).map(([method, number]) => {
    const operation = item[method];
    return isObject(operation) ? message(number, operationOf(operation)) : [];
  });
  return [...operations.flat(), ...parameters(9, item)];
}

function operationOf(operation: JsonObject): Field[] {
  return [
    texts(1, listAt(operation, 'tags')),
    text(5, operation['operationId']),
    texts(6, listAt(operation, 'produces')),
    texts(7, listAt(operation, 'consumes')),
    parameters(8, operation),
    message(
      9,
      named(1, operation['responses'], (response) => message(1, responseOf(object(response)))),
    ),
    texts(10, listAt(operation, 'schemes')),
    extensions(13, operation),
  ];
}

function responseOf(response: JsonObject): Field[] {
  const { schema: answer } = response;
  return [text(1, response['description']), isObject(answer) ? message(2, [message(1, [schema(answer)])]) : []];
}

/** Where a parameter is decides on its message. */
const NON_BODY = { query: 3, path: 4 };

function parameters(number: number, owner: JsonObject): Field {
  return listAt(owner, 'parameters')
    .filter(isObject)
    .flatMap((parameter) => message(number, [message(1, [parameterOf(parameter)])]));
}

function parameterOf(parameter: JsonObject): Field {
  const { in: place, name, required, type, schema: body } = parameter;
  if (place === 'body') {
    return message(1, [text(2, name), text(3, place), boolean(4, required), message(5, [schema(object(body))])]);
  }
  const [number, moved] = place === 'path' ? [NON_BODY.path, 0] : [NON_BODY.query, 1];
  const fields = [boolean(1, required), text(2, place), text(4, name), text(5 + moved, type)];
  return message(2, [message(number, [...fields, boolean(19 + moved, parameter['uniqueItems'])])]);
}

function apiKey(scheme: JsonObject): Field[] {
  return [text(1, scheme['type']), text(2, scheme['name']), text(3, scheme['in'])];
}

function schema(node: JsonObject): Field {
  const { items, properties, additionalProperties, type, default: fallback, enum: choice } = node;
  return [
    text(1, node['$ref']),
    text(2, node['format']),
    text(3, node['title']),
    text(4, node['description']),
    fallback === undefined ? [] : message(5, any(fallback)),
    double(6, node['multipleOf']),
    double(7, node['maximum']),
    boolean(8, node['exclusiveMaximum']),
    double(9, node['minimum']),
    boolean(10, node['exclusiveMinimum']),
    integer(11, node['maxLength']),
    integer(12, node['minLength']),
    text(13, node['pattern']),
    integer(14, node['maxItems']),
    integer(15, node['minItems']),
    boolean(16, node['uniqueItems']),
    integer(17, node['maxProperties']),
    integer(18, node['minProperties']),
    texts(19, listAt(node, 'required')),
    isArray(choice) ? choice.flatMap((value) => message(20, any(value))) : [],
    isObject(additionalProperties) ? message(21, [message(1, [schema(additionalProperties)])]) : [],
    typeof additionalProperties === 'boolean' ? message(21, [boolean(2, additionalProperties)]) : [],
    typeof type === 'string' ? message(22, [text(1, type)]) : [],
    isObject(items) ? message(23, [message(1, [schema(items)])]) : [],
    isObject(properties)
      ? message(
          25,
          named(1, properties, (member) => schema(object(member))),
        )
      : [],
    extensions(31, node),
  ].flat();
}

/** Values of any kind are written as YAML, of which JSON is a part. */
function any(value: unknown): Field[] {
  return [text(2, `${JSON.stringify(value)}\n`)];
}

function extensions(number: number, node: JsonObject): Field {
  return Object.entries(node).flatMap(([name, value]) =>
    name.startsWith('x-') ? message(number, [text(1, name), message(2, any(value))]) : [],
  );
}

/** A map: pairs of a name and a value. */
function named(number: number, members: unknown, write: (value: unknown) => Field): Field[] {
  return Object.entries(object(members)).map(([name, value]) =>
    message(number, [text(1, name), message(2, [write(value)])]),
  );
}

function object(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
