// An embedded cluster in a process of its own, for `scale.ts`: tells its kubeconfig, and ends with the channel to its parent.
import { startCluster } from 'autopilot-devcluster';

const cluster = await startCluster();
process.send?.(cluster.kubeconfig);
process.on('disconnect', () => {
  void cluster.stop().then(() => process.exit());
});
