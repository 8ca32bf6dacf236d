import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCluster, type Cluster } from 'autopilot-devcluster';
import { load } from 'js-yaml';
import { TypedShell } from '../../cli/completion/shells.fixture.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/autorouter', import.meta.url));
const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0;

/** Debian's packages, installed where they are missing and this process may. */
function install(...shells: readonly string[]): void {
  const missing = shells.filter((shell) => !has(shell));
  if (missing.length === 0 || process.getuid?.() !== 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update'], { env });
  spawnSync('apt-get', ['install', '--yes', '--no-install-recommends', ...missing], { env });
}

/** Each line with its keys as they are typed, and what has to have been run. */
const TYPED: readonly (readonly [string, string])[] = [
  ['ap stat\tdefault/w\t\n', 'status default/web'],
  ['ap log\t--pha\tSyn\t\n', 'logs --phase Syncing'],
  ['ap logs --output=js\t\n', 'logs --output=json'],
  ['ap status --context arn:aws:eks:e\t -n oth\t\n', 'status --context arn:aws:eks:eu:cluster/one -n other'],
];

describe('words of ap that are completed', function () {
  this.timeout(180_000);
  let cluster: Cluster;
  let shell: TypedShell;

  before(async function () {
    install('zsh', 'fish');
    const missing = ['zsh', 'fish'].filter((each) => !has(each));
    if (missing.length > 0 && process.env['CI']) assert.fail(`${missing.join(', ')} could not be installed`);
    if (missing.length > 0) this.skip();
    cluster = await startCluster({ crds: [] });
    const crd = load(await readFile(join(EXAMPLE, 'deploy/base/crd.yaml'), 'utf8')) as object;
    await cluster.apply(crd);
    await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } });
    await cluster.create({
      apiVersion: 'examples.io/v1',
      kind: 'AutoRoute',
      metadata: { name: 'web', namespace: 'default' },
      spec: { deploymentSelector: { matchLabels: { app: 'web' } } },
    });
    // A name as EKS has it: to bash it is many words.
    const kubeconfig = cluster.kubeconfig.replaceAll('autopilot-devcluster', 'arn:aws:eks:eu:cluster/one');
    shell = await TypedShell.create(EXAMPLE, { KUBECONFIG: await cluster.writeKubeconfig(undefined, kubeconfig) });
  });
  after(async () => {
    await cluster?.stop();
    await shell?.remove();
  });

  const lines = TYPED.map(([line]) => line);
  const run = TYPED.map(([, called]) => called);

  it('by zsh, as Tab is pressed', async () => {
    const start = "PS1='$ '; autoload -Uz compinit; compinit -u -D; source <(ap completion zsh); echo '<>'\n";
    assert.deepEqual(await shell.type('zsh -f -i', [start, ...lines]), run);
  });

  it('by fish, with their meanings', async () => {
    const complete = async (line: string): Promise<readonly string[]> => {
      const text = await shell.output(
        'fish',
        '--no-config',
        '-c',
        `ap completion fish | source; complete -C ${JSON.stringify(line)}`,
      );
      return text.trimEnd().split('\n');
    };
    assert.deepEqual(await complete('ap stat'), ['status\tTells how the operator and its resources stand']);
    assert.deepEqual(await complete('ap status default/w'), ['default/web\tAutoRoute']);
    assert.deepEqual(await complete('ap logs --output=js'), ['--output=json']);
    assert.deepEqual(await complete('ap logs --phase R'), ['Ready\tWatches over the selection.']);
    assert.deepEqual(await complete('ap status --context arn:aws:eks:e'), [
      'arn:aws:eks:eu:cluster/one\tarn:aws:eks:eu:cluster/one',
    ]);
    assert.deepEqual(await complete('ap validate ../autorout'), ['../autorouter/\tDirectory']);
  });
});
