/** Parts of moments and durations. Source: cel-go/common/types timestamp.go, duration.go. */
import { asDuration, asText, asTimestamp, overload, type Overload } from '../functions.ts';
import { inZone, type CalendarTime } from '../times.ts';
import { EvaluationError, type Timestamp } from '../values.ts';

const PARTS: readonly (readonly [name: string, id: string, part: (time: CalendarTime) => number])[] = [
  ['getFullYear', 'year', ({ year }) => year],
  ['getMonth', 'month', ({ month }) => month],
  ['getDayOfYear', 'day_of_year', ({ dayOfYear }) => dayOfYear],
  ['getDayOfMonth', 'day_of_month', ({ day }) => day - 1],
  ['getDate', 'day_of_month_1_based', ({ day }) => day],
  ['getDayOfWeek', 'day_of_week', ({ weekday }) => weekday],
  ['getHours', 'hours', ({ hour }) => hour],
  ['getMinutes', 'minutes', ({ minute }) => minute],
  ['getSeconds', 'seconds', ({ second }) => second],
  ['getMilliseconds', 'milliseconds', ({ millisecond }) => millisecond],
];

function partOf(timestamp: Timestamp, zone: string, part: (time: CalendarTime) => number): bigint {
  const time = inZone(timestamp, zone);
  if (time === undefined) throw new EvaluationError(unknownZone(zone));
  return BigInt(part(time));
}

function unknownZone(zone: string): string {
  if (!zone.includes(':')) return `unknown time zone ${zone}`;
  const [hours, minutes] = [zone.slice(0, zone.indexOf(':')), zone.slice(zone.indexOf(':') + 1)];
  for (const part of [hours, minutes]) {
    if (!/^[+-]?\d+$/.test(part)) return `strconv.Atoi: parsing "${part}": invalid syntax`;
  }
  return `timezone offset minutes out of range [0, 59]: ${zone}`;
}

const LENGTHS: readonly (readonly [name: string, id: string, nanos: bigint])[] = [
  ['getHours', 'hours', 3_600_000_000_000n],
  ['getMinutes', 'minutes', 60_000_000_000n],
  ['getSeconds', 'seconds', 1_000_000_000n],
  ['getMilliseconds', 'milliseconds', 1_000_000n],
];

export const TIMES: readonly Overload[] = [
  ...PARTS.flatMap(([name, id, part]) => [
    overload(`timestamp_to_${id}`, `timestamp.${name}(): int`, (time) => partOf(asTimestamp(time), '', part)),
    overload(`timestamp_to_${id}_with_tz`, `timestamp.${name}(string): int`, (time, zone) =>
      partOf(asTimestamp(time), asText(zone), part),
    ),
  ]),
  ...LENGTHS.map(([name, id, nanos]) =>
    overload(`duration_to_${id}`, `duration.${name}(): int`, (duration) => asDuration(duration).nanos / nanos),
  ),
];
