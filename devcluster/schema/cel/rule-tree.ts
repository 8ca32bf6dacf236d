/** Where in a schema there are rules, compiled once. Source: NewValidator of apiextensions-apiserver/pkg/apiserver/schema/cel. */
import { additionalSchema, type Schema } from '../schema.ts';
import { compileRules, type CompiledRule } from './compile-rules.ts';
import { declareType, isEmbedded, type DeclaredType } from './declared-type.ts';
import { escapeFieldName } from './field-names.ts';

/** A part of a schema in or below which there are rules. */
export interface RuleNode {
  readonly schema: Schema;
  /** Expressions see its kind and name. */
  readonly isResource: boolean;
  readonly rules: readonly CompiledRule[];
  readonly items: RuleNode | undefined;
  readonly additional: RuleNode | undefined;
  readonly properties: ReadonlyMap<string, RuleNode>;
  /** Rules inside of `allOf`. */
  readonly allOf: readonly RuleNode[];
}

/** The name of the type of `self` in what compilers say; that of a real server ends with random digits. */
export const SELF_TYPE = 'selfType1';

const resources = new WeakMap<Schema, RuleNode | 'none'>();
const parts = new WeakMap<Schema, RuleNode | 'none'>();

/**
 * The rules of a schema; undefined where it has none.
 * @param isResource whether it is that of a whole resource, or of a part of one.
 */
export function ruleTree(schema: Schema, isResource = true): RuleNode | undefined {
  const trees = isResource ? resources : parts;
  const known = trees.get(schema);
  if (known !== undefined) return known === 'none' ? undefined : known;
  const tree = hasRules(schema)
    ? build(schema, schema, isResource, declareType(schema, isResource, SELF_TYPE))
    : undefined;
  trees.set(schema, tree ?? 'none');
  return tree;
}

function hasRules(schema: Schema): boolean {
  if ((schema['x-kubernetes-validations'] ?? []).length > 0) return true;
  const inner = [schema.items, additionalSchema(schema), ...Object.values(schema.properties ?? {})];
  return [...inner, ...(schema.allOf ?? [])].some((part) => part !== undefined && hasRules(part));
}

/** @param rules the schema that has the rules: `place`, or a part of an `allOf` that speaks of it. */
function build(
  rules: Schema,
  place: Schema,
  isResource: boolean,
  declared: DeclaredType | undefined,
): RuleNode | undefined {
  const own = rules['x-kubernetes-validations'] ?? [];
  const [additional, placeAdditional] = [additionalSchema(rules), additionalSchema(place)];
  const node: RuleNode = {
    schema: place,
    isResource,
    rules: declared === undefined ? [] : compileRules(own, place, named(place, isResource, declared)),
    items: rules.items === undefined ? undefined : below(rules.items, place.items, declared?.element),
    additional: additional === undefined ? undefined : below(additional, placeAdditional, declared?.element),
    properties: buildProperties(rules, place, declared),
    allOf: (rules.allOf ?? []).flatMap((part) => build(part, place, isResource, declared) ?? []),
  };
  const { items, properties, allOf } = node;
  const isEmpty = node.rules.length === 0 && items === undefined && node.additional === undefined;
  return isEmpty && properties.size === 0 && allOf.length === 0 ? undefined : node;
}

/** The type of `self` has the same name in every place of a schema. */
function named(place: Schema, isResource: boolean, declared: DeclaredType): DeclaredType {
  return declareType(place, isResource, SELF_TYPE) ?? declared;
}

function below(rules: Schema, place: Schema | undefined, declared: DeclaredType | undefined): RuleNode | undefined {
  return place === undefined ? undefined : build(rules, place, isEmbedded(place), declared);
}

function buildProperties(
  rules: Schema,
  place: Schema,
  declared: DeclaredType | undefined,
): ReadonlyMap<string, RuleNode> {
  const nodes = new Map<string, RuleNode>();
  for (const [name, property] of Object.entries(rules.properties ?? {})) {
    const own =
      place.properties !== undefined && Object.hasOwn(place.properties, name) ? place.properties[name] : undefined;
    if (own === undefined) continue;
    const escaped = escapeFieldName(name);
    const type = escaped === undefined ? declareType(own, isEmbedded(own), SELF_TYPE) : declared?.fields?.get(escaped);
    if (type === undefined) continue;
    const node = build(property, own, isEmbedded(own), type);
    if (node !== undefined) nodes.set(name, node);
  }
  return nodes;
}
