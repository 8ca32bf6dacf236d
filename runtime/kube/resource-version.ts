/**
 * Compares two resource versions of one kind: negative, zero or positive as `a` is older, the same or newer.
 * They are decimal numbers that may pass 2^53, so they are compared as text. Source: KEP-5504.
 */
export function compareResourceVersions(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}
