/** Ranges of sizes and costs, in which nothing is more than 2⁶⁴. Source: cel-go/checker/cost.go. */

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** What stands for "any size" too. */
export const MOST = 2 ** 64;

export const UNKNOWN: Range = { min: 0, max: MOST };
export const exactly = (size: number): Range => ({ min: size, max: size });

const capped = (value: number): number => Math.min(value, MOST);

export const add = (...ranges: readonly Range[]): Range => ({
  min: capped(ranges.reduce((sum, { min }) => sum + min, 0)),
  max: capped(ranges.reduce((sum, { max }) => sum + max, 0)),
});

export const multiply = (a: Range, b: Range): Range => ({ min: product(a.min, b.min), max: product(a.max, b.max) });

/** Rounded up. */
export const scale = (range: Range, factor: number): Range => ({
  min: capped(Math.ceil(range.min * factor)),
  max: capped(Math.ceil(range.max * factor)),
});

export const union = (a: Range, b: Range): Range => ({ min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) });

/** Without overflow, and without the NaN that 0 times something endless would be. */
export function product(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : capped(a * b);
}
