import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A process that is busy with one function, holds a text, and serves profiles. */
const BUSY = `
  import { serve } from './observe/server.ts';
  import { PROFILING_PAGES } from './observe/profiling.ts';
  function isBusyByDesign() {
    const end = performance.now() + 20;
    while (performance.now() < end) globalThis.kept = Array.from({ length: 100 }, () => 'x'.repeat(10));
  }
  globalThis.text = ['held', 'in', 'memory'].join('-');
  setInterval(isBusyByDesign, 25);
  const { address } = await serve('profilingAddr', ':0', PROFILING_PAGES, { loopback: true });
  const loaded = () => process.moduleLoadList.includes('NativeModule inspector/promises');
  console.log(JSON.stringify({ address, loaded: loaded() }));
`;

describe('profiles', () => {
  let child: ChildProcess;
  let started: { readonly address: string; readonly loaded: boolean };
  before(async () => {
    const args = ['--conditions=autopilot-source', '--input-type=module', '--eval', BUSY];
    child = spawn(process.execPath, args, {
      cwd: join(import.meta.dirname, '..'),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const lines = createInterface({ input: child.stdout ?? assert.fail() });
    const [line] = (await once(lines, 'line')) as [string];
    started = JSON.parse(line) as typeof started;
  });
  after(async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  const get = (path: string, signal?: AbortSignal): Promise<Response> =>
    fetch(`http://${started.address}/debug/pprof/${path}`, signal ? { signal } : {});

  it('are of a process that loads no inspector until the first is asked for, and say how to ask', async () => {
    assert.equal(started.loaded, false);
    assert.match(started.address, /^127\.0\.0\.1:\d+$/);
    assert.match(await (await get('')).text(), /\/debug\/pprof\/profile\?seconds=30 .*\n.*allocs.*\n.*heap/);
  });

  it('tell where the time goes, and which function allocates', async () => {
    const cpu = await get('profile?seconds=1');
    assert.equal(cpu.headers.get('content-disposition'), 'attachment; filename="cpu.cpuprofile"');
    const { nodes, samples } = (await cpu.json()) as {
      readonly nodes: readonly { readonly id: number; readonly callFrame: { readonly functionName: string } }[];
      readonly samples: readonly number[];
    };
    const found = nodes.filter(({ callFrame }) => callFrame.functionName === 'isBusyByDesign');
    const busy = new Set(found.map(({ id }) => id));
    assert.ok(samples.some((sample) => busy.has(sample)));
    const allocations = await (await get('allocs?seconds=1')).text();
    assert.match(allocations, /"functionName":"isBusyByDesign"/);
  });

  it('tell what is in memory', async function () {
    this.timeout(30_000);
    const heap = await get('heap');
    assert.equal(heap.headers.get('content-disposition'), 'attachment; filename="heap.heapsnapshot"');
    assert.match(await heap.text(), /"held-in-memory"/);
  });

  it('are taken one at a time, and end with whoever asked for them', async () => {
    const gone = new AbortController();
    const first = get('profile?seconds=600', gone.signal);
    while ((await get('profile?seconds=x')).status !== 409);
    gone.abort();
    await assert.rejects(first);
    let second = await get('allocs?seconds=1');
    while (second.status === 409) second = await get('allocs?seconds=1');
    assert.equal(second.status, 200);
  });

  for (const seconds of ['0', '601', '1.5', '-1', '', '1e2', 'x'])
    it(`are refused for ${JSON.stringify(seconds)} seconds`, async () => {
      const answer = await get(`profile?seconds=${seconds}`);
      assert.equal(answer.status, 400);
      assert.match(await answer.text(), /is no whole number from 1 to 600/);
    });
});
