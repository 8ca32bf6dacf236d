import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Owner } from '../code/rendered-file.ts';

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

/** All base versions of the project in `folder`, by the path of the file that they are of. */
export async function readBases(folder: string): Promise<ReadonlyMap<string, Base>> {
  const bases = new Map<string, Base>();
  for (const owner of OWNERS) {
    for (const path of await filesBelow(join(folder, BASE_FOLDER, owner))) {
      bases.set(path, { owner, text: await readFile(join(folder, basePath(owner, path)), 'utf8') });
    }
  }
  return bases;
}

/** The files below a folder, relative to it and with `/`; none where it does not exist. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    },
  );
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
}
