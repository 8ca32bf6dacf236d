import { readFile } from 'node:fs/promises';
import { triesRights } from '../../rights/suite.ts';
import { RealCluster } from '../kubernetes/real-cluster.ts';

const apiserver = {
  'enable-admission-plugins': 'OwnerReferencesPermissionEnforcement',
};

/** All of them, instead of a half and the others' half, by `AUTOPILOT_RIGHTS=all npm run test:real -- test/real/rights/streaming.test.ts`. */
describe('the generated rights, on a real server with streaming lists', () => {
  triesRights(
    async () => {
      const cluster = await RealCluster.start({ apiserver, controllerManager: false });
      return { kubeconfig: await readFile(cluster.kubeconfig, 'utf8'), stop: () => cluster.stop() };
    },
    { lists: 'streamed', shared: true },
  );
});
