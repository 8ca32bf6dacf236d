import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ProjectError } from '../../project/errors.ts';
import type { Problem } from '../../project/model.ts';
import { noCompiler, typeError } from './errors.ts';

/** Whatever tsconfig.json says, nothing is written. */
const CHECK_ONLY = ['--noEmit', '--incremental', 'false', '--pretty', 'false'];

/**
 * All that the project's own TypeScript finds wrong with it, by its tsconfig.json.
 *
 * @throws ProjectError ERR_AP_NOT_INSTALLED where the project has no TypeScript.
 */
export async function typeCheck(
  folder: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const compiler = await compilerOf(folder);
  const child = spawn(process.execPath, [compiler, '--project', folder, ...CHECK_ONLY], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', kill);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  signal.removeEventListener('abort', kill);
  signal.throwIfAborted();
  return code === 0 ? [] : diagnosesIn(`${stdout}${stderr}`);
}

/** What the compiler wrote, each diagnosis with the lines that belong to it. */
export function diagnosesIn(output: string): readonly Problem[] {
  const found: { readonly at: Pick<Problem, 'file' | 'line' | 'column'>; readonly lines: string[] }[] = [];
  for (const line of output.split(/\r?\n/).filter((each) => each.trim() !== '')) {
    const [, file, row, column, message] = /^(.+?)\((\d+),(\d+)\): error (TS\d+: .*)$/.exec(line) ?? [];
    const [, general] = /^error (TS\d+: .*)$/.exec(line) ?? [];
    if (file !== undefined && message !== undefined)
      found.push({ at: { file, line: Number(row), column: Number(column) }, lines: [message] });
    else if (general !== undefined || found.length === 0) found.push({ at: {}, lines: [general ?? line] });
    else found.at(-1)?.lines.push(line);
  }
  if (found.length === 0) return [typeError({}, 'The compiler failed, and said nothing')];
  return found.map(({ at, lines }) => typeError(at, lines.join('\n')));
}

async function compilerOf(folder: string): Promise<string> {
  try {
    const manifest = createRequire(join(folder, 'package.json')).resolve('typescript/package.json');
    const { bin } = JSON.parse(await readFile(manifest, 'utf8')) as { readonly bin: { readonly tsc: string } };
    return join(dirname(manifest), bin.tsc);
  } catch {
    throw new ProjectError([noCompiler(folder)]);
  }
}
