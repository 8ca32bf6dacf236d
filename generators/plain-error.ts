/** Ctrl-C in a prompt: the exit code that shells give it. */
const INTERRUPTED = 130;

/**
 * An error that `yo` can end with: it takes the error's code for the exit code, and stumbles where that is a text. Ctrl-C gets
 * its exit code here, in the error that everybody else has already.
 */
export function plainError(thrown: unknown): Error {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (error.name === 'ExitPromptError') return Object.assign(error, { code: INTERRUPTED });
  return 'code' in error && typeof error.code !== 'number' ? new Error(error.message, { cause: error }) : error;
}
