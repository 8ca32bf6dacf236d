import { isArray, isObject } from '../../devcluster/schema/json.ts';

/** Where two values differ, a line each: `path: ours ≠ theirs`. */
export function differencesOf(ours: unknown, theirs: unknown, path = ''): string[] {
  if (isObject(ours) && isObject(theirs)) {
    const keys = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
    return keys.flatMap((key) => differencesOf(ours[key], theirs[key], `${path}/${key}`));
  }
  if (isArray(ours) && isArray(theirs)) {
    const length = Math.max(ours.length, theirs.length);
    return Array.from({ length }, (_, index) => differencesOf(ours[index], theirs[index], `${path}[${index}]`)).flat();
  }
  return Object.is(ours, theirs) ? [] : [`${path}: ${show(ours)} ≠ ${show(theirs)}`];
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
