import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { startCluster, systemClock } from '../../devcluster/devcluster.ts';
import type { Cluster } from '../../devcluster/devcluster.ts';
import { runScenario } from '../../devcluster/conformance/run.ts';
import type { Answer } from '../../devcluster/conformance/scenario.ts';
import { scenarios } from '../../devcluster/conformance/scenarios.ts';
import { readTarget } from '../../devcluster/conformance/target.ts';
import { RealCluster } from './kubernetes/real-cluster.ts';

/** A scenario that falls into two seconds has managed fields in another order; it is played again. */
const TRIES = 4;

describe('A real Kubernetes and the embedded cluster answer the same', () => {
  let real: RealCluster;
  let embedded: Cluster;
  const requests = new Map<string, number>();

  before(async () => {
    const now = new Date();
    real = await RealCluster.start();
    embedded = await startCluster({ crds: [], clock: { ...systemClock, now: () => now } });
  });
  after(async () => {
    const total = [...requests.values()].reduce((sum, count) => sum + count, 0);
    const each = [...requests].map(([name, count]) => `${name} ${count}`).join(', ');
    console.log(`      ${total} requests to each, of which answers count: ${each}`);
    await embedded.stop();
    await real.stop();
  });

  for (const scenario of scenarios) {
    it(scenario.name, async function () {
      this.timeout(300_000);
      const ours = await runScenario(readTarget(embedded.kubeconfig), scenario);
      requests.set(scenario.name, ours.length);
      const config = readTarget(await readFile(real.kubeconfig, 'utf8'));
      let found: readonly Difference[] = [];
      for (let attempt = 0; attempt < TRIES; attempt++) {
        found = differences(ours, await runScenario(config, scenario));
        if (found.length === 0) return;
      }
      const [first] = found;
      const names = found.map(({ step }) => step).join(', ');
      assert.deepEqual(first?.ours, first?.theirs, `${names}: the first is shown`);
    });
  }

  it('in at least 400 requests', () => {
    assert.ok([...requests.values()].reduce((sum, count) => sum + count, 0) >= 400);
  });
});

interface Difference {
  readonly step: string;
  readonly ours: unknown;
  readonly theirs: unknown;
}

function differences(ours: readonly Answer[], theirs: readonly Answer[]): Difference[] {
  return theirs.flatMap((expected) => {
    const answer = asJson(ours.find(({ step }) => step === expected.step) ?? null);
    return isSame(answer, asJson(expected)) ? [] : [{ step: expected.step, ours: answer, theirs: asJson(expected) }];
  });
}

/** As it is recorded: what is undefined is not there. */
function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function isSame(left: unknown, right: unknown): boolean {
  try {
    assert.deepEqual(left, right);
    return true;
  } catch {
    return false;
  }
}
