import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { startDev } from './dev.ts';
import type { DevOptions, DevSession } from './dev.ts';

/**
 * An operator in a few lines, which tells what a real one would tell; the real one is in test/scaffold. `GENERATION` makes one source
 * differ from another.
 */
export const OPERATOR = `
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
const { AUTOPILOT_DEV: dev, AUTOPILOT_ENABLE_LEADER_ELECTION: election, KUBECONFIG: file } = process.env;
console.log('generation', GENERATION, 'dev', dev, 'election', election);
const tell = (progress) => process.send({ type: 'progress', progress });
const config = readFileSync(file, 'utf8');
const find = (name) => new RegExp(name + ': (\\\\S+)').exec(config)[1];
const options = {
  ca: Buffer.from(find('certificate-authority-data'), 'base64'),
  headers: { authorization: 'Bearer ' + find('token') },
};
request(find('server') + '/api/v1/namespaces/default', options, ({ statusCode }) => {
  console.log('answered', statusCode);
  tell({ type: 'ready', kind: 'things', resources: 0 });
}).end();
process.on('message', ({ type, progress }) => type === 'tell' && tell(progress));
process.on('SIGTERM', () => process.exit());
process.on('disconnect', () => process.exit());
setInterval(() => {}, 60_000);
`;

const MODULES = join(import.meta.dirname, '../../node_modules');

/** What was printed, line by line, and a way to wait for some of it. */
export class Printed {
  readonly output = new PassThrough();
  readonly lines: string[] = [];
  readonly #waiting = new Set<() => void>();
  #rest = '';

  constructor() {
    this.output.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (this.#rest + chunk).split('\n');
      this.#rest = lines.pop() ?? '';
      this.lines.push(...lines);
      for (const check of Array.from(this.#waiting)) check();
    });
  }

  /** Resolves to the first line with this part, from the one of that index on. */
  until(part: string | RegExp, from = 0): Promise<string> {
    const matches = (line: string): boolean => (typeof part === 'string' ? line.includes(part) : part.test(line));
    return new Promise((resolve) => {
      const check = (): void => {
        const found = this.lines.slice(from).find(matches);
        if (found === undefined) return;
        this.#waiting.delete(check);
        resolve(found);
      };
      this.#waiting.add(check);
      check();
    });
  }

  /** Without the time that each line begins with. */
  get texts(): readonly string[] {
    return this.lines.map((line) => line.slice(10));
  }
}

/** A folder with as much of an operator project as the dev loop looks at. */
export class DevProjectFolder {
  readonly folder: string;
  readonly #sessions: DevSession[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(): Promise<DevProjectFolder> {
    const made = new DevProjectFolder(await realpath(await mkdtemp(join(tmpdir(), 'dev-loop-'))));
    await made.write('autopilot.yaml', 'apiVersion: examples.io/v1\nkind: Thing\nphases:\n  - name: First\n');
    await made.write('package.json', '{ "type": "module" }');
    await made.write('node_modules/autopilot-runtime/package.json', '{ "name": "autopilot-runtime" }');
    await symlink(join(MODULES, 'typescript'), made.path('node_modules/typescript'));
    await made.save('1');
    return made;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  async write(name: string, text: string): Promise<void> {
    await mkdir(dirname(this.path(name)), { recursive: true });
    await writeFile(this.path(name), text);
  }

  /** As many editors do: another file takes the place of the old one. */
  async replace(name: string, text: string): Promise<void> {
    await writeFile(this.path(`${name}~`), text);
    await rename(this.path(`${name}~`), this.path(name));
  }

  /** Saves the operator in another version; what is no version at all is a broken source. */
  save(generation: string): Promise<void> {
    return this.write('src/main.ts', OPERATOR.replace('GENERATION', generation));
  }

  async start(options: DevOptions = {}): Promise<{ session: DevSession; printed: Printed }> {
    const printed = new Printed();
    const session = await startDev({ folder: this.folder, output: printed.output, ...options });
    this.#sessions.push(session);
    return { session, printed };
  }

  async close(): Promise<void> {
    for (const session of this.#sessions) await session.stop();
    await rm(this.folder, { recursive: true });
  }
}
