import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { identityOf, leaseNamespace } from './participation.ts';

describe('how a process takes part in an election', () => {
  const pod = { POD_NAMESPACE: 'pods', POD_NAME: 'operator-7d4f' };
  const kubeconfig = { namespace: 'of-context' };
  const none = { namespace: undefined };
  for (const [where, configured, env, access, expected] of [
    ['as configured, whatever else there is', 'leases', pod, kubeconfig, 'leases'],
    ["else in the pod's namespace", '', pod, kubeconfig, 'pods'],
    ["else in that of the kubeconfig's context", '', {}, kubeconfig, 'of-context'],
    ["so too where the pod's is set to nothing", '', { POD_NAMESPACE: '' }, kubeconfig, 'of-context'],
    ['else in default', '', {}, none, 'default'],
  ] as const)
    it(`finds the lease ${where}`, () => assert.equal(leaseNamespace(configured, env, access), expected));

  it('is known by its pod, and is never taken for one before it', () => {
    const [first, second] = [identityOf(pod), identityOf(pod)];
    assert.match(first, /^operator-7d4f-[0-9a-f]{8}$/);
    assert.notEqual(first, second);
    assert.match(identityOf({}), /^.+-[0-9a-f]{8}$/);
  });
});
