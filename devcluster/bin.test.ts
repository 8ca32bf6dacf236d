import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
    const dev = await output(run('dev', '--help'));
    assert.equal(dev.code, 0);
    assert.match(dev.out, /--context <name>[^]*Keys/);
  });

  it('keeps all in a folder where that is asked for', async () => {
    const base = await mkdtemp(join(tmpdir(), 'devcluster-bin-'));
    const [folder, kubeconfig] = [join(base, 'state'), join(base, 'kubeconfig')];
    const texts: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      const child = run('--folder', folder, '--kubeconfig', kubeconfig);
      if (!child.stdout) throw new Error('no output');
      await once(createInterface(child.stdout), 'line');
      texts.push(await readFile(kubeconfig, 'utf8'));
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    assert.equal(texts[1], texts[0]);
    await rm(base, { recursive: true });
  });

  it('refuses what it does not know, with one line', async function () {
    this.timeout(60_000);
    const refused: readonly (readonly [args: string[], why: RegExp])[] = [
      [['--nope'], /^Unknown option '--nope'/],
      [['--port'], /'--port <value>' argument missing\. See/],
      [['frobnicate'], /^There is no command frobnicate\./],
      [['--port', 'x'], /^--port is "x"; it has to be a number from 0 to 65535\./],
      [['--port', '65536'], /^--port is "65536"/],
      [['--port', '1', 'dev'], /^dev stands before its options\./],
      [['--once-ready'], /^Unknown option '--once-ready'/],
      [['dev', '--kubeconfig', 'x'], /^Unknown option '--kubeconfig'/],
      [['dev', '--port', 'x'], /^--port is "x"/],
      [['dev', 'more'], /^dev takes no arguments, but there is more\./],
      [['dev', '--context', ''], /^--context is empty/],
      [['dev', '--context', 'x', '--keep'], /^--keep and --port are about an embedded cluster/],
      [['dev', '--context', 'x', '--port', '1'], /^--keep and --port are about an embedded cluster/],
      [['dev', '--yes'], /^--yes is about --context/],
    ];
    for (const [args, why] of refused) {
      const { code, out, err } = await output(run(...args));
      assert.equal(code, 1);
      assert.equal(out, '');
      assert.match(err, why);
      assert.match(err, /^[^\n]+ See: autopilot-devcluster( dev)? --help\. \(ERR_AP_USAGE\)\n$/);
    }
  });

  it('ends with one line where it cannot write the kubeconfig', async () => {
    const { code, out, err } = await output(run('--kubeconfig', '/no/such/folder/kubeconfig'));
    assert.deepEqual([code, out], [1, '']);
    assert.match(err, /^The kubeconfig cannot be written to [^\n]+\(ERR_AP_KUBECONFIG_WRITE\)\n$/);
  });
});
