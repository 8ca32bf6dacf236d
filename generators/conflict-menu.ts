import { join } from 'node:path';
import { Conflicter } from '@yeoman/conflicter';
import type { ConflicterOptions } from '@yeoman/conflicter';
import { ProjectError } from '../project/errors.ts';
import type { Answer, PlannedFile } from '../project/regeneration/plan.ts';
import { diffLines } from './diff.ts';
import type { Piece } from './diff.ts';
import { editedFiles } from './errors.ts';

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
 * Asks about the tool's files that were edited, one after the other, by Yeoman's own menu: a three-way merge would come before
 * this. The user's own files are never among them.
 *
 * @throws ProjectError names all of them where nobody is there to be asked.
 */
export async function askAboutEdits(files: readonly PlannedFile[], menu: Menu): Promise<ReadonlyMap<string, Answer>> {
  const edited = files.filter(({ decision }) => decision === 'ask');
  if (edited.length > 0 && !menu.force && !menu.interactive) {
    throw new ProjectError([editedFiles(edited.map(({ path }) => path))]);
  }
  const conflicter = new Conflicter(menu.adapter, { cwd: menu.folder, force: menu.force, customizeActions });
  const answers = new Map<string, Answer>();
  for (const file of edited) {
    answers.set(
      file.path,
      await (file.next ? askToReplace(conflicter, menu, file) : askToRemove(conflicter, menu, file)),
    );
  }
  return answers;
}

async function askToReplace(conflicter: Conflicter, { folder }: Menu, file: PlannedFile): Promise<Answer> {
  const asked = await conflicter.checkForCollision({ path: join(folder, file.path), contents: file.next ?? null });
  // Its editor may have changed the contents.
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
          { key: 'n', name: 'do not remove', value: 'skip' },
          { key: 'a', name: 'remove this and overwrite all others', value: 'force' },
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
 * Yeoman's entries, but for two: its `diff` prints the whole file and fails at the fourth time; `.yo-resolve`, which `ignore`
 * writes, is not read here.
 */
const customizeActions: CustomizeActions = (actions) => {
  const kept = actions.filter((action) => !('value' in action && action.value === 'ignore'));
  return kept.map((action) =>
    'value' in action && action.value === 'diff' ? Object.assign({}, action, { value: showDifferences }) : action,
  );
};

function showDifferences({ file, adapter }: ActionContext): 'ask' {
  const changes = 'conflicterChanges' in file ? (file.conflicterChanges ?? []) : [];
  for (const line of diffLines(changes)) {
    const color = line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : undefined;
    adapter.log.colored([{ message: `${line}\n`, ...(color ? { color } : {}) }]);
  }
  return 'ask';
}

/** What the menu gives to an entry that is a function. */
interface ActionContext {
  readonly file: { readonly conflicterChanges?: readonly Piece[] };
  readonly adapter: Adapter;
}
