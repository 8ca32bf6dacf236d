import { resolve } from 'node:path';
import { BusyError } from '../journal/owner.ts';
import { findInterrupted, recover } from '../journal/transaction.ts';
import { DevclusterError } from '../errors.ts';

/**
 * Finishes or undoes what a killed command of the generator left in the project that `from` is in, before anything of it is read.
 *
 * @throws DevclusterError The other command still runs, or its write can neither be finished nor undone.
 */
export async function finishInterruptedWrite(from: string, print: (line: string) => void): Promise<void> {
  const folder = await findInterrupted(resolve(from));
  if (folder === undefined) return;
  const recovery = await recover(folder).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    const message =
      error instanceof BusyError
        ? `${folder}: ${why}, and does not end. Wait for it, or end it, and start this again.`
        : `A command was interrupted while it wrote to ${folder}, and that can be neither finished nor undone: ${why}. Mend that, and start this again.`;
    throw new DevclusterError('ERR_AP_DEV_PROJECT', message, { cause: error });
  });
  if (!recovery) return;
  const done = recovery.outcome === 'finished' ? 'its files are in place now' : 'the project is as it was before it';
  print(`a command was interrupted while it wrote: ${done}`);
  for (const path of recovery.kept) print(`${path} was changed since, and is left as it is`);
}
