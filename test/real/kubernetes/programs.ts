import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The Kubernetes that tests run against; `go.mod` beside this file pins the same. */
export const KUBERNETES_VERSION = '1.37.2';

/** The oldest kubectl that is tried; `go.mod` in the folder of its name pins it. */
const OLD_KUBECTL_VERSION = '1.32.2';

const PACKAGES = {
  etcd: 'go.etcd.io/etcd/server/v3',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
  kubectl: 'k8s.io/kubernetes/cmd/kubectl',
  'kubectl-1.32': 'k8s.io/kubernetes/cmd/kubectl',
} as const;

export type Program = keyof typeof PACKAGES;

/** Where built programs are kept between runs; `KUBE_BIN` names another folder. */
const FOLDER = process.env['KUBE_BIN'] ?? join(homedir(), '.cache', `kube-${KUBERNETES_VERSION}`, 'bin');

export function programPath(program: Program): string {
  return join(FOLDER, program);
}

/**
 * Builds what is missing of the control plane from its Go modules: about ten minutes on two cores the first time, nothing after.
 * Throws where Go is missing or a build fails.
 */
export async function buildPrograms(tell: (line: string) => void): Promise<void> {
  const missing = (Object.keys(PACKAGES) as Program[]).filter((program) => !existsSync(programPath(program)));
  if (missing.length === 0) return;
  if (!hasGo()) {
    throw new Error(
      'The real Kubernetes is built with Go, and there is none on the PATH: install Go 1.26 or newer (https://go.dev/dl) and try again.',
    );
  }
  await mkdir(FOLDER, { recursive: true });
  for (const program of missing) {
    tell(`building ${program} ${versionOf(program)} from its Go module (once) …`);
    await go(moduleOf(program), [
      'build',
      '-mod=readonly',
      '-trimpath',
      '-ldflags',
      linkerFlags(program),
      '-o',
      programPath(program),
      PACKAGES[program],
    ]);
  }
}

export function hasGo(): boolean {
  return spawnSync('go', ['version']).error === undefined;
}

function linkerFlags(program: Program): string {
  if (program === 'etcd') return '-s -w';
  const version = versionOf(program);
  const [major = '', minor = ''] = version.split('.');
  const flags = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((name) => [
    `-X ${name}.gitVersion=v${version}`,
    `-X ${name}.gitMajor=${major}`,
    `-X ${name}.gitMinor=${minor}`,
  ]);
  return ['-s -w', ...flags].join(' ');
}

function versionOf(program: Program): string {
  return program === 'kubectl-1.32' ? OLD_KUBECTL_VERSION : KUBERNETES_VERSION;
}

function moduleOf(program: Program): string {
  return program === 'kubectl-1.32' ? join(import.meta.dirname, program) : import.meta.dirname;
}

function go(folder: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('go', args, {
      cwd: folder,
      env: { ...process.env, CGO_ENABLED: '0' },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`go ${args.join(' ')} ended with exit code ${code}`)),
    );
  });
}
