import { deepEqual, isArray, isObject, valueAt } from '../../schema/json.ts';
import { HASH_LABEL } from './views.ts';
import type { JsonObject } from '../../schema/json.ts';

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * A short text for a template of pods, the same for the same template, in the form of the real controller's: a hash of 32 bits whose
 * digits are written in its letters. That one hashes Go's own print of its types, so that the text is another one.
 */
export function templateHash(template: JsonObject, collisionCount: number | undefined): string {
  const text = canonical(template) + (collisionCount === undefined ? '' : String(collisionCount));
  // FNV-1a.
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return String(hash).replaceAll(/\d/g, (digit) => LETTERS.charAt(digit.charCodeAt(0) % LETTERS.length));
}

/** JSON in which the order of members does not count. */
function canonical(value: unknown): string {
  if (isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${members.join(',')}}`;
}

/** Whether two templates make the same pods: the label that tells ReplicaSets apart does not count. */
export function sameTemplate(a: JsonObject, b: JsonObject): boolean {
  return deepEqual(withoutHash(a), withoutHash(b));
}

function withoutHash(template: JsonObject): JsonObject {
  const labels = valueAt(template, 'metadata', 'labels');
  if (!isObject(labels) || !Object.hasOwn(labels, HASH_LABEL)) return template;
  const { [HASH_LABEL]: _, ...others } = labels;
  return { ...template, metadata: { ...(isObject(template['metadata']) && template['metadata']), labels: others } };
}
