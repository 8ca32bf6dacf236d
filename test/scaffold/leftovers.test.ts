import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { KubernetesObject, ResourceType } from 'autopilot-runtime';
import { findKubectls } from '../kubectl/find-kubectl.ts';
import { configMap, phase, routes, Testbed } from '../operator/testbed.ts';
import { AP, ap, generate, node, openFolder, removeFolder } from './workbench.ts';

const secrets: ResourceType = { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true };
const yaml = (uses: string): string => `kind: Route
apiVersion: example.io/v1
operatorName: route-operator
phases:
  - { name: Only, initial: true${uses} }
`;

/** What the former version of the project would have done. */
const former = routes({
  Only: phase(
    () => ({
      phase: 'Only',
      outputs: { configMaps: [configMap('made', { k: 'v' })] },
      patches: { secrets: [{ metadata: { name: 'theirs', labels: { ours: 'x' } } }] },
    }),
    { initial: true, inputs: {}, patches: { secrets: { type: secrets } } },
  ),
});

describe('a kind that is dropped from the YAML', function () {
  this.timeout(60_000);
  let folder: string;
  let testbed: Testbed | undefined;
  before(async () => {
    folder = await openFolder();
    for (const uses of [', outputs: [configmaps], patches: [secrets]', '']) {
      await writeFile(join(folder, 'autopilot.yaml'), yaml(uses));
      await generate(folder, 'app');
    }
  });
  after(async () => {
    await testbed?.close();
    await removeFolder(folder);
  });

  it('is named by `ap validate`, with how to look for what is left', async () => {
    const { code, stdout, stderr } = await ap(folder, 'validate');
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(
      stdout,
      /^ConfigMap: no longer an output of phase Only, so that nobody .* kubectl get configmaps\S* -A -l example\.io\/owner$/m,
    );
    assert.match(stdout, /^Secret: no longer patched by phase Only, so that nobody gives up what it set\./m);
  });

  it('has its objects in a cluster named, and removed by what is said there', async function () {
    const [kubectl] = findKubectls();
    if (!kubectl) this.skip();
    testbed = await Testbed.open();
    const { cluster } = testbed;
    const theirs = { apiVersion: 'v1', kind: 'Secret', name: 'theirs', namespace: 'default' };
    const made = { apiVersion: 'v1', kind: 'ConfigMap', name: 'made', namespace: 'default' };
    for (const kind of ['Secret', 'ConfigMap'])
      await cluster.create({ apiVersion: 'v1', kind, metadata: { name: 'theirs', namespace: 'default' } });
    await testbed.run(former);
    await testbed.route('a');
    await testbed.untilReady('a', 'Only');
    await testbed.stopOperators();
    const env = { KUBECONFIG: await cluster.writeKubeconfig(), KUBECTL: kubectl.program };
    // Not synchronously: the cluster is in this process. It throws where the command fails.
    const run = (command: string) =>
      promisify(execFile)('bash', ['-c', command.replaceAll('kubectl ', `${kubectl.program} `)], {
        env: { ...process.env, ...env },
      });
    const context = (await run('kubectl config current-context')).stdout.trim();
    const validate = () => node(folder, [...AP, 'validate', '--context', context], env);
    const { code, stdout, stderr } = await validate();
    assert.deepEqual([code, stderr], [0, '']);
    const commands = stdout.split('\n').filter((line) => /^ {4}\S/.test(line));
    assert.equal(commands.length, 2, stdout);
    for (const command of commands) await run(command);
    assert.equal(await cluster.find(made), undefined);
    assert.ok(await cluster.find({ ...made, name: 'theirs' }));
    const { metadata } = await cluster.get<KubernetesObject>(theirs);
    assert.deepEqual([metadata.labels ?? {}, metadata.annotations ?? {}], [{}, {}]);
    assert.doesNotMatch((await validate()).stdout, /no longer/);
  });

  it('is told of with what kubectl says where the cluster cannot be asked', async () => {
    const env = { KUBECTL: join(folder, 'no-kubectl') };
    const { code, stderr } = await node(folder, [...AP, 'validate', '--context', 'x'], env);
    assert.equal(code, 1);
    assert.match(stderr, /no-kubectl --context x get configmaps.* failed: .*ENOENT.* \(ERR_AP_KUBECTL\)/);
  });

  it('is seen to again once it is declared again', async () => {
    await writeFile(join(folder, 'autopilot.yaml'), yaml(', outputs: [configmaps], patches: [secrets]'));
    assert.doesNotMatch((await ap(folder, 'validate')).stdout, /no longer/);
  });
});
