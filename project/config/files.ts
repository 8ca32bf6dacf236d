import { readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { FAULTS } from '../errors.ts';
import type { Fault } from '../errors.ts';
import type { Problem } from '../model.ts';
import { loadProject } from './load.ts';
import type { LoadedProject, TextFile } from './load.ts';

export const AUTOPILOT_FILE = 'autopilot.yaml';
export const OPERATOR_FILE = 'autopilot-operator.yaml';

/** A project and the texts that it was read from, for edits. */
export interface ReadProject extends LoadedProject {
  readonly autopilot?: TextFile;
  readonly operator?: TextFile;
}

/** The nearest folder, from this one upward, that holds an `autopilot.yaml`. */
export async function findProject(from: string): Promise<string | undefined> {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const found = await stat(join(folder, AUTOPILOT_FILE)).catch(() => undefined);
    if (found?.isFile()) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/**
 * Reads the two files of the project in `folder`. What cannot be read is a problem like any other. Files are named as they are
 * seen from `cwd`.
 */
export async function readProject(folder: string, cwd = process.cwd()): Promise<ReadProject> {
  const at = (name: string) => join(folder, name);
  const named = (name: string) => relative(cwd, at(name)) || name;
  const [autopilot, operator] = await Promise.all([
    readText(at(AUTOPILOT_FILE), named(AUTOPILOT_FILE)),
    readText(at(OPERATOR_FILE), named(OPERATOR_FILE)),
  ]);
  if (autopilot === undefined) return { problems: [{ ...FAULTS.projectMissing({ from: folder }) }] };
  const unreadable = [autopilot, operator].filter((result) => isProblem(result));
  if (isProblem(autopilot) || isProblem(operator)) return { problems: unreadable };
  const files = { autopilot, ...(operator && { operator }) };
  return { ...loadProject(files), ...files };
}

/** Undefined where there is no such file. */
async function readText(path: string, file: string): Promise<TextFile | Problem | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (isErrnoException(error) && error.code === 'ENOENT') return undefined;
    return at(file, FAULTS.fileUnreadable({ reason: reasonOf(error) }));
  }
  try {
    return { file, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return at(file, FAULTS.fileEncoding());
  }
}

const at = (file: string, fault: Fault): Problem => ({ ...fault, file });

function isProblem(result: TextFile | Problem | undefined): result is Problem {
  return result !== undefined && 'code' in result;
}

function isErrnoException(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EISDIR', 'it is a folder'],
]);

function reasonOf(error: unknown): string {
  if (!isErrnoException(error)) return String(error);
  return REASONS.get(error.code ?? '') ?? error.code ?? error.message;
}
