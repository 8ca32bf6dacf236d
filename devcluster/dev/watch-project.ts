import { basename, join, relative, sep } from 'node:path';
import { watch } from 'chokidar';

/** Editors write a file in several steps, and formatters right after them: changes this close are one. Milliseconds. */
const QUIET = 80;

/** What a saved file is for. */
export type SavedKind =
  /** What the operator is made of, or configured by. */
  | 'operator'
  /** Only the compiler reads it. */
  | 'types'
  /** autopilot.yaml. */
  | 'project'
  /** Other vendors' kinds. */
  | 'crds';

/** Files are told relative to the project. */
export type OnSaved = (kind: SavedKind, files: readonly string[]) => void;

const FILES: Readonly<Record<string, SavedKind>> = {
  'autopilot.yaml': 'project',
  'autopilot-operator.yaml': 'operator',
  'package.json': 'types',
  'tsconfig.json': 'types',
};
const FOLDERS: Readonly<Record<string, SavedKind>> = { src: 'operator', test: 'types', crds: 'crds' };

/**
 * Calls once files of a project were saved, made or deleted, with those of one kind together. Resolves, once nothing is missed any more, to
 * how to stop it. With chokidar: Node's own recursive watch on Linux loses a file that an editor has replaced.
 */
export async function watchProject(folder: string, onSaved: OnSaved): Promise<() => Promise<void>> {
  const waiting = new Map<SavedKind, { readonly files: Set<string>; timer: NodeJS.Timeout | undefined }>();
  const saved = (path: string): void => {
    const file = relative(folder, path);
    const kind = kindOf(file);
    if (!kind) return;
    const group = waiting.get(kind) ?? { files: new Set<string>(), timer: undefined };
    waiting.set(kind, group);
    group.files.add(file);
    clearTimeout(group.timer);
    group.timer = setTimeout(() => {
      waiting.delete(kind);
      onSaved(kind, [...group.files]);
    }, QUIET);
  };
  const watcher = watch(
    [...Object.keys(FILES), ...Object.keys(FOLDERS)].map((name) => join(folder, name)),
    { ignoreInitial: true },
  );
  watcher.on('add', saved).on('change', saved).on('unlink', saved);
  await new Promise<void>((resolve) => watcher.once('ready', resolve));
  return async () => {
    for (const { timer } of waiting.values()) clearTimeout(timer);
    await watcher.close();
  };
}

/** Undefined for what editors leave beside a file while they write it, and for all that is no source. */
function kindOf(file: string): SavedKind | undefined {
  const name = basename(file);
  if (name.startsWith('.') || name.endsWith('~') || !/\.(?:[cm]?[tj]s|json|ya?ml)$/.test(name)) return undefined;
  return FILES[file] ?? FOLDERS[file.split(sep, 1)[0] ?? ''];
}
