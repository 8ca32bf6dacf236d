import { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a file that only its owner may read, whole or not at all: whenever the process is killed, or the machine, there is the old
 * file or the new one. With `fresh` it throws EEXIST where there is one already.
 */
export function writeAtomically(path: string, text: string, { fresh = false } = {}): void {
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  if (fresh) {
    // Unlike a rename, a link replaces nothing.
    try {
      linkSync(temporary, path);
    } finally {
      rmSync(temporary);
    }
  } else {
    renameSync(temporary, path);
  }
  syncFolder(dirname(path));
}

/** So that the new name outlives a loss of power. Windows has no such thing. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const file = openSync(folder, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
