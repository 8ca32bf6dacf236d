import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startCluster } from 'autopilot-devcluster';
import { load } from 'js-yaml';
import { isManifest } from '../../cli/deploy/manifest.ts';
import { at, listAt, textAt } from '../../cli/cluster/fields.ts';
import { findKubectls } from '../kubectl/find-kubectl.ts';
import { succeed, type Installed } from './installed.ts';

const IMAGE = 'registry.example.com/route:1';
const NAME = 'route-operator';

/** The commands that work on a cluster, from the package: they find their own modules and the project's, and a cluster by KUBECONFIG. */
export function clusterTests(given: () => { readonly installed: Installed; readonly project: string }): void {
  it('is deployed, looked at and undeployed', async function () {
    const [kubectl] = findKubectls();
    if (!kubectl) this.skip();
    const { installed, project } = given();
    const cluster = await startCluster({ crds: [], workloads: { startDelay: 20, stopDelay: 20 } });
    try {
      const variables = [`KUBECONFIG=${await cluster.writeKubeconfig()}`, `KUBECTL=${kubectl.program}`];
      const ap = (...words: readonly string[]) => installed.run(project, 'env', ...variables, 'ap', ...words);
      /** What a command answers with `-o json`; what it tells meanwhile stands before it. */
      const answerOf = async (...words: readonly string[]): Promise<unknown> => {
        const { output } = await ap(...words, '-o', 'json');
        // Errors are told behind it once more.
        return JSON.parse(output.slice(output.indexOf('{\n'), output.lastIndexOf('\n}\n') + 3));
      };
      const before = await answerOf('doctor');
      const findings = listAt(before, 'result', 'findings');
      assert.deepEqual(
        findings.filter((each) => textAt(each, 'status') === 'fail'),
        [],
      );
      assert.match(await succeed(ap('deploy', IMAGE)), /1 of 1 replicas are available/);
      const definition = await answerOf('validate', '--context', 'autopilot-devcluster');
      assert.deepEqual(listAt(definition, 'result', 'changes'), []);
      assert.match(textAt(definition, 'result', 'comparedWith'), /^the one on https:/);
      const example: unknown = load(await readFile(join(project, 'deploy/route_example.yaml'), 'utf8'));
      assert.ok(isManifest(example));
      await cluster.create({ ...example, metadata: { ...example.metadata, namespace: 'default' } });
      // Nothing is executed in the pods of the embedded cluster: they are ready, and nobody leads.
      const status = await answerOf('status');
      assert.deepEqual(
        [at(status, 'result', 'operator', 'replicas', 'ready'), at(status, 'result', 'resources', 'count')],
        [1, 1],
      );
      assert.match(await succeed(ap('logs')), /registry\.example\.com\/route:1/);
      const { code, output } = await ap('diff', example.metadata.name, '-n', 'default');
      assert.equal(code, 1, output);
      assert.match(output, /^\+ {2}phase: /m);
      assert.match(await succeed(ap('build', '--help')), /Examples:/);
      await succeed(ap('undeploy', '--with-resources', '--force-finalizers'));
      assert.equal(await cluster.find({ apiVersion: 'v1', kind: 'Namespace', name: NAME }), undefined);
    } finally {
      await cluster.stop();
    }
  });
}
