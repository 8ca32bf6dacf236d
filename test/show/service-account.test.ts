import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startCluster } from 'autopilot-devcluster';
import { load } from 'js-yaml';
import { OperatorProcess } from '../../examples/autorouter/show/operator-process.ts';
import { scaffold } from '../../examples/autorouter/show/scaffold.ts';
import { play } from '../../examples/autorouter/show/story.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const NAME = 'autoroute-operator';
/** As in a pod, but for the ports: others may have those. */
const ENV = { AUTOPILOT_DEV: '', AUTOPILOT_METRICS_ADDR: 'localhost:0', AUTOPILOT_HEALTH_ADDR: 'localhost:0' };
const ACCOUNT = `system:serviceaccount:${NAME}:${NAME}`;

describe('AutoRoute as a service account with exactly the generated role', () => {
  let project: string;
  before(async () => {
    // Within the repository: that is where the operator's packages are found.
    await mkdir(join(ROOT, '.work'), { recursive: true });
    project = await mkdtemp(join(ROOT, '.work', 'account-'));
    await scaffold(project, join(ROOT, 'examples', 'autorouter'), () => undefined);
    await mkdir(join(project, '.work'));
  });
  after(() => rm(project, { recursive: true }));

  const deployed = (...path: readonly string[]): Promise<string> => readFile(join(project, 'deploy', ...path), 'utf8');

  for (const [overlay, file] of [
    ['namespaced', 'role.yaml'],
    ['cluster', 'clusterrole.yaml'],
  ] as const) {
    it(`is refused nothing on its way through the show: ${overlay}`, async () => {
      await using cluster = await startCluster({ admissionPlugins: ['OwnerReferencesPermissionEnforcement'] });
      const crd = load(await deployed('base', 'crd.yaml'));
      assert.ok(typeof crd === 'object' && crd !== null);
      await cluster.installCrd(crd);
      const roles = [await deployed('overlays', overlay, file), await deployed('base', 'leader_election_role.yaml')];
      const kubeconfig = await cluster.addServiceAccount(NAME, { namespace: NAME, roles: roles.join('\n---\n') });
      const operator = new OperatorProcess({
        folder: project,
        kubeconfig: await cluster.writeKubeconfig(undefined, kubeconfig),
        env: { ...ENV, ...(overlay === 'namespaced' && { WATCH_NAMESPACE: NAME }) },
      });
      operator.start();
      try {
        await play({ kubeconfig: await cluster.writeKubeconfig(), namespace: NAME, say: () => undefined });
      } finally {
        await operator.stop();
      }
      const { requests } = cluster;
      assert.ok(requests.count({ user: ACCOUNT, resource: 'virtualservices', verb: 'create' }) > 0);
      const refused = requests.all.filter(({ user, code }) => user === ACCOUNT && (code === 401 || code === 403));
      assert.deepEqual(
        refused.map(({ verb, resource, subresource }) => `${verb} ${resource}/${subresource}`),
        [],
      );
    });
  }

  it('does not get through it without the right to make VirtualServices', async () => {
    await using cluster = await startCluster();
    const crd = load(await deployed('base', 'crd.yaml'));
    assert.ok(typeof crd === 'object' && crd !== null);
    await cluster.installCrd(crd);
    const role = await deployed('overlays', 'namespaced', 'role.yaml');
    const roles = role.replace('- virtualservices\n', '- virtualservices/status\n');
    assert.notEqual(roles, role);
    const kubeconfig = await cluster.addServiceAccount(NAME, { namespace: NAME, roles });
    const operator = new OperatorProcess({
      folder: project,
      kubeconfig: await cluster.writeKubeconfig(undefined, kubeconfig),
      env: { ...ENV, WATCH_NAMESPACE: NAME },
    });
    operator.start();
    try {
      await cluster.requests.until({ user: ACCOUNT, resource: 'virtualservices', code: 403 }, { timeout: 30_000 });
    } finally {
      await operator.stop();
    }
  });
}).timeout(120_000);
