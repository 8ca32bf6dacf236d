/** Times as metav1.Time and metav1.MicroTime read and write them. */

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})([.,]\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** In UTC and whole seconds, as stored; or what Go's time.Parse says to a text that is no time. */
export function normaliseTime(text: string): string | { readonly error: string } {
  const date = parseTime(text);
  return date === undefined ? parseError(text, '2006-01-02T15:04:05Z07:00') : `${date.toISOString().slice(0, 19)}Z`;
}

/** In UTC with exactly six digits of a second, which it must have. */
export function normaliseMicroTime(text: string): string | { readonly error: string } {
  const date = parseTime(text);
  const fraction = /[.,](\d{6})(?:Z|[+-])/.exec(text)?.[1];
  if (date === undefined || fraction === undefined) return parseError(text, '2006-01-02T15:04:05.000000Z07:00');
  return `${date.toISOString().slice(0, 19)}.${fraction}Z`;
}

function parseTime(text: string): Date | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, , zone = 'Z'] = match;
  const plain = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // Date rolls over what Go refuses: the 31st of February.
  if (Number.isNaN(plain.getTime()) || plain.getUTCDate() !== Number(day)) return undefined;
  const offset = zone === 'Z' ? 0 : Number(`${zone[0]}1`) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4)));
  return new Date(plain.getTime() - offset * 60_000);
}

/** The parts of a layout, as time.Parse goes through them: what it wants, and what it says it wants. */
const PARTS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^\d{4}/, '2006'],
  [/^-/, '-'],
  [/^\d{2}/, '01'],
  [/^-/, '-'],
  [/^\d{2}/, '02'],
  [/^T/, 'T'],
  [/^\d{2}/, '15'],
  [/^:/, ':'],
  [/^\d{2}/, '04'],
  [/^:/, ':'],
  [/^\d{2}/, '05'],
];

function parseError(text: string, layout: string): { readonly error: string } {
  const micro = layout.includes('.000000');
  const tail: (typeof PARTS)[number] = micro ? [/^[.,]\d{6}(?!\d)/, '.000000'] : [/^([.,]\d+)?/, ''];
  let rest = text;
  for (const [pattern, name] of [...PARTS, tail, [/^(Z|[+-]\d{2}:\d{2})/, 'Z07:00'] as const]) {
    const found = pattern.exec(rest)?.[0];
    if (found === undefined) return wrong(text, layout, `cannot parse "${rest}" as "${name}"`);
    rest = rest.slice(found.length);
  }
  if (rest !== '') return { error: `parsing time "${text}": extra text: "${rest}"` };
  return { error: `parsing time "${text}": ${outOfRange(text)} out of range` };
}

function wrong(text: string, layout: string, why: string): { readonly error: string } {
  return { error: `parsing time "${text}" as "${layout}": ${why}` };
}

function outOfRange(text: string): string {
  const [, , month = '', , hour = '', minute = '', second = ''] = RFC3339.exec(text) ?? [];
  if (Number(month) < 1 || Number(month) > 12) return 'month';
  if (Number(hour) > 23) return 'hour';
  if (Number(minute) > 59) return 'minute';
  return Number(second) > 59 ? 'second' : 'day';
}
