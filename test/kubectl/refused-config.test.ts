import assert from 'node:assert/strict';
import { routes, phase, Testbed } from '../operator/testbed.ts';
import { findKubectls } from './find-kubectl.ts';
import { Kubectl } from './kubectl.ts';

for (const { name, program } of findKubectls()) {
  describe(`${name} describe pod`, () => {
    let testbed: Testbed;
    let kubectl: Kubectl;
    before(async () => {
      testbed = await Testbed.open();
      kubectl = await Kubectl.create(program, await testbed.cluster.writeKubeconfig());
    });
    after(async () => {
      await kubectl.remove();
      await testbed.close();
    });

    it('shows that the operator in the pod refused its configuration, and why', async () => {
      const { metadata } = await testbed.cluster.create({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'operator-1', namespace: 'default' },
        spec: { containers: [{ name: 'operator', image: 'example.test/x:1' }] },
      });
      // What the Deployment of a project has the pod be told of itself.
      const env = { POD_NAME: metadata.name, POD_NAMESPACE: 'default', POD_UID: metadata.uid };
      const operator = await testbed.runWith(routes({ Only: phase(() => ({ phase: 'Only' }), { initial: true }) }), {
        env,
      });
      await assert.rejects(operator.reload({ metricsAddr: 'nonsense' }), /ERR_AP_ADDRESS|nonsense/);
      await testbed.untilEvent(({ reason }) => reason === 'ConfigRefused');
      const shown = await kubectl.out(['describe', 'pod', 'operator-1']);
      const [, events = ''] = shown.split('\nEvents:');
      assert.match(events, /Warning\s+ConfigRefused\s.*metricsAddr.*nonsense/);
    });
  });
}
