import assert from 'node:assert/strict';
import { startCluster, type Cluster } from 'autopilot-devcluster';
import { listAt, textAt } from '../../cli/cluster/fields.ts';
import { SURVEY } from '../../project/manifests/projects.fixture.test.ts';
import { findKubectls } from '../kubectl/find-kubectl.ts';
import { Operations, type Result } from './operations.fixture.ts';

const NAME = 'autoroute-operator';
const FINALIZER = `examples.io/${NAME}`;
const CRD = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: 'autoroutes.examples.io' };
const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment', name: NAME, namespace: NAME };
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', name: NAME };
const ROUTE = { apiVersion: 'examples.io/v1', kind: 'AutoRoute', name: 'a', namespace: 'default' };

const KUBECTLS = findKubectls().slice(0, 1);

for (const kubectl of KUBECTLS)
  describe('ap undeploy', () => {
    let cluster: Cluster;
    let operations: Operations;

    before(async () => {
      cluster = await startCluster({ crds: [], workloads: { startDelay: 20, stopDelay: 20 } });
    });
    after(() => cluster.stop());
    beforeEach(async () => {
      operations = await Operations.create({
        kubectl: kubectl.program,
        kubeconfig: await cluster.writeKubeconfig(),
      });
      const { code, stderr } = await operations.deploy();
      assert.equal(code, 0, stderr);
    });
    afterEach(async () => {
      await operations.undeploy({ withResources: true, forceFinalizers: true });
      await operations.remove();
      assert.equal(await cluster.find(NAMESPACE), undefined);
      assert.equal(await cluster.find(CRD), undefined);
    });

    const makeRoute = (finalizers: readonly string[] = [], name = ROUTE.name) =>
      cluster.apply({
        apiVersion: ROUTE.apiVersion,
        kind: ROUTE.kind,
        metadata: { name, namespace: ROUTE.namespace, finalizers },
        spec: { deploymentSelector: {} },
      });
    const removeFinalizer = (): Promise<unknown> => cluster.patch(ROUTE, { metadata: { finalizers: null } });
    const deletes = (): readonly string[] =>
      cluster.requests
        .filter(({ verb, userAgent }) => verb === 'delete' && userAgent === 'ap')
        .map(({ resource }) => resource);
    const kept = ({ answer }: Result): readonly string[] =>
      listAt(answer, 'result', 'kept').map((each) => `${textAt(each, 'kind')}: ${textAt(each, 'why')}`);

    it('deletes in an order in which the operator can end its work, and nothing that it did not make', async () => {
      cluster.requests.clear();
      const result = await operations.undeploy();
      assert.equal(result.code, 0, result.stderr);
      const order = deletes();
      const places = ['deployments', 'configmaps', 'rolebindings', 'customresourcedefinitions', 'namespaces'].map(
        (each) => order.indexOf(each),
      );
      assert.ok(!places.includes(-1));
      assert.deepEqual(
        places,
        places.toSorted((a, b) => a - b),
      );
      const again = await operations.undeploy();
      assert.equal(again.code, 0);
      assert.deepEqual(listAt(again.answer, 'result', 'deleted'), []);
    });

    it('deletes the Deployment and waits for its pods before it takes the rights away', async () => {
      const slow = await startCluster({ crds: [], workloads: { startDelay: 20, stopDelay: 400 } });
      try {
        const there = operations.with({ kubeconfig: await slow.writeKubeconfig() });
        await there.deploy();
        const pods = { apiVersion: 'v1', kind: 'Pod', namespace: NAME };
        let podsAtRights: number | undefined;
        slow.requests.subscribe((request) => {
          if (request.verb !== 'delete' || request.resource !== 'rolebindings') return;
          void slow.list(pods).then((list) => (podsAtRights ??= list.length));
        });
        const { code, stderr } = await there.undeploy();
        assert.equal(code, 0, stderr);
        assert.match(stderr, /waiting until gone: Deployment/);
        assert.equal(podsAtRights, 0);
      } finally {
        await slow.stop();
      }
    });

    it('keeps the CRD and its resources, unless told to delete them', async () => {
      await makeRoute();
      const first = await operations.undeploy();
      assert.equal(first.code, 0, first.stderr);
      assert.deepEqual(kept(first), [
        'CustomResourceDefinition: there are 1 resources of it; --with-resources deletes them',
      ]);
      assert.ok(await cluster.find(ROUTE));
      assert.equal(await cluster.find(DEPLOYMENT), undefined);
      const second = await operations.undeploy({ withResources: true });
      assert.equal(second.code, 0, second.stderr);
      assert.equal(await cluster.find(CRD), undefined);
    });

    it('refuses where resources would be left with the operator’s finalizer, and names them', async () => {
      await makeRoute([FINALIZER]);
      await makeRoute(['someone.else/finalizer'], 'b');
      cluster.requests.clear();
      const refused = await operations.undeploy();
      assert.equal(refused.code, 4);
      assert.match(
        refused.stderr,
        /the finalizer examples\.io\/autoroute-operator off .*: AutoRoute default\/a\. .*--with-resources.*--force-finalizers.*\(ERR_AP_FINALIZERS\)/,
      );
      assert.deepEqual(deletes(), []);
      await cluster.patch({ ...ROUTE, name: 'b' }, { metadata: { finalizers: null } });
    });

    it('deletes resources while the operator works, and waits until its finalizer has run', async () => {
      await makeRoute([FINALIZER]);
      let wasRunning: boolean | undefined;
      const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: NAME };
      const finalize = async (): Promise<void> => {
        await cluster.until(ROUTE, (route) => route?.metadata.deletionTimestamp !== undefined);
        wasRunning = (await cluster.find(DEPLOYMENT)) !== undefined && (await cluster.find(role)) !== undefined;
        await removeFinalizer();
      };
      const done = finalize();
      const result = await operations.undeploy({ withResources: true });
      await done;
      assert.equal(result.code, 0, result.stderr);
      assert.equal(wasRunning, true);
      assert.equal(await cluster.find(CRD), undefined);
    });

    it('ends with 5 and names what stays, where the finalizer does not run; then it can be forced', async () => {
      await makeRoute([FINALIZER]);
      const stuck = await operations.undeploy({ withResources: true, timeout: 20_000 });
      assert.equal(stuck.code, 5);
      assert.match(
        stuck.stderr,
        /still there after 20 s: AutoRoute default\/a\. .*--force-finalizers.*\(ERR_AP_STILL_THERE\)/,
      );
      assert.ok(await cluster.find(DEPLOYMENT), 'the operator stays');
      const forced = await operations.undeploy({ withResources: true, forceFinalizers: true, timeout: 20_000 });
      assert.equal(forced.code, 0, forced.stderr);
      assert.equal(await cluster.find(CRD), undefined);
    });

    it('takes only its finalizer off, when told to, and keeps the resources', async () => {
      await makeRoute([FINALIZER, 'someone.else/finalizer']);
      const result = await operations.undeploy({ forceFinalizers: true });
      assert.equal(result.code, 0, result.stderr);
      const route = await cluster.get(ROUTE);
      assert.deepEqual(route.metadata.finalizers, ['someone.else/finalizer']);
      assert.equal(route.metadata.deletionTimestamp, undefined);
      await removeFinalizer();
    });

    it('keeps the namespace where something else is in it, and says what', async () => {
      const mine = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'mine', namespace: NAME } };
      await cluster.apply(mine);
      await cluster.apply({
        ...mine,
        kind: 'Secret',
        metadata: { ...mine.metadata, labels: { 'app.kubernetes.io/name': NAME } },
      });
      const result = await operations.undeploy();
      assert.equal(result.code, 0, result.stderr);
      assert.match(
        kept(result).join(),
        /^Namespace: it holds (ConfigMap|Secret) autoroute-operator\/mine, (ConfigMap|Secret) autoroute-operator\/mine$/,
      );
      await cluster.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'mine', namespace: NAME });
      await cluster.delete({ apiVersion: 'v1', kind: 'Secret', name: 'mine', namespace: NAME });
      const again = await operations.undeploy();
      assert.equal(again.code, 0, again.stderr);
      assert.equal(await cluster.find(NAMESPACE), undefined);
    });

    it('names what it would delete with dryRun, and deletes nothing', async () => {
      cluster.requests.clear();
      const result = await operations.undeploy({ dryRun: true });
      assert.equal(result.code, 0);
      const deployed = await operations.deploy({ dryRun: true });
      assert.equal(
        listAt(result.answer, 'result', 'deleted').length,
        listAt(deployed.answer, 'result', 'objects').length,
      );
      assert.deepEqual(deletes(), []);
    });

    it('says which kinds it could not look through, to whom may not', async () => {
      await operations.undeploy();
      await operations.deploy({ overlay: 'deploy/overlays/namespaced' });
      const rules = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];
      const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'limited' }, rules };
      const kubeconfig = await cluster.addServiceAccount('limited', { namespace: NAME, roles: [role] });
      const limited = operations.with({ kubeconfig: await cluster.writeKubeconfig(undefined, kubeconfig) });
      const { answer, code } = await limited.undeploy({ dryRun: true });
      assert.equal(code, 0, JSON.stringify(answer.errors));
      assert.match(
        answer.warnings.join('\n'),
        /not seen and stays: customresourcedefinitions\.apiextensions\.k8s\.io: you may not list them/,
      );
      const names = listAt(answer, 'result', 'deleted').map((each) => textAt(each, 'kind'));
      assert.ok(names.includes('Deployment') && !names.includes('CustomResourceDefinition'), names.join());
      const rbac = { apiVersion: role.apiVersion, namespace: NAME };
      await cluster.delete({ apiVersion: 'v1', kind: 'ServiceAccount', name: 'limited', namespace: NAME });
      await cluster.delete({ ...rbac, kind: 'Role', name: 'limited' });
      await cluster.delete({ ...rbac, kind: 'RoleBinding', name: `limited-${NAME}-limited` });
    });

    it('deletes the Lease that the operator made, and not one of the same name that it did not', async () => {
      const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name: NAME, namespace: NAME };
      await cluster.apply({
        apiVersion: lease.apiVersion,
        kind: 'Lease',
        metadata: { name: NAME, namespace: NAME },
        spec: { holderIdentity: 'a' },
      });
      const foreign = await operations.undeploy();
      assert.match(kept(foreign).join(), /holds Lease/);
      await cluster.delete(lease);
      await operations.deploy();
      await cluster.apply(
        {
          apiVersion: lease.apiVersion,
          kind: 'Lease',
          metadata: { name: NAME, namespace: NAME },
          spec: { holderIdentity: 'a' },
        },
        { fieldManager: NAME },
      );
      const own = await operations.undeploy();
      assert.deepEqual(kept(own), []);
    });
  }).timeout(120_000);

