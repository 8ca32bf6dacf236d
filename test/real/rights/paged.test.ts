import { readFile } from 'node:fs/promises';
import { triesRights } from '../../rights/suite.ts';
import { RealCluster } from '../kubernetes/real-cluster.ts';

const apiserver = {
  'enable-admission-plugins': 'OwnerReferencesPermissionEnforcement',
  'feature-gates': 'WatchList=false',
};

/** All of them, instead of a half and the others' half, by `AUTOPILOT_RIGHTS=all npm run test:real -- test/real/rights/paged.test.ts`. */
describe('the generated rights, on a real server without streaming lists', () => {
  triesRights(
    async () => {
      const cluster = await RealCluster.start({ apiserver, controllerManager: false });
      return { kubeconfig: await readFile(cluster.kubeconfig, 'utf8'), stop: () => cluster.stop() };
    },
    { lists: 'paged', shared: true },
  );
});
