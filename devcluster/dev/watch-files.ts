import { watch } from 'node:fs';
import { basename, join } from 'node:path';

/** Editors write a file in several steps, and formatters right after them: changes this close are one. Milliseconds. */
const QUIET = 120;

/**
 * Calls once the project's sources or its configuration were saved. Folders are watched, not files, since many editors replace a
 * file. Returns how to stop.
 */
export function watchSources(folder: string, onSaved: (file: string) => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const saved = (file: string): void => {
    clearTimeout(timer);
    timer = setTimeout(() => onSaved(file), QUIET);
  };
  const sources = watch(join(folder, 'src'), { recursive: true }, (_event, name) => {
    if (name !== null && isSource(name)) saved(join('src', name));
  });
  const settings = watch(folder, (_event, name) => {
    if (name === 'autopilot-operator.yaml') saved(name);
  });
  return () => {
    clearTimeout(timer);
    sources.close();
    settings.close();
  };
}

/** Not what editors leave beside a file while they write it. */
function isSource(name: string): boolean {
  const file = basename(name);
  return !file.startsWith('.') && !file.endsWith('~') && /\.[cm]?(ts|js)$|\.json$/.test(file);
}
