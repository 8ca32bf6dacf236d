import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAM = '/usr/bin/prometheus';
/** What Debian's scripts ask before they start a service: 101 means that they may not. */
const POLICY = '/usr/sbin/policy-rc.d';

/**
 * The Prometheus that tests start: the one that `PROMETHEUS` names, else Debian's, whose package is installed where it is missing and this
 * process may (root). Its service is neither started nor left enabled. Undefined where there is none and none can be installed; in CI that
 * throws.
 */
export function findPrometheus(tell: (line: string) => void): string | undefined {
  const named = process.env['PROMETHEUS'];
  if (named !== undefined) return named;
  if (existsSync(PROGRAM)) return PROGRAM;
  const problem = install(tell);
  if (problem === undefined) return PROGRAM;
  if (process.env['CI']) throw new Error(`Prometheus is needed, and could not be installed: ${problem}`);
  tell(`skipped: no Prometheus (${problem}). Install the package prometheus, or set PROMETHEUS to a program.`);
  return undefined;
}

function install(tell: (line: string) => void): string | undefined {
  if (spawnSync('apt-get', ['--version']).error) return 'there is no apt-get';
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && spawnSync('sudo', ['-n', 'true']).status !== 0)
    return 'this is not root, and sudo asks for a password';
  const run = (command: string, ...args: readonly string[]): string | undefined => {
    const [program, rest] = isRoot ? [command, args] : ['sudo', ['-n', command, ...args]];
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const { status, stderr } = spawnSync(program, rest, { env, encoding: 'utf8' });
    return status === 0 ? undefined : `${command} ${args.join(' ')}: ${stderr.trim().split('\n').at(-1)}`;
  };
  tell('installing the package prometheus (once) …');
  const forbidding = existsSync(POLICY) ? undefined : mkdtempSync(join(tmpdir(), 'policy-'));
  if (forbidding !== undefined) {
    const policy = join(forbidding, 'policy-rc.d');
    writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
    run('install', '-m', '755', policy, POLICY);
  }
  try {
    return (
      run('apt-get', 'update') ??
      run('apt-get', 'install', '--yes', '--no-install-recommends', 'prometheus') ??
      (existsSync(PROGRAM) ? void run('update-rc.d', 'prometheus', 'disable') : `the package has no ${PROGRAM}`)
    );
  } finally {
    if (forbidding !== undefined) {
      run('rm', POLICY);
      rmSync(forbidding, { recursive: true });
    }
  }
}
