/** Nobody means anything near by a longer word, and comparing it would take its time. */
const LONGEST = 100;

/** The candidate that a person most likely meant, or undefined where none is near. Case and a missing plural do not count. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > LONGEST) return undefined;
  const wanted = fold(word);
  let best: { candidate: string; distance: number; rest: number } | undefined;
  for (const candidate of candidates) {
    const other = fold(candidate);
    const isBeginning = wanted.length > 2 && (other.startsWith(wanted) || wanted.startsWith(other));
    const distance = isBeginning ? 1 : editDistance(wanted, other);
    // Of two that begin alike, the one with less beside it: `service` is `services` rather than `serviceaccounts`.
    const rest = Math.abs(wanted.length - other.length);
    if (!best || distance < best.distance || (distance === best.distance && rest < best.rest)) {
      best = { candidate, distance, rest };
    }
  }
  return best && best.distance <= Math.max(1, Math.floor(word.length / 3)) ? best.candidate : undefined;
}

/** A remedy: the nearest candidate, else what there is. */
export function suggestion(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates);
  if (near !== undefined) return `Did you mean \`${near}\`?`;
  return candidates.length === 0 ? 'Remove it.' : `There is ${candidates.map((name) => `\`${name}\``).join(', ')}.`;
}

function fold(word: string): string {
  return word
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')
    .replace(/(?:es|s)$/, '');
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours. */
function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]) {
        cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[right.length] ?? 0;
}
