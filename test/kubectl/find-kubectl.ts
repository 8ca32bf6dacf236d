import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { programPath } from '../real/kubernetes/programs.ts';

export interface FoundKubectl {
  readonly name: string;
  readonly program: string;
}

/**
 * The kubectls that there are: the one that `KUBECTL` of the environment names, or those that `npm run build:kubernetes` builds (of
 * the version that the embedded cluster is modelled on, and of 1.32), else the PATH's. None where there is none, but in CI, which
 * builds them before.
 */
export function findKubectls(env: NodeJS.ProcessEnv = process.env): readonly FoundKubectl[] {
  const { KUBECTL: named = '', PATH: path = '', CI: ci = '' } = env;
  if (named !== '') return [{ name: named, program: named }];
  const built = (['kubectl', 'kubectl-1.32'] as const).map((name) => ({ name, program: programPath(name) }));
  const there = built.filter(({ program }) => existsSync(program));
  const missing = built.filter((one) => !there.includes(one));
  if (ci !== '' && missing.length > 0) {
    throw new Error(
      `There is no ${missing.map(({ program }) => program).join(', ')}: npm run build:kubernetes builds it.`,
    );
  }
  if (there.length > 0) return there;
  const onPath = path.split(delimiter).map((folder) => join(folder, 'kubectl'));
  const first = onPath.find((file) => existsSync(file));
  return first === undefined ? [] : [{ name: 'kubectl', program: first }];
}
