import { spawn } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

export const ROOT = join(import.meta.dirname, '../..');
/** `yo` gives root's rights away, to the first user of the machine. */
const USER = 1000;

/** Of a command in a terminal, in milliseconds. */
const DEADLINE = 60_000;

/** A folder of a user who has nothing installed, with a home of its own. `yo` can write into it. */
export interface Sandbox {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Runs a command without a terminal; `env` is added to the sandbox's. */
  readonly run: (cwd: string, command: string, args: readonly string[], env?: NodeJS.ProcessEnv) => Promise<Finished>;
  readonly remove: () => Promise<void>;
}

export interface Reply {
  /** Shown after what the reply before was to. */
  readonly to: string;
  readonly type: string;
}

export interface Finished {
  readonly code: number | null;
  /** Both streams, as they came. */
  readonly output: string;
}

export async function openSandbox(): Promise<Sandbox> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'autopilot-packed-')));
  const home = join(folder, 'home');
  await mkdir(home);
  await own(folder);
  await own(home);
  // What Node compiled of the commands, for root and for the user that `yo` becomes.
  const compiled = join(folder, 'compiled');
  await mkdir(compiled);
  await chmod(compiled, 0o777);
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS)/i.test(name))),
    HOME: home,
    NODE_COMPILE_CACHE: compiled,
    npm_config_prefix: join(home, 'global'),
    npm_config_fund: 'false',
    npm_config_audit: 'false',
    PATH: [
      join(folder, 'node_modules/.bin'),
      join(home, 'global/bin'),
      dirname(process.execPath),
      process.env['PATH'],
    ].join(':'),
    NO_UPDATE_NOTIFIER: '1',
  };
  return {
    folder,
    env,
    run: (cwd, command, args, more) => execute(cwd, command, args, { ...env, ...more }),
    // What was run may still be keeping what it compiled.
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 10 }),
  };
}

/** A folder into which the packed generator is installed beside yo, as on a user's machine. */
export interface Installed {
  /** Where the generator is. */
  readonly generator: string;
  /** An empty folder that `yo` can write into. */
  readonly empty: (name: string) => Promise<string>;
  readonly run: (cwd: string, command: string, ...args: readonly string[]) => Promise<Finished>;
  /** Runs a command line in a terminal, and types each reply once its words were shown. */
  readonly inTerminal: (cwd: string, command: string, replies: readonly Reply[]) => Promise<Finished>;
  readonly remove: () => Promise<void>;
}

/** Packs the generator as it would be published, and installs it. */
export async function installGenerator(): Promise<Installed> {
  const { folder, env, run: runThere, remove } = await openSandbox();
  // The same npm cache for every run: what is tested is not the registry.
  const cache = { npm_config_cache: join(homedir(), '.npm') };
  const run: Installed['run'] = (cwd, command, ...args) => runThere(cwd, command, args, cache);

  await succeed(run(ROOT, 'npm', 'pack', '--pack-destination', folder, '--loglevel=error'));
  const tarball = (await readdir(folder)).find((file) => file.endsWith('.tgz')) ?? '';
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  await succeed(run(folder, 'npm', 'install', `./${tarball}`, 'yo@7', '--loglevel=error'));
  return {
    generator: join(folder, 'node_modules/generator-autopilot'),
    run,
    inTerminal: (cwd, command, replies) => type(cwd, command, replies, { ...env, ...cache }),
    async empty(name) {
      const path = join(folder, name);
      await mkdir(path);
      await own(path);
      return path;
    },
    remove,
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

/** `script` of util-linux gives a command a terminal, and ends with its exit code. */
function type(cwd: string, command: string, replies: readonly Reply[], env: NodeJS.ProcessEnv): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const words = ['--quiet', '--flush', '--return', '--command', command, '/dev/null'];
    const child = spawn('script', words, { cwd, env: { ...env, TERM: 'xterm' }, stdio: ['pipe', 'pipe', 'inherit'] });
    const left = [...replies];
    let [output, seen] = ['', 0];
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += stripVTControlCharacters(chunk);
      for (let [reply] = left; reply !== undefined; [reply] = left) {
        const at = output.indexOf(reply.to, seen);
        if (at < 0) return;
        left.shift();
        seen = at + reply.to.length;
        child.stdin.write(reply.type);
      }
    });
    // What asks something else than is expected waits for ever.
    const deadline = setTimeout(() => child.kill(), DEADLINE);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(deadline);
      if (left.length === 0) resolve({ code, output });
      else reject(new Error(`\`${left[0]?.to}\` was not shown:\n${output}`));
    });
  });
}
