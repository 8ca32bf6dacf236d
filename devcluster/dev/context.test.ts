import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import { startCluster } from '../cluster/start-cluster.ts';
import { DevProjectFolder, Printed } from './dev-project.fixture.test.ts';
import { findContext } from './kubeconfig-context.ts';
import { startDev } from './dev.ts';
import type { Cluster } from '../cluster/cluster.ts';

/** As a kubeconfig of several clusters; the one that is current is never the one that is asked for. */
const OTHERS = `apiVersion: v1
kind: Config
current-context: production
contexts:
- name: production
  context: { cluster: far, user: me, namespace: shop }
- name: broken
  context: { cluster: none, user: me }
clusters:
- name: far
  cluster: { server: https://far.example:6443 }
`;

describe('The dev loop on a cluster of the kubeconfig', () => {
  let project: DevProjectFolder;
  let cluster: Cluster;
  let before: string | undefined;
  beforeEach(async () => {
    project = await DevProjectFolder.open();
    cluster = await startCluster({ crds: [] });
    await project.write('others', OTHERS);
    before = process.env['KUBECONFIG'];
    process.env['KUBECONFIG'] = [project.path('missing'), project.path('others'), project.path('this')].join(delimiter);
    await cluster.writeKubeconfig(project.path('this'));
  });
  afterEach(async () => {
    if (before === undefined) delete process.env['KUBECONFIG'];
    else process.env['KUBECONFIG'] = before;
    await project.close();
    await cluster.stop();
  });

  it('finds a context in any of its files, and names what there is where it does not', () => {
    const { name, server, user, namespace } = findContext('production', process.env);
    assert.deepEqual(
      { name, server, user, namespace },
      {
        name: 'production',
        server: 'https://far.example:6443',
        user: 'me',
        namespace: 'shop',
      },
    );
    const code = 'ERR_AP_DEV_CONTEXT';
    assert.throws(() => findContext('staging', process.env), {
      code,
      message: /no context "staging" in .*There are: production, broken, autopilot-devcluster\./,
    });
    assert.throws(() => findContext('broken', process.env), {
      code,
      message: /cluster "none" of context broken has no server/,
    });
    assert.throws(() => findContext('x', { KUBECONFIG: project.path('missing') }), {
      code,
      message: /There is no kubeconfig/,
    });
    assert.throws(() => findContext('x', { KUBECONFIG: project.path('src/main.ts') }), { code, message: /is no YAML/ });
  });

  it('says plainly what it will write where, and does nothing unless that is agreed to', async () => {
    const text =
      'apiVersion: examples.io/v1\nkind: Thing\nphases:\n  - name: First\n    outputs: [services, { name: roles }]\n';
    await project.write('autopilot.yaml', `${text}finalizer:\n  outputs: [secrets]\n`);
    await project.write('autopilot-operator.yaml', 'watchNamespace: mine\n');
    for (const confirm of [undefined, () => Promise.resolve(false)]) {
      const printed = new Printed();
      const options = { folder: project.folder, context: 'production', output: printed.output };
      await assert.rejects(startDev({ ...options, ...(confirm && { confirm }) }), {
        code: 'ERR_AP_DEV_UNCONFIRMED',
        message: /Nothing was written to the cluster of context production/,
      });
      const shown = printed.lines.join('\n');
      for (const part of [
        'A real cluster: https://far.example:6443',
        'context    production, as user me, namespace shop',
        'installs   the CustomResourceDefinition of Thing (examples.io)',
        'writes     Thing resources and their status, services, roles, secrets, and Events',
        'where      in namespace mine',
        'election   none',
      ])
        assert.ok(shown.includes(part), `${part}\n${shown}`);
    }
    assert.ok(!existsSync(project.path('.work')));
  });

  it('runs the operator on it, and starts no cluster of its own', async () => {
    // What the operator of these tests reads is one file, so this one comes first in the list that it is given.
    const source = "const file = (process.env.KUBECONFIG ?? '').split(':');";
    await project.write(
      'src/main.ts',
      `${source}\nconsole.log('kubeconfigs', file.join(' '), process.env.AUTOPILOT_ENABLE_LEADER_ELECTION);\nsetInterval(() => {}, 60_000);\nprocess.on('disconnect', () => process.exit());\nprocess.on('message', ({ id, type, object }) => process.send({ type: 'answer', id, ...(type === 'apply' ? { error: object.kind + ' refused' } : { result: [{ resource: 'a' }] }) }));\n`,
    );
    const { session, printed } = await project.start({
      context: 'autopilot-devcluster',
      confirm: () => Promise.resolve(true),
    });
    const line = await printed.until('kubeconfigs');
    assert.ok(
      line.endsWith(
        `kubeconfigs ${project.path('.work/context.yaml')} ${process.env['KUBECONFIG']?.replaceAll(':', ' ')} false`,
      ),
    );
    assert.equal(session.cluster, undefined);
    assert.ok(!existsSync(project.path('.work/kubeconfig')));
    assert.match(printed.lines[0] ?? '', new RegExp(`A real cluster: ${cluster.url}`));
  });
});
