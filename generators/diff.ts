/** One piece of a comparison of two texts, as the package `diff` has it: in both, or in one of them only. */
export interface Piece {
  readonly value: string;
  readonly added?: boolean;
  readonly removed?: boolean;
}

const CONTEXT = 3;

/** The differences as lines with `-`, `+` or a space before them; of what is the same, only the lines around a difference. */
export function diffLines(pieces: readonly Piece[]): string[] {
  return pieces.flatMap(({ value, added, removed }, index) => {
    const lines = value.replace(/\n$/, '').split('\n');
    if (added) return lines.map((line) => `+ ${line}`);
    if (removed) return lines.map((line) => `- ${line}`);
    const head = index === 0 ? [] : lines.slice(0, CONTEXT);
    const tail = index === pieces.length - 1 ? [] : lines.slice(Math.max(head.length, lines.length - CONTEXT));
    const left = lines.length - head.length - tail.length;
    return [...head.map((line) => `  ${line}`), ...(left > 0 ? ['  …'] : []), ...tail.map((line) => `  ${line}`)];
  });
}
