import { DevclusterError } from '../errors.ts';
import { PATTERN_FIELDS, VERBS } from '../requests/request-record.ts';
import type { RequestFilter } from '../requests/request-record.ts';

const VERB_NAMES: ReadonlySet<unknown> = new Set(VERBS);
const FIELD_NAMES: ReadonlySet<string> = new Set(PATTERN_FIELDS);

/** The checks of what a fault is set up with: a fault that could never hit, or not so, would let a test pass for nothing. */
export function checkCode(code: number): void {
  if (Number.isInteger(code) && code >= 400 && code <= 599) return;
  refuse(`The status ${String(code)} is no error that can be answered: give an integer from 400 to 599.`);
}

export function checkCount(count: number): void {
  if (count === Infinity || (Number.isInteger(count) && count >= 0)) return;
  refuse(`count is ${String(count)}; it has to be an integer of 0 or more, or Infinity.`);
}

export function checkMilliseconds(ms: number): void {
  if (typeof ms === 'number' && ms >= 0) return;
  refuse(`ms is ${String(ms)}; it has to be a number of milliseconds, 0 or more.`);
}

export function checkRetryAfter(seconds: number | undefined): void {
  if (seconds === undefined || (Number.isInteger(seconds) && seconds >= 0)) return;
  refuse(`retryAfter is ${String(seconds)}; it has to be an integer of 0 or more, in seconds.`);
}

export function checkCut(when: unknown): void {
  if (when === 'before' || when === 'after') return;
  refuse(`A connection cannot be cut '${String(when)}': give 'before' or 'after'.`);
}

/** `known`: the options that there are. */
export function checkNames(options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) refuse(`A fault of this kind has no option ${unknown}; there are: ${known.join(', ')}.`);
}

export function checkFilter(filter: RequestFilter | undefined): void {
  if (filter === undefined || typeof filter === 'function') return;
  if (typeof filter !== 'object' || filter === null) {
    refuse(`The filter is ${String(filter)}; it has to be an object or a function.`);
  }
  const entries: [string, unknown][] = Object.entries(filter);
  for (const [field, wanted] of entries) {
    if (!FIELD_NAMES.has(field))
      refuse(`Requests have no ${field} to filter by; they have: ${PATTERN_FIELDS.join(', ')}.`);
    const values: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted];
    const unknown = values.find((value) => !VERB_NAMES.has(value));
    if (field === 'verb' && unknown !== undefined) {
      refuse(
        `There is no verb ${typeof unknown === 'string' ? unknown : JSON.stringify(unknown)}; there are: ${VERBS.join(', ')}.`,
      );
    }
  }
}

function refuse(message: string): never {
  throw new DevclusterError('ERR_AP_CLUSTER_FAULT', message);
}
