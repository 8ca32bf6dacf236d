import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { startCluster } from '../devcluster.ts';
import { listAt, stringAt } from '../schema/json.ts';
import { runScenario } from './run.ts';
import { scenarios } from './scenarios.ts';
import { readTarget } from './target.ts';
import type { Cluster } from '../devcluster.ts';

describe('The embedded cluster answers as a real API server did', () => {
  let cluster: Cluster;
  const errors: unknown[] = [];

  before(async () => {
    cluster = await startCluster({ crds: [], onError: (error) => errors.push(error) });
  });

  after(() => cluster.stop());

  it('by scenarios that can be played side by side: no two make the same object beside their namespaces', () => {
    const all = scenarios.flatMap(({ cleanup = [] }) => cleanup);
    assert.deepEqual(
      all.filter((path, index) => all.indexOf(path) !== index),
      [],
    );
  });

  for (const scenario of scenarios) {
    const recorded: unknown = JSON.parse(
      readFileSync(new URL(`recorded/${scenario.name}.json`, import.meta.url), 'utf8'),
    );
    describe(`${scenario.name} (recorded on ${stringAt(recorded, 'server')})`, () => {
      let answers: Awaited<ReturnType<typeof runScenario>>;

      before(async function () {
        this.timeout(60_000);
        answers = await runScenario(readTarget(cluster.kubeconfig), scenario);
        assert.deepEqual(errors, [], 'nothing went wrong inside of the cluster');
      });

      for (const expected of listAt(recorded, 'answers')) {
        const name = stringAt(expected, 'step');
        it(name, () => {
          const answer = answers.find(({ step }) => step === name);
          assert.deepEqual(JSON.parse(JSON.stringify(answer ?? null)), expected);
        });
      }
    });
  }
});
