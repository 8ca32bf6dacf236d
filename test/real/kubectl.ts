import { spawnSync } from 'node:child_process';
import { programPath } from './kubernetes/programs.ts';

export interface Kubectl {
  /** Runs kubectl and returns its output; throws with what it said where it fails. */
  (args: readonly string[], input?: string): string;
}

/** kubectl of the real Kubernetes' version, for one kubeconfig. Warnings count as failures. */
export function kubectlFor(kubeconfig: string): Kubectl {
  return (args, input) => {
    const { status, stdout, stderr } = spawnSync(
      programPath('kubectl'),
      ['--kubeconfig', kubeconfig, '--warnings-as-errors', ...args],
      {
        encoding: 'utf8',
        ...(input !== undefined && { input }),
      },
    );
    if (status !== 0) throw new Error(`kubectl ${args.join(' ')} failed (${status}):\n${stdout}${stderr}`);
    return stdout;
  };
}
