import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DevProcess, processesIn, untilDeserted } from './dev-process.ts';
import { ap, openFolder, removeFolder, scaffold } from './workbench.ts';

const WORKER = 'src/workers/processing/worker.ts';
const SPEC = 'src/api/widgets/v1/spec.ts';
const CTRL_C = '\u0003';

describe('The dev loop of a scaffold, as a process', function () {
  this.timeout(120_000);

  let folder: string;
  let dev: DevProcess;
  before(async function () {
    // Other systems have another `script`, and no /proc.
    if (process.platform !== 'linux') this.skip();
    folder = await openFolder();
    await scaffold(folder, { kind: 'Widget' });
  });
  after(() => removeFolder(folder));
  afterEach(async () => {
    dev.kill('SIGKILL');
    await dev.ended;
    await untilDeserted(folder);
  });

  const change = async (file: string, from: string, to: string): Promise<string> => {
    const text = await readFile(join(folder, file), 'utf8');
    assert.ok(text.includes(from), text);
    await writeFile(join(folder, file), text.replace(from, to));
    return text;
  };

  it('obeys keys: applies the example, shows what became of it, restarts, helps, and quits with the terminal as it was', async () => {
    dev = DevProcess.inTerminal(folder, [], 'stty -a');
    await dev.until(/keys +a apply the example · s show resources · r restart · h help · q quit/);
    await dev.until(/crd +widgets\.examples\.io created/);
    await dev.until(/operator +watches widgets \(0 there\)/);
    dev.press('a');
    await dev.until(/apply +Widget default\/example from deploy\/widget_example\.yaml/);
    await dev.until(/default\/example +created/);
    await dev.until(/default\/example +new → Processing/);
    await dev.until(/default\/example +Processing → Finished/);
    dev.press('s');
    await dev.until(/show +1 of kind Widget\s+NAME +PHASE +READY +AGE\s+default\/example +Finished +True +\d+s/);
    dev.press('r');
    await dev.until(/r pressed: starts again/);
    await dev.until(/watches widgets \(1 there\)/);
    dev.press('h');
    await dev.until(/export KUBECONFIG=.*\/\.work\/kubeconfig/);
    dev.press('q');
    assert.equal(await dev.ended, 0, dev.output);
    // As terminals are: lines with an echo, and Ctrl-C a signal.
    assert.match(dev.output, /[^-]icanon/);
    assert.match(dev.output, /[^-]echo /);
    assert.deepEqual(await processesIn(folder), []);
  });

  it('ends with Ctrl-C in a terminal, and leaves nothing', async () => {
    dev = DevProcess.inTerminal(folder, [], 'stty -a');
    await dev.until(/operator +watches/);
    dev.press(CTRL_C);
    assert.equal(await dev.ended, 0, dev.output);
    assert.match(dev.output, /[^-]icanon/);
    assert.deepEqual(await processesIn(folder), []);
  });

  it('shows outputs and failures, goes on after them, and ends with SIGTERM', async () => {
    dev = DevProcess.start(folder);
    await dev.until(/operator +watches/);
    await dev.until(/types +no errors/);
    const before = await change(WORKER, 'return {', "throw new Error('boom');\n  return {");
    await dev.until(/src\/workers\/processing\/worker\.ts saved/);
    await dev.until(/operator +watches/);
    await applyExample(folder);
    await dev.until(
      /default\/example +Processing +failed +WorkerFailed: boom\n +at worker \(src\/workers\/processing\/worker\.ts:\d+:\d+\)/,
    );
    await writeFile(
      join(folder, WORKER),
      before.replace('return {', "return {\n    outputs: { configMaps: [{ metadata: { name: 'made' } }] },"),
    );
    await dev.until(/default\/example +Processing +created +ConfigMap made/);
    await dev.until(/default\/example +Processing → Finished/);
    await writeFile(join(folder, WORKER), before);
    await dev.until(/operator +watches/);
    dev.kill('SIGTERM');
    assert.equal(await dev.ended, 0, dev.output);
    assert.deepEqual(await processesIn(folder), []);
  });

  it('installs a changed API, and says what is wrong with one that no CRD can hold', async () => {
    dev = DevProcess.start(folder, ['--keep']);
    await dev.until(/crd +widgets\.examples\.io created/);
    await dev.until(/operator +watches/);
    const before = await change(SPEC, 'z.object({', 'z.object({\n  day: z.date(),');
    await dev.until(/spec\.day: A value of zod's type date cannot be stored in Kubernetes.*ERR_AP_SCHEMA_TYPE/);
    await dev.until(/operator +ended with exit code 1; the next save starts it again/);
    await writeFile(join(folder, SPEC), before.replace('z.object({', 'z.object({\n  day: z.string().optional(),'));
    await dev.until(/crd +widgets\.examples\.io changed/);
    await dev.until(/operator +watches/);
    await writeFile(join(folder, SPEC), before);
    await dev.until(/crd +widgets\.examples\.io changed/);
    await dev.until(/operator +watches/);
  });

  it('goes on after a kill with what it was told to keep, and the kill leaves no operator behind', async () => {
    dev = DevProcess.start(folder, ['--keep']);
    await dev.until(/its state is kept in \.autopilot\/dev/);
    await dev.until(/operator +watches/);
    await applyExample(folder);
    await dev.until(/default\/example +Processing → Finished/);
    const kubeconfig = await readFile(join(folder, '.work/kubeconfig'), 'utf8');
    dev.kill('SIGKILL');
    await dev.ended;
    await untilDeserted(folder);

    dev = DevProcess.start(folder, ['--keep']);
    await dev.until(/operator +watches widgets \(1 there\)/);
    assert.equal(await readFile(join(folder, '.work/kubeconfig'), 'utf8'), kubeconfig);
  });

  it('asks before it writes to a cluster of the kubeconfig, and writes nothing without a yes', async () => {
    const kubeconfig = join(folder, 'kubeconfig');
    const context = 'contexts: [{ name: far, context: { cluster: far, user: me } }]';
    const cluster = "clusters: [{ name: far, cluster: { server: 'https://127.0.0.1:1' } }]";
    await writeFile(
      kubeconfig,
      `apiVersion: v1\nkind: Config\n${context}\n${cluster}\nusers: [{ name: me, user: { token: x } }]\n`,
    );
    const env = { KUBECONFIG: kubeconfig };

    dev = DevProcess.start(folder, ['--context', 'far'], env);
    assert.equal(await dev.ended, 1);
    assert.match(dev.output, /A real cluster: https:\/\/127\.0\.0\.1:1\n[^]*give --yes\. \(ERR_AP_DEV_UNCONFIRMED\)/);

    for (const answer of ['n\r', '\r', CTRL_C]) {
      dev = DevProcess.inTerminal(folder, ['--context', 'far'], 'true', env);
      await dev.until(/Go on\? \(y\/N\)/);
      dev.press(answer);
      assert.equal(await dev.ended, 1, dev.output);
      assert.match(dev.output, /Nothing was written to the cluster of context far/);
    }

    dev = DevProcess.inTerminal(folder, ['--context', 'far'], 'true', env);
    await dev.until(/Go on\? \(y\/N\)/);
    dev.press('y\r');
    // Nobody listens there.
    await dev.until(/ECONNREFUSED[^]*ended with exit code 1; the next save starts it again/);
    dev.press('q');
    assert.equal(await dev.ended, 0, dev.output);
  });

  it('has the same options under both of its names', async () => {
    dev = DevProcess.start(folder, ['--help']);
    assert.equal(await dev.ended, 0);
    const { code, stdout } = await ap(folder, 'dev', '--help');
    assert.equal(code, 0);
    const options = (text: string): string[] => text.match(/--[a-z-]+(?= )/g)?.toSorted() ?? [];
    const own = new Set(options(dev.output).filter((option) => option !== '--help'));
    assert.ok(own.size >= 6);
    for (const option of own) assert.ok(stdout.includes(option), option);
  });
});

/** With the kubeconfig that the dev loop wrote, by the client that this repository has anyway. */
async function applyExample(folder: string): Promise<void> {
  const { KubeConfig, CustomObjectsApi } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromFile(join(folder, '.work/kubeconfig'));
  const body = {
    apiVersion: 'examples.io/v1',
    kind: 'Widget',
    metadata: { name: 'example' },
    spec: { message: 'Hello' },
  };
  const target = { group: 'examples.io', version: 'v1', namespace: 'default', plural: 'widgets' };
  await config.makeApiClient(CustomObjectsApi).createNamespacedCustomObject({ ...target, body });
}
