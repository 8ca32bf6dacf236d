import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startCluster, type Cluster } from 'autopilot-devcluster';
import { loadAll } from 'js-yaml';
import { at, listAt, textAt } from '../../cli/cluster/fields.ts';
import { findKubectls } from '../kubectl/find-kubectl.ts';
import { BAD_IMAGE, IMAGE, Operations, type Result } from './operations.fixture.ts';

const NAME = 'autoroute-operator';
const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment', name: NAME, namespace: NAME };
const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap', name: NAME, namespace: NAME };
const configMap = (name: string, data: Readonly<Record<string, string>>, labels = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: NAME, labels },
  data,
});
const CRD = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: 'autoroutes.examples.io' };

const KUBECTLS = findKubectls().slice(0, 1);

for (const kubectl of KUBECTLS)
  describe('ap deploy', () => {
    let cluster: Cluster;
    let operations: Operations;
    let writesBefore = 0;

    before(async () => {
      cluster = await startCluster({ crds: [], workloads: { startDelay: 20, stopDelay: 20 } });
    });
    after(() => cluster.stop());
    beforeEach(async () => {
      operations = await Operations.create({
        kubectl: kubectl.program,
        kubeconfig: await cluster.writeKubeconfig(),
      });
    });
    afterEach(async () => {
      for (const namespace of [NAME, 'routing', 'other'])
        await operations.undeploy({ namespace, withResources: true, forceFinalizers: true });
      await operations.remove();
    });

    const all = (): readonly string[] =>
      cluster.requests
        .filter(
          ({ userAgent, method, query }) => userAgent === 'ap' && method !== 'GET' && query['dryRun'] === undefined,
        )
        .map(({ method, resource }) => `${method} ${resource}`);
    const markWrites = (): void => void (writesBefore = all().length);
    const written = (): readonly string[] => all().slice(writesBefore);
    const edit = async (path: string, change: (text: string) => string): Promise<void> => {
      const file = join(operations.folder, path);
      await writeFile(file, change(await readFile(file, 'utf8')));
    };
    const changes = ({ answer }: Result): Readonly<Record<string, string>> =>
      Object.fromEntries(
        listAt(answer, 'result', 'objects').map((each) => [
          `${textAt(each, 'kind')} ${textAt(each, 'name')}`,
          textAt(each, 'change'),
        ]),
      );

    it('makes everything in order, labelled, and waits until the pods run', async () => {
      markWrites();
      const result = await operations.deploy();
      assert.equal(result.code, 0, result.stderr);
      const order = written().map((line) => line.replace('PATCH ', ''));
      assert.deepEqual(
        order.filter((resource, index) => resource !== order[index - 1]),
        [
          'namespaces',
          'customresourcedefinitions',
          'serviceaccounts',
          ...['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'].filter((each) => order.includes(each)),
          'configmaps',
          'deployments',
          'services',
        ],
      );
      const deployment = await cluster.get(DEPLOYMENT);
      assert.equal(at(deployment, 'status', 'availableReplicas'), 1);
      assert.equal(textAt(listAt(deployment, 'spec', 'template', 'spec', 'containers')[0], 'image'), IMAGE);
      for (const object of [deployment, await cluster.get(CRD), await cluster.get(CONFIG_MAP)])
        assert.deepEqual(
          Object.fromEntries(
            Object.entries(object.metadata.labels ?? {}).filter(([label]) => label.startsWith('app.kubernetes.io/')),
          ),
          {
            'app.kubernetes.io/name': NAME,
            'app.kubernetes.io/version': '0.0.1',
            'app.kubernetes.io/managed-by': 'autopilot',
            'app.kubernetes.io/part-of': NAME,
            'app.kubernetes.io/instance': NAME,
            'app.kubernetes.io/created-by': 'ap-deploy',
          },
        );
      assert.match(result.stderr, /creating Namespace autoroute-operator\n(.*\n)*Deployment autoroute-operator: /);
    });

    it('writes nothing where nothing has changed, and applies what the user has edited', async () => {
      await operations.deploy();
      markWrites();
      const again = await operations.deploy();
      assert.deepEqual(written(), []);
      assert.equal(again.code, 0);

      await edit(
        'deploy/kustomization.yaml',
        (text) =>
          `${text}configMapGenerator: [{ name: mine, literals: [a=b], options: { disableNameSuffixHash: true } }]\n`,
      );
      await edit('deploy/base/deployment.yaml', (text) => text.replace('replicas: 1', 'replicas: 2'));
      const edited = await operations.deploy();
      assert.deepEqual(
        Object.entries(changes(edited)).filter(([, change]) => change !== 'unchanged'),
        [
          ['ConfigMap mine', 'created'],
          ['Deployment autoroute-operator', 'changed'],
        ],
      );
      assert.equal(at(await cluster.get(DEPLOYMENT), 'status', 'availableReplicas'), 2);
      assert.equal(
        (await cluster.get({ ...CONFIG_MAP, name: 'mine' })).metadata.labels?.['app.kubernetes.io/part-of'],
        NAME,
      );
    });

    it('deletes what it had deployed and the manifests no longer have, unless told not to', async () => {
      await edit(
        'deploy/kustomization.yaml',
        (text) =>
          `${text}configMapGenerator: [{ name: mine, literals: [a=b], options: { disableNameSuffixHash: true } }]\n`,
      );
      await operations.deploy();
      const { labels } = (await cluster.get({ ...CONFIG_MAP, name: 'mine' })).metadata;
      await cluster.apply(configMap('theirs', {}, labels));
      await edit('deploy/kustomization.yaml', (text) => text.replace(/configMapGenerator.*\n/, ''));
      const kept = await operations.deploy({ prune: false });
      assert.match(kept.answer.warnings.join(), /ConfigMap autoroute-operator\/mine .* is kept/);
      assert.ok(await cluster.find({ ...CONFIG_MAP, name: 'mine' }));
      const pruned = await operations.deploy();
      assert.equal(changes(pruned)['ConfigMap mine'], 'deleted');
      assert.equal(await cluster.find({ ...CONFIG_MAP, name: 'mine' }), undefined);
      assert.ok(await cluster.find({ ...CONFIG_MAP, name: 'theirs' }), 'a copy that somebody else made');
      await cluster.delete({ ...CONFIG_MAP, name: 'theirs' });
    });

    it('refuses objects that it did not make, before it writes; takes them over when told to', async () => {
      await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAME } });
      await cluster.apply(configMap(NAME, { theirs: 'x' }));
      markWrites();
      const refused = await operations.deploy();
      assert.equal(refused.code, 4);
      assert.deepEqual(
        refused.answer.errors.map((error) => textAt(error, 'code')),
        ['ERR_AP_NOT_DEPLOYED_BY_AP'],
      );
      assert.match(refused.stderr, /ConfigMap autoroute-operator\/autoroute-operator\..*--adopt/);
      assert.deepEqual(written(), []);
      const adopted = await operations.deploy({ adopt: true });
      assert.equal(adopted.code, 0, adopted.stderr);
      assert.equal(changes(adopted)['Namespace autoroute-operator'], 'changed');
    });

    it('leaves a namespace alone that was there before, and says so', async () => {
      await cluster.apply({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'routing', labels: { team: 'a' } },
      });
      const result = await operations.deploy({ namespace: 'routing' });
      assert.equal(result.code, 0, result.stderr);
      assert.match(result.answer.warnings.join(), /Namespace routing was there before/);
      assert.equal(result.answer.namespace, 'routing');
      const { metadata } = await cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: 'routing' });
      assert.deepEqual(metadata.labels, { team: 'a', 'kubernetes.io/metadata.name': 'routing' });
      assert.ok(await cluster.find({ ...DEPLOYMENT, namespace: 'routing' }));
      assert.equal(await cluster.find(DEPLOYMENT), undefined);
      await operations.undeploy({ namespace: 'routing' });
      assert.ok(
        await cluster.find({ apiVersion: 'v1', kind: 'Namespace', name: 'routing' }),
        'undeploy leaves it, too',
      );
      await cluster.delete({ apiVersion: 'v1', kind: 'Namespace', name: 'routing' });
    });

    it('refuses fields that somebody else has set, and takes them over when told to', async () => {
      await operations.deploy();
      await cluster.patch(DEPLOYMENT, { spec: { replicas: 3 } });
      markWrites();
      const refused = await operations.deploy();
      assert.equal(refused.code, 4);
      assert.match(
        refused.stderr,
        /has fields that somebody else has set: \.spec\.replicas \(\S+\).*--force-conflicts.*\(ERR_AP_FIELD_CONFLICT\)/,
      );
      assert.deepEqual(written(), []);
      const forced = await operations.deploy({ forceConflicts: true });
      assert.equal(forced.code, 0, forced.stderr);
      assert.equal(at(await cluster.get(DEPLOYMENT), 'spec', 'replicas'), 1);
    });

    it('refuses what the cluster does not accept, all of it at once, though the namespace is not there yet', async () => {
      await edit('deploy/base/deployment.yaml', (text) => text.replace('replicas: 1', 'replicas: -1'));
      await edit('deploy/base/configmap.yaml', (text) => `${text}immutble: true\n`);
      markWrites();
      const result = await operations.deploy();
      assert.equal(result.code, 4);
      assert.deepEqual(
        result.answer.errors.map((error) => textAt(error, 'code')),
        ['ERR_AP_NOT_ACCEPTED', 'ERR_AP_NOT_ACCEPTED'],
      );
      assert.match(result.stderr, /ConfigMap .*immutble/);
      assert.match(result.stderr, /Deployment .*spec\.replicas/);
      assert.deepEqual(written(), []);
    });

    it('names kinds that the cluster does not serve', async () => {
      await operations.write(
        'deploy/monitor.yaml',
        'apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: { name: m }\n',
      );
      await edit('deploy/kustomization.yaml', (text) => text.replace('resources:\n', 'resources:\n  - monitor.yaml\n'));
      const result = await operations.deploy();
      assert.equal(result.code, 4);
      assert.match(result.stderr, /ServiceMonitor m: .*monitoring\.coreos\.com\/v1.*\(ERR_AP_KIND_NOT_SERVED\)/);
    });

    for (const option of ['dryRun', 'diff'] as const) {
      it(`writes nothing with ${option}`, async () => {
        markWrites();
        const first = await operations.deploy({ [option]: true });
        assert.equal(first.code, 0, first.stderr);
        assert.equal(changes(first)['Deployment autoroute-operator'], 'created');
        assert.deepEqual(written(), []);
        await operations.deploy();
        markWrites();
        const second = await operations.deploy({ [option]: true, image: `${IMAGE}.1` });
        assert.deepEqual(
          Object.entries(changes(second)).filter(([, change]) => change !== 'unchanged'),
          [['Deployment autoroute-operator', 'changed']],
        );
        if (option === 'diff') {
          const [diff = '', ...more] = listAt(second.answer, 'result', 'diffs').map(String);
          assert.match(diff, new RegExp(`^-  +image: ${IMAGE}\n\\+ +image: ${IMAGE}.1$`, 'm'));
          assert.deepEqual(more, []);
        }
        assert.deepEqual(written(), []);
      });
    }

    it('shows no value of a Secret in a diff', async () => {
      await operations.write(
        'deploy/secret.yaml',
        'apiVersion: v1\nkind: Secret\nmetadata: { name: s, namespace: autoroute-operator }\nstringData: { password: hunter2, same: same }\n',
      );
      await edit('deploy/kustomization.yaml', (text) => text.replace('resources:\n', 'resources:\n  - secret.yaml\n'));
      await operations.deploy();
      await edit('deploy/secret.yaml', (text) => text.replace('hunter2', 'hunter3'));
      const { answer } = await operations.deploy({ diff: true });
      const text = JSON.stringify(answer);
      assert.match(text, /password: '\*\*\*/);
      for (const secret of ['hunter2', 'hunter3']) {
        assert.ok(!text.includes(secret));
        assert.ok(!text.includes(Buffer.from(secret).toString('base64')));
      }
    });

    it('takes the overlay of one namespace, for two of which the operator can be there', async () => {
      for (const namespace of ['routing', 'other']) {
        const result = await operations.deploy({ namespace, overlay: 'deploy/overlays/namespaced' });
        assert.equal(result.code, 0, result.stderr);
      }
      const elsewhere = await operations.undeploy();
      assert.deepEqual(
        listAt(elsewhere.answer, 'result', 'elsewhere').map(String).toSorted(),
        ['other', 'routing'],
        elsewhere.stderr,
      );
      const first = await operations.undeploy({ namespace: 'routing' });
      assert.match(
        JSON.stringify(at(first.answer, 'result', 'kept')),
        /autoroutes\.examples\.io.*namespace other needs it/,
      );
      assert.ok(await cluster.find({ ...DEPLOYMENT, namespace: 'other' }));
      assert.equal(await cluster.find({ apiVersion: 'v1', kind: 'Namespace', name: 'routing' }), undefined);
      assert.ok(await cluster.find(CRD));
      await operations.undeploy({ namespace: 'other' });
      assert.equal(await cluster.find(CRD), undefined);
    });

    it('does not take an operator’s rights away by deploying it for the whole cluster a second time', async () => {
      await operations.deploy({ namespace: 'routing' });
      const second = await operations.deploy({ namespace: 'other' });
      assert.equal(second.code, 4);
      assert.match(second.stderr, /ClusterRoleBinding .* namespace routing.*\(ERR_AP_DEPLOYED_ELSEWHERE\)/);
    });

    it('shows why pods do not come up, and restores what was there with --rollback', async () => {
      await operations.deploy();
      const before = await cluster.get(DEPLOYMENT);
      const failed = await operations.deploy({ image: BAD_IMAGE, timeout: 30_000, rollback: true });
      assert.equal(failed.code, 5);
      assert.match(failed.stderr, /container operator: (ErrImagePull|ImagePullBackOff)/);
      assert.match(failed.stderr, /restored, and runs.*\(ERR_AP_NOT_UP\)/);
      assert.equal(at(failed.answer, 'result', 'rolledBack'), true);
      const after = await cluster.get(DEPLOYMENT);
      assert.deepEqual(at(after, 'spec'), at(before, 'spec'));
      assert.equal(at(after, 'status', 'availableReplicas'), 1);
      markWrites();
      await operations.deploy();
      assert.deepEqual(written(), [], 'it is as it was, for the next deploy too');
    });

    it('shows the last lines of a container that crashes', async () => {
      const failed = await operations.deploy({ image: 'crash.invalid/a:1', timeout: 30_000 });
      assert.equal(failed.code, 5);
      assert.match(
        failed.stderr,
        /last lines of pod autoroute-operator-\S+, container operator:\n {4}The embedded cluster says/,
      );
      assert.match(failed.stderr, /\(restarted \d+ times\)/);
    });

    it('takes a first deployment back whole with --rollback', async () => {
      const failed = await operations.deploy({ image: BAD_IMAGE, timeout: 30_000, rollback: true });
      assert.equal(failed.code, 5);
      for (const ref of [DEPLOYMENT, CRD, { apiVersion: 'v1', kind: 'Namespace', name: NAME }])
        assert.equal(await cluster.find(ref), undefined);
    });

    it('says before it begins that a change of the schema is not rolled back, and does not', async () => {
      await operations.deploy();
      await edit('deploy/base/crd.yaml', (text) =>
        text.replace(
          /mode:\n/,
          'extra:\n                  type: string\n                mode:\n                  maxLength: 3\n',
        ),
      );
      const planned = await operations.deploy({ dryRun: true });
      const [change] = listAt(listAt(planned.answer, 'result', 'schemaChanges')[0], 'changes');
      assert.deepEqual([textAt(change, 'severity'), textAt(change, 'path')], ['warning', 'spec.mode']);
      const failed = await operations.deploy({ image: BAD_IMAGE, timeout: 30_000, rollback: true });
      assert.equal(failed.code, 5);
      const [said, changed] = [
        /The schema of autoroutes\.examples\.io changes.*nothing will be rolled back/,
        /changing Custom/,
      ].map((pattern) => failed.stderr.search(pattern));
      assert.ok(said !== undefined && changed !== undefined && said >= 0 && said < changed, failed.stderr);
      const warned = failed.stderr.search(
        /^Warning: autoroutes\.examples\.io: spec\.mode has maxLength 3 \(it had none\): .*$/m,
      );
      assert.ok(warned >= 0 && warned < changed, failed.stderr);
      assert.equal(at(failed.answer, 'result', 'rolledBack'), false);
      assert.equal(
        textAt(listAt(await cluster.get(DEPLOYMENT), 'spec', 'template', 'spec', 'containers')[0], 'image'),
        BAD_IMAGE,
      );
    });

    it('starts new pods with -d though nothing else changes', async () => {
      await operations.deploy();
      const pods = { apiVersion: 'v1', kind: 'Pod', namespace: NAME };
      const [before] = await cluster.list(pods);
      const result = await operations.deploy({ deletePods: true });
      assert.equal(result.code, 0, result.stderr);
      const [after, ...more] = (await cluster.list(pods)).filter(({ metadata }) => !metadata.deletionTimestamp);
      assert.notEqual(after?.metadata.uid, before?.metadata.uid);
      assert.deepEqual(more, []);
    });

    it('writes the final manifests for GitOps, and needs no cluster for it', async () => {
      const out = join(operations.folder, 'out');
      const offline = operations.with({ kubeconfig: '/nowhere' });
      const result = await offline.deploy({ outputDir: 'out', namespace: 'routing', image: IMAGE });
      assert.equal(result.code, 0, result.stderr);
      const files = await readdir(out);
      assert.deepEqual(files.toSorted(), listAt(result.answer, 'result', 'files').map(String).toSorted());
      const objects = loadAll(
        (await Promise.all(files.map((file) => readFile(join(out, file), 'utf8')))).join('\n---\n'),
      );
      assert.equal(objects.length, files.length);
      assert.ok(objects.length >= 10);
      const deployment = objects.find((object) => at(object, 'kind') === 'Deployment');
      assert.equal(textAt(deployment, 'metadata', 'namespace'), 'routing');
      assert.ok(!JSON.stringify(objects).includes('ap-deploy'), 'what others apply is not what `ap undeploy` deletes');

      await writeFile(join(out, 'mine.yaml'), 'a: b\n');
      await edit('deploy/base/kustomization.yaml', (text) => text.replace('  - metrics_service.yaml\n', ''));
      await offline.deploy({ outputDir: 'out', namespace: 'routing' });
      assert.deepEqual(
        (await readdir(out)).filter((file) => !files.includes(file)),
        ['mine.yaml'],
      );
      assert.ok(!(await readdir(out)).some((file) => file.startsWith('service_')));
      await writeFile(join(out, 'deployment_routing_autoroute-operator.yaml'), 'mine: true\n');
      const refused = await offline.deploy({ outputDir: 'out', namespace: 'routing' });
      assert.match(
        refused.stderr,
        /deployment_routing_autoroute-operator\.yaml was not written by .*\(ERR_AP_NOT_OURS\)/,
      );
    });

    it('ends at Ctrl-C with 130, and goes on the next time', async () => {
      const environment = operations.environment();
      const running = operations.deploy({ image: BAD_IMAGE }, environment);
      await cluster.until(DEPLOYMENT, (deployment) => deployment !== undefined);
      environment.interrupt();
      const stopped = await running;
      assert.equal(stopped.code, 130);
      const next = await operations.deploy();
      assert.equal(next.code, 0, next.stderr);
    });
  }).timeout(120_000);
