import { existsSync } from 'node:fs';
import { installPackage } from '../kubernetes/debian-package.ts';

const PROGRAM = '/usr/bin/buildah';
const REMEDY = 'Install the package buildah (`apt-get install buildah`) and run the tests as root.';

/**
 * Whether images can be built here: by Debian's buildah, whose package is installed where it is missing and this process may. Needs root, for
 * `RUN` in a chroot. Tells what to do where not; in CI that throws.
 */
export function findBuildah(tell: (line: string) => void): boolean {
  const problem = process.getuid?.() === 0 ? install(tell) : 'this is not root';
  if (problem === undefined) return true;
  if (process.env['CI']) throw new Error(`buildah is needed: ${problem}. ${REMEDY}`);
  tell(`skipped: no buildah (${problem}). ${REMEDY}`);
  return false;
}

function install(tell: (line: string) => void): string | undefined {
  if (existsSync(PROGRAM)) return undefined;
  tell('installing the package buildah (once) …');
  return installPackage('buildah') ?? (existsSync(PROGRAM) ? undefined : `the package has no ${PROGRAM}`);
}
