import type { ReadStream } from 'node:tty';

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

/** What keys do, by the key. */
export type Keys = Readonly<Record<string, { readonly does: string; readonly press: () => void }>>;

/**
 * Listens to single keys of a terminal until the returned function is called, which leaves the terminal as it was. In this mode a
 * terminal sends no signals: Ctrl-C is a key like others, and does what `q` does.
 */
export function listenToKeys(input: ReadStream, keys: Keys): () => void {
  const wasRaw = input.isRaw;
  const onData = (chunk: Buffer): void => {
    for (const key of chunk.toString()) {
      const known = key === CTRL_C || key === CTRL_D ? 'q' : key.toLowerCase();
      if (Object.hasOwn(keys, known)) keys[known]?.press();
    }
  };
  const restore = (): void => {
    process.off('exit', restore);
    input.off('data', onData);
    if (!input.destroyed) input.setRawMode(wasRaw);
    input.pause();
  };
  input.setRawMode(true);
  input.on('data', onData).resume();
  // However this process ends, the shell that comes after it finds its terminal as it was.
  process.once('exit', restore);
  return restore;
}

export function describeKeys(keys: Keys): string {
  return Object.entries(keys)
    .map(([key, { does }]) => `${key} ${does}`)
    .join(' · ');
}
