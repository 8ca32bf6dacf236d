import { existsSync } from 'node:fs';
import { installPackage, runAsRoot } from '../kubernetes/debian-package.ts';

const PROGRAM = '/usr/bin/prometheus';

/**
 * The Prometheus that tests start: the one that `PROMETHEUS` names, else Debian's, whose package is installed where it is missing and this
 * process may (root). Its service is neither started nor left enabled. Undefined where there is none and none can be installed; in CI that
 * throws.
 */
export function findPrometheus(tell: (line: string) => void): string | undefined {
  const named = process.env['PROMETHEUS'];
  if (named !== undefined) return named;
  if (existsSync(PROGRAM)) return PROGRAM;
  tell('installing the package prometheus (once) …');
  const problem =
    installPackage('prometheus') ??
    (existsSync(PROGRAM) ? void runAsRoot('update-rc.d', 'prometheus', 'disable') : `the package has no ${PROGRAM}`);
  if (problem === undefined) return PROGRAM;
  if (process.env['CI']) throw new Error(`Prometheus is needed, and could not be installed: ${problem}`);
  tell(`skipped: no Prometheus (${problem}). Install the package prometheus, or set PROMETHEUS to a program.`);
  return undefined;
}
