import assert from 'node:assert/strict';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Owner } from '../../project/code/rendered-file.ts';
import { basePath } from '../../project/regeneration/base.ts';
import { differences, generate, openFolder, removeFolder, scaffold, tree } from './workbench.ts';
import type { Asked, Command } from './workbench.ts';

/** A new project, and what its user and later versions of the tool do to it. */
export interface Regenerated {
  readonly folder: string;
  readonly path: (file: string) => string;
  readonly read: (file: string) => Promise<string>;
  readonly append: (file: string, text?: string) => Promise<void>;
  readonly change: (file: string, how: (text: string) => string) => Promise<void>;
  /** Makes a file and its base version as an older version of the tool would have written them. */
  readonly older: (owner: Owner, file: string, how: (text: string) => string) => Promise<void>;
  readonly generate: (command?: Command) => Promise<Asked>;
  /** Makes the tool want something new of nearly every file. */
  readonly addPhase: (command?: Command) => Promise<Asked>;
  /** Fails unless the run does, with these words in its message; and unless the project is as before. */
  readonly refused: (run: () => Promise<unknown>, ...words: readonly (string | RegExp)[]) => Promise<void>;
  readonly remove: () => Promise<void>;
}

export async function openProject(options: Readonly<Record<string, unknown>> = {}): Promise<Regenerated> {
  const folder = await openFolder();
  await scaffold(folder, options);
  const path = (file: string) => join(folder, file);
  const read = (file: string) => readFile(path(file), 'utf8');
  const change = async (file: string, how: (text: string) => string) => {
    const before = await read(file);
    const after = how(before);
    assert.notEqual(after, before, `the change of ${file} changes nothing`);
    await writeFile(path(file), after);
  };
  return {
    folder,
    path,
    read,
    append: (file, text = '\n// edited\n') => appendFile(path(file), text),
    change,
    older: async (owner, file, how) => {
      await change(file, how);
      await change(basePath(owner, file), how);
    },
    generate: (command) => generate(folder, 'app', command),
    addPhase: ({ options: more, ...command } = {}) =>
      generate(folder, 'phase', { args: ['Checking'], options: { yes: true, ...more }, ...command }),
    refused: async (run, ...words) => {
      const before = await tree(folder);
      await assert.rejects(run, ({ message }: Error) => {
        for (const word of words)
          assert.ok(typeof word === 'string' ? message.includes(word) : word.test(message), message);
        return true;
      });
      assert.deepEqual(differences(before, await tree(folder)), [], 'nothing is written');
    },
    remove: () => removeFolder(folder),
  };
}
