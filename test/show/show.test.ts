import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const EXAMPLE = join(ROOT, 'examples', 'autorouter');

/** What `npm start -- --once` hands over to. */
function show(...args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...process.execArgv, join(EXAMPLE, 'show', 'show.ts'), '--once', ...args], {
      cwd: ROOT,
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('exit', (code) => resolve({ code, output }));
  });
}

describe('the show', () => {
  let folder: string;
  before(async () => {
    // Within the repository: that is where the operator's packages are found.
    await mkdir(join(ROOT, '.work'), { recursive: true });
    folder = await mkdtemp(join(ROOT, '.work', 'show-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('goes as announced, and tells the way', async () => {
    const { code, output } = await show('--into', join(folder, 'good'));
    assert.equal(code, 0, output);
    for (const line of [
      'shop: Initializing → Syncing',
      'shop: Ready → Syncing',
      'there is Gateway shop',
      'there are Service web and VirtualService web (host web.shop)',
      'there are Service search and VirtualService search (host search.shop)',
      'gone are Service cart and VirtualService cart',
      'Service web is there again',
      'the Deployments are still there',
      'kubectl --kubeconfig',
    ]) {
      assert.ok(output.includes(line), `${line} in\n${output}`);
    }
  });

  it('fails, and names what is missing, where a worker does not do what is announced', async () => {
    const broken = join(folder, 'broken-example');
    await cp(EXAMPLE, broken, { recursive: true, filter: (path) => !path.includes('node_modules') });
    const worker = join(broken, 'src', 'workers', 'syncing', 'worker.ts');
    const lines = (await readFile(worker, 'utf8')).split('\n');
    const rest = lines.filter((line) => !line.trim().startsWith('virtualServices:'));
    assert.equal(rest.length, lines.length - 1);
    await writeFile(worker, rest.join('\n'));
    const { code, output } = await show('--into', join(folder, 'broken'), '--example', broken);
    assert.equal(code, 1, output);
    assert.match(
      output,
      /The show did not go as announced: VirtualService cart is missing, VirtualService web is missing/,
    );
  });
}).timeout(120_000);
