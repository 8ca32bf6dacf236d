import { definitionSchema } from '../kinds/builtin-definitions.ts';
import { findDecodeProblem } from '../kinds/decode-problem.ts';
import { findEmbeddedProblem, shapeEmbeddedMetadata } from '../kinds/embedded-metadata.ts';
import { applyDefaults, dropForbiddenNulls } from '../schema/defaults.ts';
import { invalid } from '../schema/field-error.ts';
import { compareStrings, quote } from '../schema/go-text.ts';
import { deepEqual } from '../schema/json.ts';
import { pruneUnknown } from '../schema/prune.ts';
import { nameIsDnsSubdomain, nameIsPathSegment } from '../schema/names.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../schema/object-meta.ts';
import { validateSchema, validateStatusSchema } from '../schema/validate.ts';
import { keep, keepAllButStatus } from './status-subresource.ts';
import type { Schema } from '../schema/schema.ts';
import type { ApiObject, Draft } from '../store/object.ts';
import type { Strategy } from './strategy.ts';

const OBJECT_META = 'apimachinery.pkg.apis.meta.v1.ObjectMeta';

/** What one version of a custom resource is made of. */
export interface CustomKind {
  readonly schema: Schema;
  /** The version has a status subresource. */
  readonly status: boolean;
  readonly namespaced: boolean;
  readonly kind: string;
}

/**
 * The strategy of custom resources: their schema decides. Source: apiextensions-apiserver/pkg/registry/customresource.
 */
export function customStrategy({ schema, status, namespaced, kind }: CustomKind): Strategy {
  return {
    prune: (draft) => [...pruneUnknown(schema, draft), ...shapeEmbeddedMetadata(schema, draft)],
    dropNulls: (draft) => dropForbiddenNulls(schema, draft),
    decodeProblem: (draft) =>
      findDecodeProblem(definitionSchema(OBJECT_META), draft.metadata, 'ObjectMeta') ??
      findEmbeddedProblem(schema, draft),
    applyDefaults: (draft) => applyDefaults(schema, draft),
    resetForCreate(draft) {
      if (status) delete draft['status'];
    },
    prepareForCreate(draft) {
      draft.metadata.generation = 1;
    },
    prepareForUpdate(draft, old) {
      if (status) keep(draft, old, 'status');
      const before = old.metadata.generation;
      draft.metadata.generation = deepEqual(withoutMeta(draft), withoutMeta(old)) ? before : (before ?? 0) + 1;
    },
    prepareForStatus: keepAllButStatus,
    validate(draft, old, subresource, warn) {
      const meta = { ...draft.metadata };
      if (draft.kind !== kind) return [invalid('kind', draft.kind, `must be ${kind}`)];
      if (!old)
        return [
          ...validateObjectMeta(meta, namespaced, nameIsDnsSubdomain),
          ...validateSchema(schema, draft, { warn }),
        ];
      // The real server looks at the metadata of an update three times, and tells what it finds as often.
      const changes = validateObjectMetaUpdate(meta, { ...old.metadata });
      const errors = [...validateObjectMeta(meta, namespaced, nameIsPathSegment), ...changes, ...changes];
      if (subresource === 'status') return [...errors, ...validateStatusSchema(schema, draft, old, warn)];
      return [...errors, ...validateSchema(schema, draft, { old, warn })];
    },
    warnings: finalizerWarnings,
    resetFields(subresource) {
      if (!status) return [];
      return subresource === 'status' ? [['metadata'], ['spec']] : [['status']];
    },
    createOnUpdate: false,
    unconditionalUpdate: false,
    returnsDeleted: false,
    heldByOthers: () => false,
    garbageCollected: true,
    orphansByDefault: false,
    gracePeriod: () => undefined,
  };
}

const KNOWN_FINALIZERS = ['foregroundDeletion', 'kubernetes', 'orphan'];

/** About finalizers that come along and may be somebody else's too. Source: generateWarningsFromObj. */
function finalizerWarnings({ metadata }: Draft, old: ApiObject | undefined): string[] {
  const before = new Set([...KNOWN_FINALIZERS, ...(old?.metadata.finalizers ?? [])]);
  const added = [...new Set(metadata.finalizers ?? [])].filter((name) => !before.has(name) && !name.includes('/'));
  return added
    .sort(compareStrings)
    .map(
      (name) =>
        `metadata.finalizers: ${quote(name)}: prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers`,
    );
}

function withoutMeta(object: Readonly<Record<string, unknown>> | Draft): object {
  const { metadata: _, ...rest } = object;
  return rest;
}
