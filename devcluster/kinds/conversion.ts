/**
 * Objects of a custom resource on their way between what is stored and what a version serves, without a webhook: each version
 * drops what its schema does not know, and what is stored is cut to the version that it is stored in as it is now, and gets its defaults.
 * Source: schemaCoercingConverter and unstructuredDefaulter of apiextensions-apiserver/pkg/apiserver/customresource_handler.go.
 */
import { applyDefaults } from '../schema/defaults.ts';
import { compareStrings } from '../schema/go-text.ts';
import { deepCopy, deepEqual, setMember } from '../schema/json.ts';
import { sortMembers } from '../schema/member-order.ts';
import { pruneUnknown } from '../schema/prune.ts';
import type { Schema } from '../schema/schema.ts';
import { freezeJson } from '../store/json.ts';
import type { ApiObject, Draft } from '../store/object.ts';

export interface Conversion {
  readonly fromStorage: (object: ApiObject) => ApiObject;
  readonly toStorage: (draft: Draft) => Draft;
}

/**
 * @param served the `apiVersion` that clients see, with its schema.
 * @param stored the one that is written from now on.
 * @param schemaOf the schema of any version that objects may be stored in.
 */
export function conversion(
  served: { readonly apiVersion: string; readonly schema: Schema },
  stored: { readonly apiVersion: string; readonly schema: Schema },
  schemaOf: (apiVersion: string) => Schema | undefined,
): Conversion {
  // What is stored never changes in place: it is converted once.
  const converted = new WeakMap<ApiObject, ApiObject>();
  const convert = (object: ApiObject): ApiObject => {
    const schema = schemaOf(object.apiVersion);
    const isOther = object.apiVersion !== served.apiVersion;
    if (!isOther && schema === undefined) return object;
    const copy = deepCopy<ApiObject>(object);
    if (schema !== undefined) {
      // It may have been written by a schema that had more.
      pruneUnknown(schema, copy);
      applyDefaults(schema, copy);
    }
    if (!isOther) return deepEqual(copy, object) ? object : freezeJson(copy);
    const target = { ...copy, apiVersion: served.apiVersion };
    pruneUnknown(served.schema, target);
    return freezeJson(target);
  };
  return {
    fromStorage(object) {
      const known = converted.get(object);
      if (known !== undefined) return known;
      const result = convert(object);
      converted.set(object, result);
      return result;
    },
    toStorage(draft) {
      if (draft.apiVersion === stored.apiVersion) return inOrder(draft);
      const target = { ...deepCopy<Draft>(draft), apiVersion: stored.apiVersion };
      pruneUnknown(stored.schema, target);
      return inOrder(target);
    },
  };
}

/** As Go prints a map: its members by name, at every depth. The metadata has an order of its own. */
function inOrder(draft: Draft): Draft {
  const { apiVersion, kind, metadata } = draft;
  const ordered: Draft = { apiVersion, kind, metadata };
  for (const name of Object.keys(draft).sort(compareStrings))
    if (!Object.hasOwn(ordered, name)) setMember(ordered, name, sortMembers(draft[name]));
  return ordered;
}
