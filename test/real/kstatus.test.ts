import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kstatusOf, type WithStatus } from '../operator/kstatus.ts';
import { LIVES, LIVING_CRD, versionsOf } from '../operator/status-lives.ts';
import { Testbed } from '../operator/testbed.ts';
import { hasGo } from './kubernetes/programs.ts';

const PROGRAM = join(import.meta.dirname, '..', 'clients', 'kstatus');

/** `npm test` looks at every status by a few lines of our own, which are right as long as kstatus says the same. */
describe('kstatus itself', function () {
  this.timeout(120_000);
  let folder: string;
  let testbed: Testbed | undefined;

  before(async function () {
    this.timeout(600_000);
    if (!hasGo()) {
      assert.ok(!process.env['CI'], 'Go is not there');
      console.log('      Go is not there: kstatus is not asked');
      this.skip();
    }
    folder = await mkdtemp(join(tmpdir(), 'kstatus-'));
    const env = { ...process.env, CGO_ENABLED: '0' };
    const args = ['build', '-mod=readonly', '-o', join(folder, 'kstatus'), '.'];
    const built = spawnSync('go', args, { cwd: PROGRAM, env, encoding: 'utf8' });
    assert.equal(built.status, 0, built.stderr);
    testbed = await Testbed.open();
    await testbed.cluster.apply(LIVING_CRD);
  });
  after(async () => {
    await testbed?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  const verdicts = (objects: readonly WithStatus[]): readonly string[] => {
    const input = objects.map((object) => JSON.stringify(object)).join('\n');
    const { stdout, stderr, status } = spawnSync(join(folder, 'kstatus'), { input, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return stdout.trim().split('\n');
  };

  it('says the same of every status that is written', async () => {
    assert.ok(testbed);
    const versions: WithStatus[] = [];
    for (const [index, life] of LIVES.entries()) versions.push(...(await versionsOf(testbed, life, `life-${index}`)));
    const theirs = verdicts(versions);
    assert.deepEqual(versions.map(kstatusOf), theirs);
    assert.deepEqual(new Set(theirs), new Set(['Current', 'InProgress', 'Failed', 'Terminating']));
  });

  it('says the same of what no operator of ours writes', () => {
    const object = (generation: number, status?: WithStatus['status']): WithStatus => ({
      apiVersion: 'example.io/v1',
      kind: 'Route',
      metadata: { name: 'a', namespace: 'default', generation },
      status,
    });
    const conditions = (...types: readonly string[]) =>
      types.map((each) => {
        const [type = '', status = 'True'] = each.split('=');
        return { type, status: status as 'True', reason: 'X', message: '', lastTransitionTime: '2020-01-01T00:00:00Z' };
      });
    const objects = [
      object(1),
      object(1, { observedGeneration: -1 }),
      object(2, { observedGeneration: 1, conditions: conditions('Ready') }),
      object(1, { conditions: conditions('Ready=Unknown') }),
      object(1, { conditions: conditions('Ready=False', 'Stalled', 'Reconciling') }),
      object(1, { conditions: conditions('Ready', 'Reconciling', 'Stalled') }),
      object(1, { conditions: conditions('Other=False') }),
    ];
    assert.deepEqual(objects.map(kstatusOf), verdicts(objects));
  });
});
