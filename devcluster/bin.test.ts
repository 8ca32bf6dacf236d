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
    child.kill('SIGINT');
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
    const refused: readonly (readonly [args: string[], why: RegExp])[] = [
      [['--nope'], /^Unknown option '--nope'/],
      [['--port'], /'--port <value>' argument missing\. See/],
      [['frobnicate'], /^There is no command frobnicate\./],
      [['--port', 'x'], /^--port is "x"; it has to be a number from 0 to 65535\./],
      [['--port', '65536'], /^--port is "65536"/],
      [['--once-ready'], /^--once-ready is an option of dev only\./],
      [['dev', '--kubeconfig', 'x'], /^--kubeconfig is not an option of dev\./],
      [['dev', 'more'], /^dev takes no arguments, but there is more\./],
    ];
    for (const [args, why] of refused) {
      const { code, out, err } = await output(run(...args));
      assert.equal(code, 1);
      assert.equal(out, '');
      assert.match(err, why);
      assert.match(err, /^[^\n]+ See: autopilot-devcluster --help\. \(ERR_AP_USAGE\)\n$/);
    }
  });

  it('ends with one line where it cannot write the kubeconfig', async () => {
    const { code, out, err } = await output(run('--kubeconfig', '/no/such/folder/kubeconfig'));
    assert.deepEqual([code, out], [1, '']);
    assert.match(err, /^The kubeconfig cannot be written to [^\n]+\(ERR_AP_KUBECONFIG_WRITE\)\n$/);
  });
});
