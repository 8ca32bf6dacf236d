/** A span of time as Go writes it: `300ms`, `5s`, `1m30s`, `1.5h`. */
export type Duration = string;

const UNITS = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
} as const;
const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/gy;

/**
 * Milliseconds of a Go duration (`time.ParseDuration`), or undefined where the text is none. `0` needs no unit.
 * Negative spans are refused: nothing here can wait for one.
 */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  let total = 0;
  let end = 0;
  PART.lastIndex = 0;
  for (let match = PART.exec(text); match; match = PART.exec(text)) {
    total += Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
    end = PART.lastIndex;
  }
  return end > 0 && end === text.length ? total : undefined;
}
