import { spawn } from 'node:child_process';
import { chown, mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
/** `yo` gives root's rights away, to the first user of the machine. */
const USER = 1000;

/** A folder into which the packed generator is installed beside yo, as on a user's machine. */
export interface Installed {
  readonly folder: string;
  /** Where the generator is. */
  readonly generator: string;
  /** An empty folder that `yo` can write into. */
  readonly empty: (name: string) => Promise<string>;
  readonly run: (cwd: string, command: string, ...args: readonly string[]) => Promise<Finished>;
  readonly remove: () => Promise<void>;
}

export interface Finished {
  readonly code: number | null;
  /** Both streams, as they came. */
  readonly output: string;
}

/** Packs the generator as it would be published, and installs it. */
export async function installGenerator(): Promise<Installed> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'autopilot-packed-')));
  const home = join(folder, 'home');
  await mkdir(home);
  await own(folder);
  await own(home);
  const bin = join(folder, 'node_modules/.bin');
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS)/i.test(name))),
    HOME: home,
    // The same npm cache for every run: what is tested is not the registry.
    npm_config_cache: join(process.env['HOME'] ?? '/root', '.npm'),
    npm_config_fund: 'false',
    npm_config_audit: 'false',
    PATH: [bin, dirname(process.execPath), process.env['PATH']].join(':'),
    NO_UPDATE_NOTIFIER: '1',
  };
  const run: Installed['run'] = (cwd, command, ...args) => execute(cwd, command, args, env);

  await succeed(run(ROOT, 'npm', 'pack', '--pack-destination', folder, '--loglevel=error'));
  const tarball = (await readdir(folder)).find((file) => file.endsWith('.tgz')) ?? '';
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  await succeed(run(folder, 'npm', 'install', `./${tarball}`, 'yo@7', '--loglevel=error'));
  return {
    folder,
    generator: join(folder, 'node_modules/generator-autopilot'),
    run,
    async empty(name) {
      const path = join(folder, name);
      await mkdir(path);
      await own(path);
      return path;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** What the command printed, once it ended well. */
export async function succeed(running: Promise<Finished>): Promise<string> {
  const { code, output } = await running;
  if (code !== 0) throw new Error(`exit code ${code}:\n${output}`);
  return output;
}

async function own(path: string): Promise<void> {
  if (process.getuid?.() === 0) await chown(path, USER, USER);
}

function execute(cwd: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
