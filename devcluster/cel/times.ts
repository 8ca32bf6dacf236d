/** Moments and durations as texts. Source: Go's package time, as cel-go uses it. */
import { floorDivide, type Duration, type Timestamp } from './values.ts';

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** `1h30m`, `-1.5s`, `0`: nanoseconds; undefined for another text. */
export function parseDuration(text: string): bigint | undefined {
  const match = /^([-+]?)(0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.exec(text);
  if (match === null) return undefined;
  let total = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of (match[2] ?? '').matchAll(
    /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g,
  )) {
    const scale = UNITS[unit] ?? 0n;
    total += BigInt(whole === '' ? '0' : whole) * scale;
    if (fraction !== '') total += (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length);
  }
  const signed = match[1] === '-' ? -total : total;
  return signed >= 2n ** 63n || signed < -(2n ** 63n) ? undefined : signed;
}

const WORDS: readonly (readonly [names: readonly string[], prefix: string, nanos: bigint])[] = [
  [['ns'], 'nano', 1n],
  [['us', 'µs'], 'micro', 1000n],
  [['ms'], 'milli', 1_000_000n],
  [['s'], 'sec', 1_000_000_000n],
  [['m'], 'min', 60_000_000_000n],
  [['h', 'hr'], 'hour', 3_600_000_000_000n],
  [['d'], 'day', 86_400_000_000_000n],
  [['w', 'wk'], 'week', 604_800_000_000_000n],
];

/** A text of the format `duration`, which has days and weeks too: `2 weeks`. Source: strfmt.ParseDuration. */
export function parseFormatDuration(text: string): bigint | undefined {
  const plain = parseDuration(text);
  if (plain !== undefined) return plain;
  let total: bigint | undefined;
  for (const [, amount = '0', word = ''] of text.matchAll(/(\d+)\s*([A-Za-zµ]+)/g)) {
    const unit = word.toLowerCase();
    const found = WORDS.find(([names, prefix]) => names.includes(unit) || unit.startsWith(prefix));
    if (found !== undefined) total = (total ?? 0n) + BigInt(amount) * found[2];
  }
  return total;
}

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:[.,](\d+))?([Zz]|([+-])(\d{2}):(\d{2}))$/;

/** A moment of RFC 3339: nanoseconds since 1970; undefined for another text. */
export function parseTimestamp(text: string): bigint | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return undefined;
  const start = new Date(0);
  start.setUTCFullYear(year, month - 1, day);
  if (start.getUTCMonth() !== month - 1) return undefined;
  start.setUTCHours(hour, minute, second);
  const [sign, hours, minutes] = [match[9], Number(match[10] ?? 0), Number(match[11] ?? 0)];
  if (hours > 24 || minutes > 59) return undefined;
  const offset = BigInt((sign === '-' ? -1 : 1) * (hours * 60 + minutes)) * 60_000_000_000n;
  const fraction = BigInt((match[7] ?? '').slice(0, 9).padEnd(9, '0'));
  return BigInt(start.getTime()) * 1_000_000n + fraction - offset;
}

export function formatTimestamp(timestamp: Timestamp): string {
  const base = new Date(Number(timestamp.seconds) * 1000).toISOString().slice(0, 19);
  return `${base}${fractionOf(timestamp.nanos - timestamp.seconds * 1_000_000_000n)}Z`;
}

/** In seconds: `90s`, `0.5s`. */
export function formatDuration({ nanos }: Duration): string {
  const size = nanos < 0n ? -nanos : nanos;
  return `${nanos < 0n ? '-' : ''}${size / 1_000_000_000n}${fractionOf(size % 1_000_000_000n)}s`;
}

function fractionOf(nanos: bigint): string {
  return nanos === 0n ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`;
}

export interface CalendarTime {
  readonly year: number;
  /** From 0 on, as all but `day`. */
  readonly month: number;
  readonly day: number;
  readonly dayOfYear: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

/** @param zone a name (`Europe/Berlin`), an offset (`-07:00`) or none for UTC. @returns undefined for an unknown zone. */
export function inZone(timestamp: Timestamp, zone: string): CalendarTime | undefined {
  const offset = zoneOffset(timestamp, zone);
  if (offset === undefined) return undefined;
  const local = new Date(timestamp.milliseconds + offset);
  const newYear = new Date(0);
  newYear.setUTCFullYear(local.getUTCFullYear(), 0, 1);
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth(),
    day: local.getUTCDate(),
    dayOfYear: Math.floor((local.getTime() - newYear.getTime()) / 86_400_000),
    weekday: local.getUTCDay(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
    millisecond: Number(floorDivide(timestamp.nanos, 1_000_000n) % 1000n),
  };
}

/** In milliseconds. */
function zoneOffset(timestamp: Timestamp, zone: string): number | undefined {
  if (zone === '' || zone === 'UTC') return 0;
  const match = /^([+-]?)(\d+):(\d+)$/.exec(zone);
  if (match !== null) {
    const minutes = Number(match[2]) * 60 + Number(match[3]);
    return Number(match[3]) > 59 ? undefined : (match[1] === '-' ? -1 : 1) * minutes * 60_000;
  }
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    const shown = format.formatToParts(timestamp.milliseconds).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign = '+', hours = '0', minutes = '0', seconds = '0'] =
      /GMT(?:([+-])(\d+):(\d+)(?::(\d+))?)?/.exec(shown) ?? [];
    return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  } catch {
    return undefined;
  }
}
