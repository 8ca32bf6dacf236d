import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** The version that the embedded cluster is modelled on. */
const BUILT = join(homedir(), '.cache/kube-1.37.2/bin/kubectl');

/** A kubectl: `KUBECTL` of the environment, the one that the real-server tests build, or the PATH's. Undefined where there is none. */
export function findKubectl(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const onPath = (env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'kubectl'));
  return [env['KUBECTL'], BUILT, ...onPath].find((file) => file !== undefined && file !== '' && existsSync(file));
}
