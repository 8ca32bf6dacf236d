import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ProjectError } from '../../project/errors.ts';
import { builderMissing, noBuilder, type ImageTask } from './errors.ts';

/** Programs that build and push images, in the order in which they are looked for. */
export const BUILDERS = ['docker', 'podman', 'buildah', 'nerdctl'] as const;
export type Builder = (typeof BUILDERS)[number];

/** The one that is asked for, else the first that is on the PATH. Throws ERR_AP_NO_BUILDER, which says what it was needed for. */
export function findBuilder(env: NodeJS.ProcessEnv, task: ImageTask, wanted?: Builder): Builder {
  if (wanted !== undefined && isOnPath(wanted, env)) return wanted;
  const others = BUILDERS.filter((name) => name !== wanted);
  if (wanted !== undefined) throw new ProjectError([builderMissing(wanted, others, task)]);
  const found = others.find((name) => isOnPath(name, env));
  if (found === undefined) throw new ProjectError([noBuilder(others, task)]);
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
