import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { startCluster, systemClock } from '../../devcluster/devcluster.ts';
import type { Cluster } from '../../devcluster/devcluster.ts';
import { runScenario } from '../../devcluster/conformance/run.ts';
import type { Target } from '../../devcluster/conformance/run.ts';
import type { Answer, Scenario } from '../../devcluster/conformance/scenario.ts';
import { scenarios } from '../../devcluster/conformance/scenarios.ts';
import { readTarget } from '../../devcluster/conformance/target.ts';
import { RealCluster } from './kubernetes/real-cluster.ts';

/** Scenarios have namespaces of their own, no two name the same object beside them, and most of their time they wait for the real server's controllers. */
const AT_ONCE = 8;
/** What differs is played again, alone: some answers tell of seconds, and of what a controller has come to. */
const TRIES = 4;

describe('A real Kubernetes and the embedded cluster answer the same', function () {
  this.timeout(900_000);

  let real: RealCluster;
  let embedded: Cluster;
  let target: Target;
  let first: Played;
  let requests = 0;

  before(async () => {
    real = await RealCluster.start({ controllerManager: false });
    // It would write to the Deployments of the scenarios that are about patches.
    await real.startControllerManager({ controllers: '*,-deployment-controller' });
    const now = new Date();
    embedded = await startCluster({ crds: [], clock: { ...systemClock, now: () => now } });
    target = readTarget(await readFile(real.kubeconfig, 'utf8'));
    first = play(target, scenarios);
  });
  after(async () => {
    console.log(`      ${requests} requests to each`);
    await embedded.stop();
    await real.stop();
  });

  for (const scenario of scenarios) {
    it(scenario.name, async () => {
      const ours = await runScenario(readTarget(embedded.kubeconfig), scenario);
      requests += ours.length;
      let theirs = await first.of(scenario);
      for (let tries = 1; tries < TRIES && differences(ours, theirs).length > 0; tries++) {
        await first.all;
        theirs = await runScenario(target, scenario);
      }
      const found = differences(ours, theirs);
      const names = found.map(({ step }) => step).join(', ');
      assert.deepEqual(found[0]?.ours, found[0]?.theirs, `${names}: the first is shown`);
    });
  }

  it('to at least 400 requests', () => {
    assert.ok(requests >= 400);
  });
});

interface Played {
  readonly of: (scenario: Scenario) => Promise<readonly Answer[]>;
  /** When none of them runs any more, however they ended. */
  readonly all: Promise<unknown>;
}

/** Plays scenarios in their order, some at once. */
function play(target: Target, list: readonly Scenario[]): Played {
  const waiting = list.map((scenario) => ({ scenario, answers: Promise.withResolvers<readonly Answer[]>() }));
  // Whoever asks for the answers hears of it.
  for (const { answers } of waiting) answers.promise.catch(() => undefined);
  const next = waiting.values();
  const player = async (): Promise<void> => {
    for (const { scenario, answers } of next) {
      await runScenario(target, scenario).then(answers.resolve, answers.reject);
    }
  };
  return {
    of: async (scenario) => (await waiting.find((each) => each.scenario === scenario)?.answers.promise) ?? [],
    all: Promise.all(Array.from({ length: AT_ONCE }, player)),
  };
}

interface Difference {
  readonly step: string;
  readonly ours: unknown;
  readonly theirs: unknown;
}

function differences(ours: readonly Answer[], theirs: readonly Answer[]): Difference[] {
  const found = theirs.map((answer) => ({
    step: answer.step,
    ours: asJson(ours.find(({ step }) => step === answer.step) ?? null),
    theirs: asJson(answer),
  }));
  return found.filter((each) => !isDeepStrictEqual(each.ours, each.theirs));
}

/** As it is recorded: what is undefined is not there. */
function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
