/**
 * The metadata of objects inside of custom resources (`x-kubernetes-embedded-resource`) is read into the same Go type as
 * the metadata of the resource itself. Source: apiextensions-apiserver/pkg/apiserver/schema/objectmeta.
 */
import { invalid } from '../schema/field-error.ts';
import { compareStrings } from '../schema/go-text.ts';
import { isArray, isObject, type JsonObject } from '../schema/json.ts';
import { childPath } from '../schema/list-types.ts';
import { memberSchema, type Schema } from '../schema/schema.ts';
import { definitionSchema } from './builtin-definitions.ts';
import { findDecodeProblem } from './decode-problem.ts';
import { toGoShape } from './go-shape.ts';

const objectMeta = (): Schema => definitionSchema('apimachinery.pkg.apis.meta.v1.ObjectMeta');

/** The first problem that keeps embedded types or metadata from being read, in the real server's words. */
export function findEmbeddedProblem(schema: Schema, value: unknown): string | undefined {
  let problem: string | undefined;
  visitEmbedded(schema, value, '', (resource, at) => {
    problem ??= typeProblem(resource, at) ?? metadataProblem(resource['metadata'], at('metadata'));
  });
  return problem;
}

/**
 * Brings embedded metadata into its shape, in place: what it does not know, null and empty members go. What is wrong in
 * it stays: see `findEmbeddedProblem`.
 * @returns the paths of the unknown members, sorted.
 */
export function shapeEmbeddedMetadata(schema: Schema, value: unknown): string[] {
  const unknown: string[] = [];
  visitEmbedded(schema, value, '', (resource, at) => {
    const { metadata } = resource;
    if (metadata === undefined) return;
    if (metadata === null) resource['metadata'] = {};
    else if (isObject(metadata)) {
      unknown.push(...toGoShape(objectMeta(), metadata).map((path) => `${at('metadata')}.${path}`));
    }
  });
  return unknown.sort(compareStrings);
}

type Visitor = (resource: JsonObject, at: (member: string) => string) => void;

function visitEmbedded(schema: Schema, value: unknown, path: string, visit: Visitor): void {
  if (isArray(value)) {
    const { items } = schema;
    if (items !== undefined) value.forEach((item, index) => visitEmbedded(items, item, `${path}[${index}]`, visit));
    return;
  }
  if (!isObject(value)) return;
  if (schema['x-kubernetes-embedded-resource'] === true) {
    visit(value, (member) => (path === '' ? member : `${path}.${member}`));
  }
  for (const key of Object.keys(value)) {
    const member = memberSchema(schema, key);
    if (member !== undefined) visitEmbedded(member, value[key], childPath(schema, path, key), visit);
  }
}

function typeProblem(resource: JsonObject, at: (member: string) => string): string | undefined {
  const wrong = ['apiVersion', 'kind'].find((key) => Object.hasOwn(resource, key) && typeof resource[key] !== 'string');
  return wrong === undefined ? undefined : described(at(wrong), resource[wrong], 'must be a string');
}

function metadataProblem(metadata: unknown, path: string): string | undefined {
  if (metadata === undefined || metadata === null) return undefined;
  if (isObject(metadata)) {
    const problem = findDecodeProblem(objectMeta(), metadata, 'ObjectMeta');
    return problem === undefined ? undefined : described(path, metadata, problem);
  }
  const type = isArray(metadata) ? 'array' : typeof metadata === 'boolean' ? 'bool' : typeof metadata;
  return described(path, metadata, `json: cannot unmarshal ${type} into Go value of type v1.ObjectMeta`);
}

function described(path: string, value: unknown, detail: string): string {
  return `${path}: ${invalid(path, value, detail).message}`;
}
