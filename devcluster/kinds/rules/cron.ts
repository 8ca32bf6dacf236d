/** Schedules of CronJobs, as github.com/robfig/cron/v3 reads them. */

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIELDS: readonly Bounds[] = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 6, names: DAYS },
];
const DESCRIPTORS: ReadonlySet<string> = new Set([
  '@yearly',
  '@annually',
  '@monthly',
  '@weekly',
  '@daily',
  '@midnight',
  '@hourly',
]);

/** What is wrong with a schedule, undefined if nothing is. */
export function cronError(schedule: string): string | undefined {
  const text = schedule.replace(/^(CRON_)?TZ=\S* ?/, '').trim();
  if (text === '') return 'empty spec string';
  if (text.startsWith('@')) return descriptorError(text);
  const fields = text.split(/\s+/);
  if (fields.length !== 5) return `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`;
  for (const [index, bounds] of FIELDS.entries()) {
    const ranges = (fields[index] ?? '').split(',').filter((range) => range !== '');
    for (const range of ranges) {
      const error = rangeError(range, bounds);
      if (error !== undefined) return error;
    }
  }
  return undefined;
}

function descriptorError(text: string): string | undefined {
  if (DESCRIPTORS.has(text)) return undefined;
  if (!text.startsWith('@every ')) return `unrecognized descriptor: ${text}`;
  const duration = text.slice('@every '.length);
  if (/^[-+]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/.test(duration)) return undefined;
  return `failed to parse duration ${text}: time: invalid duration "${duration}"`;
}

function rangeError(expression: string, bounds: Bounds): string | undefined {
  const [range = '', step, ...moreSteps] = expression.split('/');
  const ends = range.split('-');
  const [low = '', high, ...moreEnds] = ends;
  let start: number | string = bounds.min;
  let end: number | string = bounds.max;
  if (low !== '*' && low !== '?') {
    start = readNumber(low, bounds);
    if (typeof start === 'string') return start;
    if (moreEnds.length > 0) return `too many hyphens: ${expression}`;
    end = high === undefined ? start : readNumber(high, bounds);
    if (typeof end === 'string') return end;
  }
  let every = 1;
  if (moreSteps.length > 0) return `too many slashes: ${expression}`;
  if (step !== undefined) {
    const read = readNumber(step, { ...bounds, names: [] });
    if (typeof read === 'string') return read;
    every = read;
    if (ends.length === 1) end = bounds.max;
  }
  if (start < bounds.min) return `beginning of range (${start}) below minimum (${bounds.min}): ${expression}`;
  if (end > bounds.max) return `end of range (${end}) above maximum (${bounds.max}): ${expression}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${expression}`;
  return every === 0 ? `step of range should be a positive number: ${expression}` : undefined;
}

/** @returns the number, or what is wrong with the text. */
function readNumber(text: string, { names, min }: Bounds): number | string {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return named + min;
  if (!/^[-+]?\d+$/.test(text)) {
    return `failed to parse int from ${text}: strconv.Atoi: parsing "${text}": invalid syntax`;
  }
  return Number(text) < 0 ? `negative number (${Number(text)}) not allowed: ${text}` : Number(text);
}
