import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What Debian's scripts ask before they start a service: 101 means that they may not. */
const POLICY = '/usr/sbin/policy-rc.d';

/** Runs a command as root; undefined where it went well, else why not. */
export function runAsRoot(command: string, ...args: readonly string[]): string | undefined {
  const isRoot = process.getuid?.() === 0;
  const [program, rest] = isRoot ? [command, args] : ['sudo', ['-n', command, ...args]];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status, stderr } = spawnSync(program, rest, { env, encoding: 'utf8' });
  return status === 0 ? undefined : `${command} ${args.join(' ')}: ${stderr.trim().split('\n').slice(-2).join(' ')}`;
}

/**
 * Installs a package of the machine's Debian, where this process may (root); starts no service of it. Undefined where it went well, else why
 * not.
 */
export function installPackage(name: string): string | undefined {
  if (spawnSync('apt-get', ['--version']).error) return 'there is no apt-get';
  if (process.getuid?.() !== 0 && spawnSync('sudo', ['-n', 'true']).status !== 0)
    return 'this is not root, and sudo asks for a password';
  const forbidding = existsSync(POLICY) ? undefined : mkdtempSync(join(tmpdir(), 'policy-'));
  if (forbidding !== undefined) {
    const policy = join(forbidding, 'policy-rc.d');
    writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
    runAsRoot('install', '-m', '755', policy, POLICY);
  }
  try {
    return patiently('apt-get', 'update') ?? patiently('apt-get', 'install', '--yes', '--no-install-recommends', name);
  } finally {
    if (forbidding !== undefined) {
      runAsRoot('rm', POLICY);
      rmSync(forbidding, { recursive: true });
    }
  }
}

/** Another suite may be installing something at this moment, which locks all others out. */
function patiently(command: string, ...args: readonly string[]): string | undefined {
  for (let left = 60; ; left -= 1) {
    const problem = runAsRoot(command, ...args);
    if (problem === undefined || left === 0 || !/\block\b/i.test(problem)) return problem;
    spawnSync('sleep', ['2']);
  }
}
