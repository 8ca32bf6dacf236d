import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCluster, type Cluster } from 'autopilot-devcluster';
import { HttpClient } from '../../devcluster/conformance/http-client.ts';
import { RealCluster } from './kubernetes/real-cluster.ts';
import { playPods } from './pod-player.ts';
import { STEPS, stateOf, workloadsOf } from './workload-steps.ts';

/** All is done when nothing has changed for so long; a rollout that fails is late after 3 s without a change. */
const STILL_MS = 500;
const LATE_MS = 3600;

describe('A Deployment has on the embedded cluster the life that it has on a real one, when it', () => {
  let real: RealCluster;
  let embedded: Cluster;
  let clients: readonly HttpClient[] = [];
  let endPlay: () => Promise<void>;

  before(async () => {
    real = await RealCluster.start();
    embedded = await startCluster({ crds: [], workloads: { startDelay: 40, stopDelay: 40 } });
    const realClient = new HttpClient(await readFile(real.kubeconfig, 'utf8'));
    clients = [realClient, new HttpClient(embedded.kubeconfig)];
    endPlay = playPods(realClient);
  });

  after(async () => {
    await endPlay?.();
    for (const client of clients) await client.close();
    await embedded?.stop();
    await real?.stop();
  });

  for (const { what, run, pauses } of STEPS) {
    it(what, async () => {
      const [expected, found] = await Promise.all(
        clients.map(async (client) => {
          await run(client);
          await still(client, pauses ? LATE_MS : STILL_MS);
          return workloadsOf(client);
        }),
      );
      assert.deepEqual(found, expected);
    });
  }
});

async function still(client: HttpClient, ms: number): Promise<void> {
  let [before, since] = ['', performance.now()];
  while (performance.now() - since < ms) {
    await sleep(50);
    const now = await stateOf(client);
    if (now !== before) [before, since] = [now, performance.now()];
  }
}
