import { fork } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { CrdNames, CustomResourceDefinition } from '../../runtime/crd/crd.ts';
import type { SpecFailure } from './failure.ts';
import type { CrdAnswer, CrdRequest } from './request.ts';

export interface SpecModule {
  /** Absolute path of `spec.ts`. */
  readonly file: string;
  /** Its text where the disk has another one, or none. */
  readonly text?: string;
}

/** In milliseconds: a module of schemas is evaluated in tens of them. */
const DEADLINE = 30_000;

/**
 * The CRD of a kind whose schemas are in `spec`: evaluates the module in a process of its own, with the project's own packages
 * where they are installed, else the generator's.
 *
 * @throws SpecError where the module cannot be evaluated, or says something that a CRD cannot.
 */
export async function crdOfSpec(
  spec: SpecModule,
  names: CrdNames,
  deadline = DEADLINE,
): Promise<CustomResourceDefinition> {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
  const child = fork(fileURLToPath(new URL(`./child${extension}`, import.meta.url)), {
    // What the module prints is the user's to see; our stdout may be read by a program.
    stdio: ['ignore', 2, 2, 'ipc'],
    execArgv: [
      ...process.execArgv.filter((flag) => !flag.startsWith('--inspect')),
      '--disable-warning=ExperimentalWarning',
    ],
  });
  const request: CrdRequest = {
    spec: pathToFileURL(spec.file).href,
    names,
    ...(spec.text === undefined ? {} : { text: spec.text }),
  };
  const answer = await new Promise<CrdAnswer>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      resolve({ failures: [{ file: spec.file, message: `it was still being evaluated after ${deadline / 1000} s` }] });
    }, deadline);
    child.once('message', (message: CrdAnswer) => resolve(message));
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      const how = signal ?? `exit code ${code}`;
      resolve({ failures: [{ file: spec.file, message: `it ended the process that evaluated it (${how})` }] });
    });
    child.send(request);
  });
  if ('failures' in answer) throw new SpecError(answer.failures);
  return answer.crd;
}

export class SpecError extends Error {
  override name = 'SpecError';
  readonly failures: readonly SpecFailure[];

  constructor(failures: readonly SpecFailure[]) {
    super(failures.map(({ message }) => message).join('\n'));
    this.failures = failures;
  }
}
