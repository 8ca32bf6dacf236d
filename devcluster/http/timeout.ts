import { badRequest } from './status.ts';
import { quote } from '../schema/go-text.ts';

/**
 * Refuses a `timeout` that is no duration. One that is has no effect: nothing here takes long but a scripted delay, and that is
 * not cut short. Source: WithRequestDeadline of k8s.io/apiserver.
 */
export function checkTimeout(query: URLSearchParams): void {
  const text = query.get('timeout') ?? '';
  const problem = text === '' ? undefined : durationProblem(text);
  if (problem === undefined) return;
  throw badRequest(`invalid timeout specified in the request URL - time: ${problem} duration ${quote(text)}`);
}

const UNITS = new Set(['ns', 'us', 'µs', 'μs', 'ms', 's', 'm', 'h']);

/** What `time.ParseDuration` of Go has against a text. */
function durationProblem(text: string): string | undefined {
  let rest = text.replace(/^[+-]/, '');
  if (rest === '0') return undefined;
  do {
    const [part = '', unit = ''] = /^(?:\d+\.?\d*|\.\d+)([^\d.]*)/.exec(rest) ?? [];
    if (part === '') return 'invalid';
    if (unit === '') return 'missing unit in';
    if (!UNITS.has(unit)) return `unknown unit ${quote(unit)} in`;
    rest = rest.slice(part.length);
  } while (rest !== '');
  return undefined;
}
