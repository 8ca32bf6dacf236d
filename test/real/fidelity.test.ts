import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { TARGETS } from '../fidelity/targets.ts';
import { RealCluster } from './kubernetes/real-cluster.ts';

const FIDELITY = join(import.meta.dirname, '../fidelity');
/** Seeds that no recording has. `FIDELITY_SEED=…` begins elsewhere, to look for what is not known yet. */
const FIRST_SEED = process.env['FIDELITY_SEED'] ?? '100001';
const SEEDS = '6';
const STEPS = '25';

/** What `test/fidelity/replay.test.ts` compares with recordings, asked of a real server now. */
describe('A real Kubernetes judges, completes and merges as the embedded cluster does:', function () {
  this.timeout(300_000);

  let cluster: RealCluster;
  before(async () => {
    cluster = await RealCluster.start({ controllerManager: false });
  });
  after(() => cluster.stop());

  const comparisons: [name: string, script: string, ...args: string[]][] = [
    ['objects of the built-in kinds', 'compare-built-in.ts'],
    ['updates', 'compare-updates.ts'],
    ['schemas’ constraints', 'compare-constraints.ts'],
    ['expressions in CEL', 'compare-expressions.ts'],
    ['random schemas and their objects', 'compare-schemas.ts', FIRST_SEED, '20'],
    ...[...TARGETS.keys()].map((target): [string, string, ...string[]] => [
      `random writes of ${target}`,
      'compare-sequences.ts',
      target,
      FIRST_SEED,
      SEEDS,
      STEPS,
    ]),
  ];
  for (const [name, script, ...args] of comparisons) {
    it(name, async () => {
      const { code, output } = await compare(cluster.kubeconfig, script, args);
      assert.equal(code, 0, output);
      assert.match(output, /, 0 of them differ\n$/, output);
      console.log(`      ${output.trimEnd()}`);
    });
  }
});

function compare(
  kubeconfig: string,
  script: string,
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const words = ['--conditions=autopilot-source', '--disable-warning=ExperimentalWarning', join(FIDELITY, script)];
    const child = spawn(process.execPath, [...words, kubeconfig, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
