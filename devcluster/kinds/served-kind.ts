import type { GroupResource } from '../http/status.ts';
import type { Schema } from '../schema/schema.ts';
import type { Strategy } from '../strategies/strategy.ts';
import type { ApiObject, Draft } from '../store/object.ts';

/** One resource in one version, as the API serves it: all that routing, discovery and the verbs need to know about it. */
export interface ServedKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly listKind: string;
  /** Lower-case plural, as in URLs. */
  readonly plural: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  readonly subresources: readonly Subresource[];
  /** As discovery shows it; absent: made of the kind's name. */
  readonly storageVersionHash?: string | undefined;
  /** False for kinds that are answered at once and never kept (`TokenReview`, `Binding` …). */
  readonly stored: boolean;
  /** The collection of the store that holds its objects, `<group>/<plural>`: shared by all versions of the resource. */
  readonly collection: string;
  /** Defined by a CustomResourceDefinition. */
  readonly custom: boolean;
  /** What the CustomResourceDefinition asks to be shown in tables; absent: the columns of the built-in kind, or name and age. */
  readonly printerColumns?: readonly PrinterColumn[] | undefined;
  /** Paths of further field selectors, `.spec.color`. */
  readonly selectableFields?: readonly string[] | undefined;
  /** Sent as a warning with every answer. */
  readonly deprecationWarning?: string | undefined;
  /** The CustomResourceDefinition is being deleted: nothing new can be created. */
  readonly terminating?: boolean | undefined;
  readonly schema: () => Schema | undefined;
  readonly strategy: Strategy;
  /** An object of the store in this version. Returns the object itself where nothing is to be changed. */
  readonly fromStorage: (object: ApiObject) => ApiObject;
  /** Turns an object of this version into the one that is stored. */
  readonly toStorage: (draft: Draft) => Draft;
}

export interface Subresource {
  /** `status`, `scale`, `binding` … */
  readonly name: string;
  /** The kind that it answers: that of the resource, or `Scale`, `Eviction` … */
  readonly kind: string;
  readonly group: string;
  readonly version: string;
  readonly verbs: readonly string[];
  /** Where a custom resource keeps its scale. */
  readonly scale?: ScalePaths | undefined;
}

export interface ScalePaths {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string | undefined;
}

export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly format?: string | undefined;
  readonly description?: string | undefined;
  readonly priority?: number | undefined;
}

export function apiVersionOf(kind: { readonly group: string; readonly version: string }): string {
  return kind.group ? `${kind.group}/${kind.version}` : kind.version;
}

export function resourceOf(kind: { readonly group: string; readonly plural: string }): GroupResource {
  return { group: kind.group, resource: kind.plural };
}

/** The group that objects are stored in: the one that the real server names when it refuses an object. */
export function storedGroupOf({ collection }: ServedKind): string {
  return collection.slice(0, collection.indexOf('/'));
}
