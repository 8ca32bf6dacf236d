import { ProjectError } from '../project/errors.ts';
import { BusyError, findInterrupted, recover } from '../project/regeneration/commit.ts';
import { busy, notRecovered } from './errors.ts';

/**
 * Finishes or undoes what a killed command left in the project that `from` is in, before anything of it is read; `say` hears what was
 * done.
 *
 * @throws ProjectError The other command still runs, or its write can neither be finished nor undone.
 */
export async function finishInterruptedWrite(from: string, say: (line: string) => void): Promise<void> {
  const folder = await findInterrupted(from);
  if (folder === undefined) return;
  const recovery = await recover(folder).catch((error: unknown) => {
    throw new ProjectError([error instanceof BusyError ? busy(folder, error.pid) : notRecovered(folder, error)]);
  });
  if (!recovery) return;
  const { outcome, paths, kept } = recovery;
  const files = paths.filter((path) => !path.startsWith('.autopilot/')).length;
  say(
    outcome === 'finished'
      ? `An earlier command was interrupted while it wrote to ${folder}: its ${files} files are in place now.`
      : `An earlier command was interrupted while it wrote to ${folder}: the project is as it was before it.`,
  );
  for (const path of kept) say(`  ${path} was changed since, and is left as it is.`);
  if (outcome === 'finished' && paths.includes('package.json')) say('  Its packages may have to be installed yet.');
}
