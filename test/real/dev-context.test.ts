import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DevProcess, untilDeserted } from '../scaffold/dev-process.ts';
import { openFolder, removeFolder, scaffold } from '../scaffold/workbench.ts';
import { kubectlFor } from './kubectl.ts';
import { RealCluster } from './kubernetes/real-cluster.ts';
import type { Kubectl } from './kubectl.ts';

const WORKER = 'src/workers/processing/worker.ts';

describe('The dev loop on a real Kubernetes', () => {
  let cluster: RealCluster;
  let kubectl: Kubectl;
  let folder: string;
  let dev: DevProcess | undefined;

  before(async () => {
    folder = await openFolder();
    await scaffold(folder, { kind: 'Widget' });
    cluster = await RealCluster.start({ controllerManager: false });
    kubectl = kubectlFor(cluster.kubeconfig);
    kubectl(['create', 'namespace', 'mine']);
    // Two contexts; the current one leads nowhere, so whatever took it would fail.
    kubectl(['config', 'set-context', 'real', '--namespace=mine']);
    kubectl(['config', 'set-cluster', 'nowhere', '--server=https://127.0.0.1:1']);
    kubectl(['config', 'set-context', 'nowhere', '--cluster=nowhere']);
    kubectl(['config', 'use-context', 'nowhere']);
    kubectl = (args, input) => kubectlFor(cluster.kubeconfig)(['--context=real', ...args], input);
  });
  after(async () => {
    dev?.kill('SIGKILL');
    await dev?.ended;
    await untilDeserted(folder);
    await cluster.stop();
    await removeFolder(folder);
  });

  it('says where it writes, writes nothing before that is agreed to, and then does all that it does on its own cluster', async () => {
    const env = { KUBECONFIG: cluster.kubeconfig };
    dev = DevProcess.start(folder, ['--context', 'real'], env);
    assert.equal(await dev.ended, 1);
    assert.match(dev.output, /A real cluster: https:\/\/.*\n +context +real, as user .*, namespace mine/);
    assert.doesNotMatch(kubectl(['get', 'crds', '--output=name']), /widgets/);

    dev = DevProcess.inTerminal(folder, ['--context', 'real', '--yes'], 'true', env);
    await dev.until(/crd +widgets\.examples\.io created/);
    await dev.until(/operator +watches widgets \(0 there\)/);
    dev.press('a');
    await dev.until(/apply +Widget mine\/example from deploy\/widget_example\.yaml/);
    await dev.until(/mine\/example +Processing → Finished/);
    dev.press('s');
    await dev.until(/mine\/example +Finished +True/);
    assert.match(kubectl(['get', 'widgets', '--namespace=mine']), /example +Finished +True/);
    assert.equal(kubectl(['get', 'leases', '--all-namespaces', '--output=name']).includes('widget'), false);

    const text = await readFile(join(folder, WORKER), 'utf8');
    await writeFile(
      join(folder, WORKER),
      text.replace('return {', "return {\n    outputs: { configMaps: [{ metadata: { name: 'made' } }] },"),
    );
    await dev.until(/operator +watches widgets \(1 there\)/);
    kubectl(['delete', 'widget', 'example', '--namespace=mine']);
    await dev.until(/mine\/example +deleted/);
    dev.press('a');
    await dev.until(/mine\/example +Processing +created +ConfigMap made/);
    dev.press('q');
    assert.equal(await dev.ended, 0, dev.output);
  });
});
