// Runs `ap`, and kills itself (SIGKILL) right after a given number of operations that change the disk. With 0 it lives, and prints the
// number of its operations; where COPIES names a folder, each leaves there, under its number, the project as a kill right after it would.
// `node killed-command.ts PROGRAM FOLDER COUNT COPIES ap-arguments…`; PROGRAM is the module with `main`.
import { cpSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
const [, , program = '', folder = '', last = '0', copies = '', ...words] = process.argv;
const CHANGING = [
  'appendFile',
  'chmod',
  'chown',
  'copyFile',
  'cp',
  'link',
  'mkdir',
  'rename',
  'rm',
  'rmdir',
  'symlink',
  'truncate',
];
const MORE = ['unlink', 'utimes', 'writeFile'];
const OF_HANDLES = ['appendFile', 'chmod', 'sync', 'truncate', 'write', 'writeFile', 'writev'];
let done = 0;
let before: Promise<unknown> = Promise.resolve();

function counted(target: object, names: readonly string[], counts: (args: readonly unknown[]) => boolean): void {
  for (const name of names) {
    const original: unknown = Reflect.get(target, name);
    if (typeof original !== 'function') throw new Error(`there is no ${name}`);
    Reflect.set(target, name, async function (this: unknown, ...args: readonly unknown[]) {
      const run = async (): Promise<unknown> => {
        const result: unknown = await Reflect.apply(original, this, [...args]);
        if (counts(args)) finish();
        return result;
      };
      if (copies === '' || !counts(args)) return run();
      // One after the other: no other may be under way while the project is copied.
      const mine = before.then(run, run);
      before = mine;
      return mine;
    });
  }
}

function finish(): void {
  done += 1;
  if (done === Number(last)) process.kill(process.pid, 'SIGKILL');
  if (copies !== '') cpSync(folder, join(copies, String(done)), { recursive: true, verbatimSymlinks: true });
}

process.chdir(folder);
const handle = await fs.open(folder, 'r');
counted(Reflect.getPrototypeOf(handle) ?? {}, OF_HANDLES, () => true);
await handle.close();
counted(fs, [...CHANGING, ...MORE], ([path]) => String(path).startsWith(folder));
counted(fs, ['open'], ([path, flags = 'r']) => String(path).startsWith(folder) && flags !== 'r');
syncBuiltinESMExports();

const loaded: unknown = await import(pathToFileURL(program).href);
const main: unknown = typeof loaded === 'object' && loaded !== null ? Reflect.get(loaded, 'main') : undefined;
if (typeof main !== 'function') throw new Error(`${program} exports no main`);
const code: unknown = await Reflect.apply(main, undefined, [words]);
process.exitCode = Number(code);
if (last === '0') console.log(`operations: ${done}`);
