import assert from 'node:assert/strict';
import { cp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { recover } from '../../project/regeneration/commit.ts';
import { differences, generate, node, openFolder, removeFolder, tree } from './workbench.ts';
import type { Finished } from './workbench.ts';

const KILLED_COMMAND = join(import.meta.dirname, 'killed-command.ts');

export interface Kills {
  /** Of the run that was not killed. */
  readonly operations: number;
  readonly kills: number;
  /** How often the next command found the project as it had been before, or as it was to be. */
  readonly old: number;
  readonly new: number;
}

/**
 * Regenerates a project in which a phase was renamed, so that files are created, replaced and removed, and kills the command
 * (SIGKILL) after every `step`th of its operations that change the disk. Each time the next command's first act has to leave the old
 * project, or the new one, and nothing else. `program`: the module of the `ap` command; `nodeOptions`: to run it with.
 */
export async function killAtOperations(program: string, nodeOptions: readonly string[], step: number): Promise<Kills> {
  const [before, after] = [await openFolder(), await openFolder()];
  try {
    await generate(before, 'app', { options: { yes: true } });
    const yaml = join(before, 'autopilot.yaml');
    const text = await readFile(yaml, 'utf8');
    await writeFile(
      yaml,
      text
        .replace('name: Processing', 'name: Working\n    renamedFrom: Processing')
        .replace('[Processing]', '[Working]'),
    );
    await copy(before, after);
    const run = (folder: string, last: number): Promise<Finished> =>
      node(folder, [
        ...nodeOptions,
        KILLED_COMMAND,
        program,
        folder,
        String(last),
        'generate',
        '--yes',
        '--skip-install',
      ]);

    const whole = await run(after, 0);
    assert.equal(whole.code, 0, whole.stderr);
    const operations = Number(/^operations: (\d+)$/m.exec(whole.stdout)?.[1]);
    const [old, wanted] = [await tree(before), await tree(after)];
    assert.notDeepEqual(differences(old, wanted), []);

    const moments = Array.from({ length: Math.floor(operations / step) }, (_, index) => (index + 1) * step);
    const count = { old: 0, new: 0 };
    const kill = async (moment: number): Promise<void> => {
      const folder = await openFolder();
      try {
        await copy(before, folder);
        const { code, stderr } = await run(folder, moment);
        assert.equal(code, null, `killed at operation ${moment}: ${stderr}`);
        await recover(folder);
        const found = await tree(folder);
        const isOld = differences(old, found).length === 0;
        if (!isOld) assert.deepEqual(differences(wanted, found), [], `killed at operation ${moment}`);
        count[isOld ? 'old' : 'new'] += 1;
      } finally {
        await removeFolder(folder);
      }
    };
    const next = moments.values();
    await Promise.all(
      Array.from({ length: availableParallelism() }, async () => {
        for (const moment of next) await kill(moment);
      }),
    );
    return { operations, kills: moments.length, ...count };
  } finally {
    await removeFolder(before);
    await removeFolder(after);
  }
}

/** The project, without the packages that are there already. */
async function copy(from: string, to: string): Promise<void> {
  const modules = join(to, 'node_modules');
  await rename(modules, `${modules}.kept`);
  await cp(from, to, { recursive: true, verbatimSymlinks: true });
  await rm(modules, { recursive: true, force: true });
  await rename(`${modules}.kept`, modules);
}
