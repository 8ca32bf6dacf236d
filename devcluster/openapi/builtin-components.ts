/** The built-in definitions as `/openapi/v3` has them, without descriptions. */
import { isArray, isObject, stringAt, type JsonObject } from '../schema/json.ts';
import { definitionName, hasDefinition, rawDefinition } from '../kinds/builtin-definitions.ts';

const REF = '#/components/schemas/';
const KINDS = 'x-kubernetes-group-version-kind';

/** The name of a definition in a document, e.g. `io.k8s.api.apps.v1.Deployment`. */
export function componentName(definition: string): string {
  return definition.startsWith('.') ? definition.slice(1) : `io.k8s.${definition}`;
}

/** The component of a built-in kind; undefined where there is no such kind. */
export function componentNameOf(group: string, version: string, kind: string): string | undefined {
  const name = definitionName(group, version, kind);
  return name === undefined ? undefined : componentName(name);
}

/** The component of one of the types that all groups have in common, as `Status`. */
export function metaName(name: string): string {
  return `io.k8s.apimachinery.pkg.apis.meta.v1.${name}`;
}

export function componentRef(name: string): JsonObject {
  return { $ref: REF + name };
}

/** The names of all components that a part of a document refers to. */
export function referencesOf(part: unknown): readonly string[] {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (isArray(value)) value.forEach(visit);
    else if (isObject(value)) {
      const { $ref: reference } = value;
      if (typeof reference === 'string' && reference.startsWith(REF)) found.add(reference.slice(REF.length));
      Object.values(value).forEach(visit);
    }
  };
  visit(part);
  return [...found];
}

/** Built-in components by their names, and all that they refer to. Names of no built-in type are passed over. */
export function componentsOf(names: readonly string[]): JsonObject & { readonly [name: string]: JsonObject } {
  const components: Record<string, JsonObject> = {};
  const waiting = names.map(definitionOf);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const component = componentName(name);
    if (Object.hasOwn(components, component) || !hasDefinition(name)) continue;
    components[component] = inOrder(document(rawDefinition(name), false, waiting));
  }
  return components;
}

/** What a type that several groups have is called in them, by their names. */
function inOrder(component: JsonObject): JsonObject {
  const kinds = component[KINDS];
  if (!isArray(kinds) || kinds.length < 2) return component;
  const key = (kind: unknown): string => `${stringAt(kind, 'group')}/${stringAt(kind, 'version')}`;
  return { ...component, [KINDS]: kinds.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)) };
}

function definitionOf(component: string): string {
  return component.startsWith('io.k8s.') ? component.slice('io.k8s.'.length) : `.${component}`;
}

/** @param asMember members say what is beside a reference in an `allOf`; items refer plainly. */
function document(node: JsonObject, asMember: boolean, references: string[]): JsonObject {
  const out: JsonObject = {};
  for (const [key, value] of Object.entries(node)) {
    if (key.startsWith('x-go-')) continue;
    if (key === '$ref') {
      references.push(String(value));
      const reference = { $ref: REF + componentName(String(value)) };
      if (asMember) out['allOf'] = [reference];
      else Object.assign(out, reference);
    } else if (key === 'properties' && isObject(value)) {
      out[key] = Object.fromEntries(
        Object.entries(value).map(([name, member]) => [name, child(member, true, references)]),
      );
    } else if (key === 'items' || key === 'additionalProperties') {
      out[key] = child(value, false, references);
    } else {
      out[key] = isArray(value) ? [...value] : value;
    }
  }
  return out;
}

function child(value: unknown, asMember: boolean, references: string[]): unknown {
  return isObject(value) ? document(value, asMember, references) : value;
}
