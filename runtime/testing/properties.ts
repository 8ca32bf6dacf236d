import * as fc from 'fast-check';

/**
 * Settings for a property with random runs: a new seed each time, so many runs and no more than so many milliseconds. A failure says by
 * which seed and path it is made again: with these in the environment just the failing run is made.
 */
export function randomRuns<Case>(file: string, numRuns: number, milliseconds: number): fc.Parameters<Case> {
  const { SEED, SEED_PATH } = process.env;
  return {
    numRuns,
    interruptAfterTimeLimit: milliseconds,
    ...(SEED !== undefined && { seed: Number(SEED) }),
    ...(SEED_PATH !== undefined && { path: SEED_PATH, endOnFailure: true }),
    reporter: (run) => {
      if (!run.failed) return;
      const again = `SEED=${run.seed} SEED_PATH=${run.counterexamplePath ?? ''} npm test -- ${file}`;
      const message = fc.defaultReportMessage(run) ?? 'it failed';
      throw new Error(`${message}\nThe same once more: ${again}`, { cause: run.errorInstance });
    },
  };
}
