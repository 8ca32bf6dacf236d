/** Requests of a command that are under way at once. */
const AT_ONCE = 10;

/** What `ask` makes of each, in their order; a few are asked about at once. The first failure is the whole's. */
export async function askAll<T, Answer>(
  items: readonly T[],
  ask: (item: T) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const answers = new Map<number, Answer>();
  const left = items.entries();
  const work = async (): Promise<void> => {
    for (const [index, item] of left) answers.set(index, await ask(item));
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, work));
  return [...answers].toSorted(([a], [b]) => a - b).map(([, answer]) => answer);
}
