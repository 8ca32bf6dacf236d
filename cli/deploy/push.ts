import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ProjectError } from '../../project/errors.ts';
import { noBuilder, notPushed } from './errors.ts';

/** Programs that push images, in the order in which they are looked for. */
export const BUILDERS = ['docker', 'podman', 'buildah', 'nerdctl'] as const;
export type Builder = (typeof BUILDERS)[number];

/** The one that is asked for, else the first that is on the PATH. Throws ERR_AP_NO_BUILDER. */
export function findBuilder(env: NodeJS.ProcessEnv, wanted?: Builder): Builder {
  const candidates = wanted === undefined ? BUILDERS : [wanted];
  const found = candidates.find((name) => isOnPath(name, env));
  if (found === undefined) throw new ProjectError([noBuilder(candidates)]);
  return found;
}

function isOnPath(program: string, env: NodeJS.ProcessEnv): boolean {
  return (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .some((folder) => {
      try {
        accessSync(join(folder, program), constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Pushes the image; what the program says goes where `say` puts it. Throws ERR_AP_NOT_PUSHED. */
export async function push(
  image: string,
  builder: Builder,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<void> {
  const child = spawn(builder, ['push', image], { env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', (chunk: Buffer) => say(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => say(chunk.toString()));
  const reason = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code) => resolve(code === 0 ? undefined : `exit code ${code ?? 'none'}`));
  });
  signal.throwIfAborted();
  if (reason !== undefined) throw new ProjectError([notPushed(`${builder} push ${image}`, reason)]);
}
