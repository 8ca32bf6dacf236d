import type { Schema } from '../schema/schema.ts';
import { definitionSchema, definitionName } from './builtin-definitions.ts';
import file from './builtin-schemas.json' with { type: 'json' };

/** A kind that a real API server serves without any CustomResourceDefinition, in one version. */
export interface BuiltinKind {
  /** '' for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Lower-case plural, as in URLs. */
  readonly plural: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  readonly subresources: readonly BuiltinSubresource[];
  readonly storageVersionHash: string | undefined;
  /** Objects of the kind are stored; the others are answered at once (`TokenReview`, `Binding` …) or made up (`ComponentStatus`). */
  readonly stored: boolean;
  /** The schema of its objects, built when first asked for. */
  readonly schema: () => Schema;
}

export interface BuiltinSubresource {
  /** `status`, `scale`, `binding` … */
  readonly name: string;
  /** What it takes and answers: the kind itself, or `Scale`, `Eviction` … */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

/**
 * Served by a real server but not here: autoscaling/v1's HorizontalPodAutoscaler is another shape of what autoscaling/v2
 * stores, and is hardly written any more.
 */
const LEFT_OUT: ReadonlySet<string> = new Set(['autoscaling/v1/HorizontalPodAutoscaler']);

/**
 * All kinds that are built in, in the order of discovery: groups, then versions (preferred first), then resources.
 * Core Events and those of events.k8s.io are one storage in two shapes: see `events.ts`.
 */
export function builtinKinds(): readonly BuiltinKind[] {
  return KINDS;
}

const KINDS: readonly BuiltinKind[] = file.resources
  .filter(({ group, version, kind }) => !LEFT_OUT.has(`${group}/${version}/${kind}`))
  .map((resource) => {
    const { group, version, kind, plural, singular, namespaced, verbs, subresources } = resource;
    return {
      group,
      version,
      kind,
      plural,
      singular,
      namespaced,
      verbs,
      subresources,
      shortNames: resource.shortNames ?? [],
      categories: resource.categories ?? [],
      storageVersionHash: resource.storageVersionHash,
      stored: verbs.includes('create') && verbs.includes('list'),
      schema: () => definitionSchema(definitionName(group, version, kind) ?? ''),
    };
  });
