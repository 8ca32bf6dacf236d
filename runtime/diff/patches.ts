import { isDeepStrictEqual } from 'node:util';
import type { PatchOperation } from '../kube/client.ts';
import { isMap, type Json, type JsonMap } from './json.ts';

/** A JSON patch that cannot be applied: a `test` fails, or a path leads nowhere. */
export class PatchRefused extends Error {}

/** The four operations of {@link PatchOperation} on a copy. As the server has it, `test` finds null where there is nothing. Source: RFC 6902. */
export function jsonPatched(document: JsonMap, operations: readonly PatchOperation[]): JsonMap {
  return operations.reduce((patched, operation) => changed(patched, stepsOf(operation.path), operation), document);
}

function changed(node: JsonMap, steps: readonly string[], operation: PatchOperation): JsonMap {
  const result = changedIn(node, steps, operation);
  if (!isMap(result)) throw new PatchRefused(`${operation.op} of the whole object is not supported`);
  return result;
}

function changedIn(node: Json, steps: readonly string[], operation: PatchOperation): Json {
  const [step, ...rest] = steps;
  if (step === undefined) return operation.op === 'remove' ? undefined : operation.value;
  if (Array.isArray(node)) return changedItems(node, step, rest, operation);
  if (!isMap(node)) throw new PatchRefused(`${operation.op} ${operation.path}: there is no such path`);
  if (rest.length > 0) return { ...node, [step]: changedIn(node[step], rest, operation) };
  const { op } = operation;
  if (op === 'test') {
    if (!isDeepStrictEqual(node[step] ?? null, operation.value)) throw testFailed(operation.path);
    return node;
  }
  if (op !== 'add' && node[step] === undefined)
    throw new PatchRefused(`${op} ${operation.path}: there is no such path`);
  const { [step]: _former, ...others } = node;
  return op === 'remove' ? others : { ...others, [step]: operation.value };
}

function changedItems(items: readonly Json[], step: string, rest: readonly string[], operation: PatchOperation): Json {
  const index = step === '-' ? items.length : Number(step);
  const isThere = Number.isInteger(index) && index >= 0 && index < items.length;
  const { op, path } = operation;
  if (!isThere && !(op === 'add' && rest.length === 0 && index === items.length))
    throw new PatchRefused(`${op} ${path}: there is no such item`);
  if (rest.length > 0) return items.with(index, changedIn(items[index], rest, operation));
  if (op === 'test') {
    if (!isDeepStrictEqual(items[index], operation.value)) throw testFailed(path);
    return items;
  }
  if (op === 'remove') return items.toSpliced(index, 1);
  return op === 'add' ? items.toSpliced(index, 0, operation.value) : items.with(index, operation.value);
}

function testFailed(path: string): PatchRefused {
  return new PatchRefused(`testing value ${path} failed`);
}

function stepsOf(path: string): readonly string[] {
  return path
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** A JSON merge patch on a copy. Source: RFC 7396. */
export function mergePatched(document: Json, patch: Json): Json {
  if (!isMap(patch)) return patch;
  const merged: Record<string, Json> = isMap(document) ? { ...document } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else if (value !== undefined) merged[name] = mergePatched(merged[name], value);
  }
  return merged;
}
