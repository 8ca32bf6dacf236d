const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** From how long on a span is told in which units: so that it has two or three digits, as kubectl tells ages. */
const STEPS: readonly (readonly [from: number, unit: number, name: string, then?: number, rest?: string])[] = [
  [8 * YEAR, YEAR, 'y'],
  [2 * YEAR, YEAR, 'y', DAY, 'd'],
  [8 * DAY, DAY, 'd'],
  [2 * DAY, DAY, 'd', HOUR, 'h'],
  [8 * HOUR, HOUR, 'h'],
  [3 * HOUR, HOUR, 'h', MINUTE, 'm'],
  [10 * MINUTE, MINUTE, 'm'],
  [2 * MINUTE, MINUTE, 'm', SECOND, 's'],
];

/**
 * A span of milliseconds as kubectl writes ages: `45s`, `5m20s`, `17m`, `3h10m`, `26h`, `4d2h`, `90d`, `2y30d`. What lies in the future by a
 * clock that is not this machine's counts as now. Compared with kubectl's own in age.test.ts.
 */
export function age(milliseconds: number): string {
  const span = Math.max(0, milliseconds);
  const step = STEPS.find(([from]) => span >= from);
  if (!step) return `${Math.floor(span / SECOND)}s`;
  const [, unit, name, then = unit, rest = ''] = step;
  const more = Math.floor((span % unit) / then);
  return `${Math.floor(span / unit)}${name}${more > 0 ? `${more}${rest}` : ''}`;
}

/** How long ago a time was (RFC 3339); `-` where it is none. */
export function ageSince(time: string | undefined | null, now: number): string {
  const since = Date.parse(time ?? '');
  return Number.isNaN(since) ? '-' : age(now - since);
}
