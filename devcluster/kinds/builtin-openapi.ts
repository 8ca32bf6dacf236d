/** The built-in definitions as `/openapi/v3` has them, without descriptions. */
import { isArray, isObject, type JsonObject } from '../schema/json.ts';
import { definitionNames, rawDefinition } from './builtin-definitions.ts';

const REF = '#/components/schemas/';

/** The name of a definition in a document, e.g. `io.k8s.api.apps.v1.Deployment`. */
export function componentName(definition: string): string {
  return definition.startsWith('.') ? definition.slice(1) : `io.k8s.${definition}`;
}

/**
 * `components.schemas` of a group version's document: its kinds and all that they refer to.
 * Not in it are types that only paths refer to, as DeleteOptions: ask for them by name.
 */
export function builtinComponents(group: string, version: string): JsonObject {
  return componentsOf(definitionNames(group, version));
}

/** Components of definitions by their names, e.g. `apimachinery.pkg.apis.meta.v1.ObjectMeta`, and of all that they refer to. */
export function componentsOf(names: readonly string[]): JsonObject {
  const components: JsonObject = {};
  const waiting = [...names];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const component = componentName(name);
    if (Object.hasOwn(components, component)) continue;
    components[component] = document(rawDefinition(name), false, waiting);
  }
  return components;
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
