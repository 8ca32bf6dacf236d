/** One measurement. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Slope {
  /** Units of y per unit of x. */
  readonly slope: number;
  /** Half the width of the interval that holds the true slope with 95 % confidence. */
  readonly confidence: number;
}

/** Two-sided quantiles of Student's t for 95 %, by degrees of freedom; between them the next smaller one holds. */
const QUANTILES: readonly (readonly [freedom: number, t: number])[] = [
  [1, 12.706],
  [2, 4.303],
  [3, 3.182],
  [4, 2.776],
  [5, 2.571],
  [7, 2.365],
  [10, 2.228],
  [15, 2.131],
  [20, 2.086],
  [30, 2.042],
  [60, 2.0],
  [120, 1.98],
];

/** The straight line through the points that errs least, by the sum of squares. Needs three points, not all at one x. */
export function slopeOf(points: readonly Point[]): Slope {
  const n = points.length;
  const mean = (of: (point: Point) => number): number => points.reduce((sum, point) => sum + of(point), 0) / n;
  const [x0, y0] = [mean(({ x }) => x), mean(({ y }) => y)];
  const spread = points.reduce((sum, { x }) => sum + (x - x0) ** 2, 0);
  if (n < 3 || spread === 0) throw new RangeError('A slope needs three measurements at different times.');
  const slope = points.reduce((sum, { x, y }) => sum + (x - x0) * (y - y0), 0) / spread;
  const errors = points.reduce((sum, { x, y }) => sum + (y - y0 - slope * (x - x0)) ** 2, 0);
  const t = QUANTILES.findLast(([freedom]) => freedom <= n - 2)?.[1] ?? Infinity;
  return { slope, confidence: t * Math.sqrt(errors / (n - 2) / spread) };
}
