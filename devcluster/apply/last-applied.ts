/**
 * The move from client-side to server-side apply: for the manager `kubectl`, what the annotation of client-side apply holds
 * unchanged is no conflict, and the annotation follows what is applied.
 * Source: k8s.io/apimachinery/pkg/util/managedfields/internal/lastapplied*.go.
 */
import { byteLength, marshalJson } from '../schema/go-text.ts';
import { isObject, objectAt, type JsonObject } from '../schema/json.ts';
import { compareValues } from './compare-values.ts';
import type { FieldSet } from './field-set.ts';
import type { MergeType } from './merge-type.ts';
import { toFieldSet } from './to-field-set.ts';
import { TypedValueError } from './typed-error.ts';
import { checkTyped } from './validate-typed.ts';

const ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';
const TOTAL_ANNOTATION_BYTES = 256 * 1024;

/** The fields that client-side apply set and that are as it set them; undefined where it is not known. */
export function allowedByLastApplied(type: MergeType, live: JsonObject, apiVersion: string): FieldSet | undefined {
  const text = annotationOf(live);
  if (text === undefined) return undefined;
  try {
    const lastApplied: unknown = JSON.parse(text);
    if (!isObject(lastApplied) || lastApplied['apiVersion'] !== apiVersion) return undefined;
    checkTyped(type, live, false);
    checkTyped(type, lastApplied, false);
    const { modified, added, removed } = compareValues(type, lastApplied, live);
    return toFieldSet(type, lastApplied).difference(modified).difference(added).difference(removed);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypedValueError) return undefined;
    throw error;
  }
}

/** Brings the annotation up to date, in place, if the object has one. One that would be too large goes. */
export function refreshLastApplied(object: JsonObject, config: JsonObject): void {
  if (annotationOf(object) === undefined) return;
  const annotations = objectAt(object, 'metadata', 'annotations');
  if (annotations === undefined) return;
  annotations[ANNOTATION] = `${marshalJson(withoutAnnotation(config))}\n`;
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    bytes += byteLength(key) + (typeof value === 'string' ? byteLength(value) : 0);
  }
  if (bytes > TOTAL_ANNOTATION_BYTES) delete annotations[ANNOTATION];
}

function annotationOf(object: JsonObject): string | undefined {
  const text = objectAt(object, 'metadata', 'annotations')?.[ANNOTATION];
  return typeof text === 'string' && text !== '' ? text : undefined;
}

function withoutAnnotation(config: JsonObject): JsonObject {
  const annotations = objectAt(config, 'metadata', 'annotations');
  if (annotations === undefined) return config;
  const { [ANNOTATION]: _annotation, ...rest } = annotations;
  return { ...config, metadata: { ...objectAt(config, 'metadata'), annotations: rest } };
}
