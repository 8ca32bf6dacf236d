import type { Mutant } from './mutant.ts';

export const MUTANTS: readonly Mutant[] = [
  {
    file: 'runtime/queue/backoff.ts',
    code: 'this.#first * 2 ** failures',
    broken: 'this.#first',
    breaks: 'a key that fails again waits twice as long',
    test: 'runtime/queue/backoff.test.ts',
    title: 'doubles from 5 ms to 1,000 s for each failure in a row of a key',
  },
  {
    file: 'runtime/queue/backoff.ts',
    code: 'this.#failures.delete(key)',
    broken: 'this.#failures.has(key)',
    breaks: 'a key that succeeded starts with the shortest wait',
    test: 'runtime/queue/backoff.test.ts',
    title: 'begins anew after a success',
  },
];
