/** Query parameters of the API, by what a request does. */

const BOOLEANS = new Set([
  'allowWatchBookmarks',
  'force',
  'ignoreStoreReadErrorWithClusterBreakingPotential',
  'orphanDependents',
  'sendInitialEvents',
  'watch',
]);
const INTEGERS = new Set(['gracePeriodSeconds', 'limit', 'timeoutSeconds']);

export const SELECTION = [
  'continue',
  'fieldSelector',
  'labelSelector',
  'limit',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'shardSelector',
  'timeoutSeconds',
];
export const LIST = ['allowWatchBookmarks', ...SELECTION, 'watch'];
export const WRITE = ['dryRun', 'fieldManager', 'fieldValidation'];
export const DELETE = [
  'dryRun',
  'gracePeriodSeconds',
  'ignoreStoreReadErrorWithClusterBreakingPotential',
  'orphanDependents',
  'propagationPolicy',
];

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required?: true;
  readonly schema: { readonly type: string; readonly uniqueItems: true };
}

export function queryParameter(name: string): Parameter {
  const type = BOOLEANS.has(name) ? 'boolean' : INTEGERS.has(name) ? 'integer' : 'string';
  return { name, in: 'query', schema: { type, uniqueItems: true } };
}

export function pathParameter(name: string): Parameter {
  return { name, in: 'path', required: true, schema: { type: 'string', uniqueItems: true } };
}
