import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Owner } from '../code/rendered-file.ts';
import { FAULTS, ProjectError } from '../errors.ts';
import type { Problem } from '../model.ts';
import { leftMarker } from './merge/lines.ts';

/**
 * The last written version of each file, kept in the project so that an edit can be told from an old version of the tool's:
 * `.autopilot/base/<owner>/<path>`. It is committed with the project; where it is missing, every file that differs counts as
 * edited.
 */
export const BASE_FOLDER = '.autopilot/base';

const OWNERS: readonly Owner[] = ['generated', 'scaffold', 'yours'];

export interface Base {
  readonly owner: Owner;
  readonly text: string;
}

export function basePath(owner: Owner, path: string): string {
  return `${BASE_FOLDER}/${owner}/${path}`;
}

/**
 * All base versions of the project in `folder`, by the path of the file that they are of.
 *
 * @throws {ProjectError} names those that cannot be what the tool wrote: no text, or with the conflicts of somebody's merge.
 */
export async function readBases(folder: string): Promise<ReadonlyMap<string, Base>> {
  const bases = new Map<string, Base>();
  const problems: Problem[] = [];
  for (const owner of OWNERS) {
    const root = `${BASE_FOLDER}/${owner}`;
    for (const path of await filesBelow(folder, root)) {
      const base = readBase(await readFile(join(folder, root, path)));
      if ('reason' in base) problems.push({ ...FAULTS.baseDamaged(base), file: basePath(owner, path) });
      else bases.set(path, { owner, text: base.text });
    }
  }
  if (problems.length > 0) throw new ProjectError(problems);
  return bases;
}

function readBase(bytes: Uint8Array): { readonly text: string } | { readonly reason: string } {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { reason: 'it is not UTF-8 text' };
  }
  const line = leftMarker(text);
  return line === undefined ? { text } : { reason: `conflict markers were left in line ${line}` };
}

/** The files below a folder, relative to it and with `/`; none where it does not exist. */
async function filesBelow(folder: string, path: string): Promise<string[]> {
  const root = join(folder, path);
  const entries = await readdir(root, { withFileTypes: true, recursive: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      const reason = error.code === 'ENOTDIR' ? 'there is a file where a folder is to be' : error.message;
      throw new ProjectError([{ ...FAULTS.baseDamaged({ reason }), file: path }]);
    },
  );
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
}
