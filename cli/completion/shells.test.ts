import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCluster, type Cluster } from 'autopilot-devcluster';
import { load } from 'js-yaml';
import { TypedShell } from './shells.fixture.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/autorouter', import.meta.url));
const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0;

/** Each line with its keys as they are typed, and what has to have been run. */
const TYPED: readonly (readonly [string, string])[] = [
  ['ap stat\tdefault/w\t\n', 'status default/web'],
  ['ap logs --output=js\t\n', 'logs --output=json'],
  ['ap status --context arn:aws:eks:e\t -n other\n', 'status --context arn:aws:eks:eu:cluster/one -n other'],
];

describe('words that are completed', function () {
  this.timeout(180_000);
  let cluster: Cluster;
  let shell: TypedShell;

  before(async () => {
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
    await cluster.stop();
    await shell.remove();
  });

  const lines = TYPED.map(([line]) => line);
  const run = TYPED.map(([, called]) => called);

  (has('bash') && process.platform === 'linux' ? it : it.skip)('by bash, as Tab is pressed', async () => {
    const start = "PS1='$ '; bind 'set bell-style none'; source <(ap completion bash); echo '<>'\n";
    assert.deepEqual(await shell.type('bash --norc --noprofile -i', [start, ...lines]), run);
  });
});
