import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Agent, request } from 'undici';
import { readTarget } from './conformance/target.ts';

const BIN = fileURLToPath(new URL('bin.ts', import.meta.url));

function run(...args: readonly string[]): ReturnType<typeof spawn> {
  return spawn(process.execPath, ['--conditions=autopilot-source', BIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function output(child: ReturnType<typeof spawn>): Promise<{ code: unknown; out: string; err: string }> {
  let [out, err] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const closed: unknown[] = await once(child, 'close');
  return { code: closed[0], out, err };
}

describe('The command autopilot-devcluster', () => {
  it('prints the path of a kubeconfig, serves until it is told to stop, and leaves nothing behind', async () => {
    const child = run();
    if (!child.stdout) throw new Error('no output');
    const lines: unknown[] = await once(createInterface(child.stdout), 'line');
    const file = String(lines[0]);
    const { url, ca } = readTarget(await readFile(file, 'utf8'));
    const dispatcher = new Agent({ connect: { ca } });
    const { statusCode, body } = await request(`${url}/readyz`, { dispatcher });
    assert.deepEqual([statusCode, await body.text()], [200, 'ok']);
    await dispatcher.close();
    child.kill('SIGTERM');
    const exited: unknown[] = await once(child, 'exit');
    assert.equal(exited[0], 0);
    await assert.rejects(stat(file), { code: 'ENOENT' });
  });

  it('explains itself', async () => {
    const { code, out } = await output(run('--help'));
    assert.equal(code, 0);
    assert.match(out, /--kubeconfig/);
  });

  it('refuses what it does not know, with one line', async () => {
    for (const args of [['--nope'], ['frobnicate'], ['--port', 'x']]) {
      const { code, out, err } = await output(run(...args));
      assert.equal(code, 1);
      assert.equal(out, '');
      assert.match(err, /^[^\n]+ERR_AP_(USAGE|CLUSTER_OPTION)\)\n$/);
    }
  });
});
