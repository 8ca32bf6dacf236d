import { startCluster } from 'autopilot-devcluster';
import { triesRights } from './suite.ts';

/** As `test/real/rights/` has it on real servers for all operators, in the time of `npm test`. */
describe('the generated rights, on the embedded cluster', () => {
  triesRights(() => startCluster({ crds: [], admissionPlugins: ['OwnerReferencesPermissionEnforcement'] }), {
    kinds: ['AutoRoute'],
    lists: 'streamed',
  });
});
