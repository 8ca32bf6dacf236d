import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { Conflicter } from '@yeoman/conflicter';
import type { ConflicterOptions } from '@yeoman/conflicter';
import { ProjectError } from '../project/errors.ts';
import type { Answer, PlannedFile } from '../project/regeneration/plan.ts';
import { unifiedDiff } from './diff.ts';
import { conflict, editedRemoval } from './errors.ts';

type Adapter = ConstructorParameters<typeof Conflicter>[0];
type CustomizeActions = NonNullable<ConflicterOptions['customizeActions']>;

export interface Menu {
  readonly adapter: Adapter;
  /** The project's folder. */
  readonly folder: string;
  /** `--force`: the tool's version is written without asking. */
  readonly force: boolean;
  /** Somebody is there to be asked. */
  readonly interactive: boolean;
}

/**
 * Asks about the tool's files that were edited and cannot be merged, one after the other, by Yeoman's own menu. The user's own files
 * are never among them.
 *
 * @throws {ProjectError} names all of them where nobody is there to be asked.
 */
export async function askAboutEdits(files: readonly PlannedFile[], menu: Menu): Promise<ReadonlyMap<string, Answer>> {
  const edited = files.filter(({ decision }) => decision === 'ask');
  if (edited.length > 0 && !menu.force && !menu.interactive) {
    throw new ProjectError(
      edited.map(({ path, base, next, merge }) =>
        next ? conflict(path, (base && merge?.conflicts) ?? []) : editedRemoval(path),
      ),
    );
  }
  const answers = new Map<string, Answer>();
  let force = menu.force;
  for (const file of edited) {
    const conflicter = new Conflicter(menu.adapter, {
      cwd: menu.folder,
      force,
      customizeActions: () => entriesFor(file),
    });
    answers.set(
      file.path,
      await (file.next ? askToReplace(conflicter, menu, file) : askToRemove(conflicter, menu, file)),
    );
    force = conflicter.force;
  }
  return answers;
}

async function askToReplace(conflicter: Conflicter, { adapter, folder }: Menu, file: PlannedFile): Promise<Answer> {
  const where = file.base && file.merge?.conflicts.join(', ');
  if (!conflicter.force && where) adapter.log(`You and the tool have changed the same in ${file.path}: ${where}`);
  const asked = await conflicter.checkForCollision({ path: join(folder, file.path), contents: file.next ?? null });
  // The entry that merges has changed the contents.
  return asked.conflicter === 'force' ? { action: 'write', contents: asked.contents ?? undefined } : { action: 'keep' };
}

async function askToRemove(conflicter: Conflicter, { adapter }: Menu, { path }: PlannedFile): Promise<Answer> {
  if (!conflicter.force) {
    const answers = await adapter.prompt<{ action: string }>([
      {
        name: 'action',
        type: 'expand',
        message: `${path} is not needed any more, but was edited. Remove it?`,
        choices: [
          { key: 'y', name: 'remove', value: 'write' },
          { key: 'n', name: 'keep mine', value: 'skip' },
          { key: 'a', name: 'remove this, and take new for all others', value: 'force' },
          { key: 'x', name: 'abort', value: 'abort' },
        ],
      },
    ]);
    if (answers.action === 'abort') throw new Error('Process aborted by user');
    if (answers.action === 'skip') return { action: 'keep' };
    conflicter.force = answers.action === 'force';
  }
  return { action: 'write', contents: undefined };
}

/**
 * The entries of the menu. Yeoman's own diff prints the whole file, and fails at the fourth time; its `ignore` writes a file that is
 * not read here.
 */
function entriesFor({ path, disk, next, merge }: PlannedFile): ReturnType<CustomizeActions> {
  const showDifferences = ({ adapter }: ActionContext): 'ask' => {
    for (const line of unifiedDiff(path, disk, next).split('\n')) {
      const color = /^\+(?!\+\+ )/.test(line) ? 'added' : /^-(?!-- )/.test(line) ? 'removed' : undefined;
      adapter.log.colored([{ message: `${line}\n`, ...(color ? { color } : {}) }]);
    }
    return 'ask';
  };
  const takeMerged = ({ file }: ActionContext): 'write' => {
    file.contents = Buffer.from(merge?.text ?? '');
    return 'write';
  };
  const merged = {
    key: 'm',
    name: 'merged, with markers where both have changed the same',
    value: takeMerged,
  } as const;
  return [
    { key: 'n', name: 'keep mine', value: 'skip' },
    { key: 'y', name: 'take new', value: 'write' },
    ...(merge ? [merged] : []),
    { key: 'd', name: 'show the differences between mine and new', value: showDifferences },
    { key: 'a', name: 'take new, for this and all others', value: 'force' },
    { key: 'x', name: 'abort', value: 'abort' },
  ];
}

/** What the menu gives to an entry that is a function. */
interface ActionContext {
  readonly file: { contents?: Buffer | null };
  readonly adapter: Adapter;
}
