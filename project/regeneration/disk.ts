import type { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { readIfThere } from './commit.ts';

export interface DiskReading {
  /** The contents of the files that are there. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** Paths at which there is something that cannot be read as a file: a folder, or something below a file. */
  readonly obstructed: readonly string[];
}

/** Reads what is on disk at these paths, relative to the project. */
export async function readDisk(folder: string, paths: Iterable<string>): Promise<DiskReading> {
  const files = new Map<string, Buffer>();
  const obstructed: string[] = [];
  for (const path of paths) {
    try {
      const contents = await readIfThere(join(folder, path));
      if (contents !== undefined) files.set(path, contents);
    } catch (error) {
      if (!isObstruction(error)) throw error;
      obstructed.push(path);
    }
  }
  return { files, obstructed };
}

function isObstruction(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EISDIR' || error.code === 'ENOTDIR');
}