for (const kubectl of KUBECTLS)
  describe('ap undeploy of an operator whose roles are of the whole cluster', () => {
    it('leaves those of another namespace’s', async () => {
      await using cluster = await startCluster({ crds: [], workloads: { startDelay: 20, stopDelay: 20 } });
      const operations = await Operations.create(
        { kubectl: kubectl.program, kubeconfig: await cluster.writeKubeconfig() },
        {
          autopilot: SURVEY.replace("'', ", "''")
            .replace(/, foos\]/, ']')
            .replace(/customParameters:\n.*\n/, ''),
        },
      );
      const overlay = 'deploy/overlays/namespaced';
      for (const namespace of ['one', 'two']) {
        const { code, stderr } = await operations.deploy({ namespace, overlay });
        assert.equal(code, 0, stderr);
      }
      const roles = async () =>
        (await cluster.list({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' }))
          .map(({ metadata }) => metadata.name)
          .filter((name) => name.startsWith('2-survey-operator'));
      // Those to view, edit and administer the kind are for both.
      const shared = ['admin', 'editor', 'viewer'].map((who) => `2-survey-operator-survey-${who}`);
      assert.deepEqual(await roles(), ['2-survey-operator-one', ...shared, '2-survey-operator-two']);
      await operations.undeploy({ namespace: 'one' });
      assert.deepEqual(await roles(), [...shared, '2-survey-operator-two']);
      await operations.undeploy({ namespace: 'two' });
      assert.deepEqual(await roles(), []);
      await operations.remove();
    });
  }).timeout(60_000);
