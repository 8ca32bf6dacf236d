import assert from 'node:assert/strict';
import { cpSync, renameSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { recover } from '../../project/regeneration/commit.ts';
import { AP, ap, differences, generate, node, openFolder, removeFolder, tree } from './workbench.ts';
import type { WrittenChange } from './write-changes.ts';

const KILLED_COMMAND = join(import.meta.dirname, 'killed-command.ts');
const WRITER = join(import.meta.dirname, 'write-changes.ts');
/** To run TypeScript with. */
const OPTIONS = AP.filter((word) => word.startsWith('--'));

export interface Kills {
  /** Of the run that was not killed. */
  readonly operations: number;
  /** After how many of them it was killed. */
  readonly kills: number;
  /** How often the next command found the project as it had been before, or as it was to be; after kills, and in copies made after each operation. */
  readonly old: number;
  readonly new: number;
}

/**
 * Regenerates a project in which a text was changed, and kills the command (SIGKILL) after every `step`th of its operations that change
 * the disk. After each of them it leaves a copy of the project as well, which is what a kill leaves. `program`: the module of the `ap`
 * command.
 */
export async function killGenerator(program: string, step: number): Promise<Kills> {
  return withProject(['Does the work.', 'Does all of the work.'], (before) =>
    kill(before, [program, 'generate', '--yes', '--skip-install'], step),
  );
}

/** The same for the writer alone: a phase is renamed, so that files are created, replaced and removed. */
export async function killWriter(step: number): Promise<Kills> {
  return withProject(['name: Processing', 'name: Working\n    renamedFrom: Processing'], async (before) => {
    const yaml = join(before, 'autopilot.yaml');
    await writeFile(yaml, (await readFile(yaml, 'utf8')).replace('[Processing]', '[Working]'));
    const after = await openFolder();
    try {
      copy(before, after);
      const { code, stderr } = await ap(after, 'generate', '--yes', '--skip-install');
      assert.equal(code, 0, stderr);
      const [old, wanted] = [await tree(before), await tree(after)];
      const contents = (text: string | undefined) =>
        text === undefined ? null : Buffer.from(text, 'latin1').toString('base64');
      const changes: WrittenChange[] = differences(old, wanted).map((path) => ({
        path,
        before: contents(old.get(path)),
        after: contents(wanted.get(path)),
      }));
      for (const kind of ['before', 'after'] as const) assert.ok(changes.some((change) => change[kind] === null));
      const list = join(after, 'changes.json');
      await writeFile(list, JSON.stringify(changes));
      return await kill(before, [WRITER, list], step);
    } finally {
      await removeFolder(after);
    }
  });
}

async function withProject<T>([text, by]: readonly [string, string], use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await openFolder();
  try {
    await generate(folder, 'app', { options: { yes: true } });
    const yaml = join(folder, 'autopilot.yaml');
    await writeFile(yaml, (await readFile(yaml, 'utf8')).replace(text, by));
    return await use(folder);
  } finally {
    await removeFolder(folder);
  }
}

/** Runs the command in copies of a project. Each time the next command's first act has to leave the old project, or the new one. */
async function kill(project: string, [program = '', ...words]: readonly string[], step: number): Promise<Kills> {
  const run = (folder: string, last: number, copies: string) =>
    node(folder, [...OPTIONS, KILLED_COMMAND, program, folder, String(last), copies, ...words]);
  const count = { old: 0, new: 0 };
  const old = await tree(project);
  const judge = async (folder: string, wanted: Awaited<ReturnType<typeof tree>>, moment: number): Promise<void> => {
    await recover(folder);
    const found = await tree(folder);
    const isOld = differences(old, found).length === 0;
    if (!isOld) assert.deepEqual(differences(wanted, found), [], `killed at operation ${moment}`);
    count[isOld ? 'old' : 'new'] += 1;
  };

  const { operations, wanted } = await inFolder(async (folder) => {
    copy(project, folder);
    return inFolder(async (copies) => {
      const { code, stdout, stderr } = await run(folder, 0, copies);
      assert.equal(code, 0, stderr);
      const made = { operations: Number(/^operations: (\d+)$/m.exec(stdout)?.[1]), wanted: await tree(folder) };
      assert.notDeepEqual(differences(old, made.wanted), []);
      for (let moment = 1; moment <= made.operations; moment += 1) {
        // In the place where it was made: nothing may be told by where it is.
        rmSync(folder, { recursive: true });
        renameSync(join(copies, String(moment)), folder);
        await judge(folder, made.wanted, moment);
      }
      return made;
    });
  });

  const moments = Array.from({ length: Math.floor(operations / step) }, (_, index) => (index + 1) * step);
  const next = moments.values();
  const killer = async (): Promise<void> => {
    for (const moment of next) {
      await inFolder(async (folder) => {
        copy(project, folder);
        const { code, stderr } = await run(folder, moment, '');
        assert.equal(code, null, `killed at operation ${moment}: ${stderr}`);
        await judge(folder, wanted, moment);
      });
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, killer));
  assert.equal(count.old + count.new, operations + moments.length);
  return { operations, kills: moments.length, ...count };
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await openFolder();
  try {
    return await use(folder);
  } finally {
    await removeFolder(folder);
  }
}

/** The project, in the place of what is there. Not by the promises' `cp`, which needs twenty times the processor. */
function copy(from: string, to: string): void {
  rmSync(to, { recursive: true });
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
}

/** For the reader of a test's output. */
export function describeKills({ kills, operations, ...found }: Kills): string {
  return `      ${kills} kills, and copies after each of ${operations} operations: ${found.old} times the old project, ${found.new} times the new`;
}
