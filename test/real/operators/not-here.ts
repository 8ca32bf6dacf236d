/**
 * Tests of `test/operator/` that do not run on a real server, by the beginning of their full title, each with the reason. One that no
 * test's title begins with fails the run.
 */
export const NOT_HERE: Readonly<Record<string, string>> = {};

/** Why a test does not run here; undefined: it does. */
export function reasonAgainst(title: string): string | undefined {
  return Object.entries(NOT_HERE).find(([beginning]) => title.startsWith(beginning))?.[1];
}
