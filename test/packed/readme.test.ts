import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runningCluster } from '../../devcluster/dev/running.ts';
import { findKubectls } from '../kubectl/find-kubectl.ts';
import { openSandbox, ROOT, type Sandbox } from './installed.ts';
import { tutorialBlocks, tutorialScript } from './tutorial.ts';

const README = join(ROOT, 'README.md');

describe('The tutorial in README.md', () => {
  let sandbox: Sandbox;
  const tarball = join(ROOT, 'generator-autopilot-0.1.0.tgz');
  const isNew = !existsSync(tarball);
  before(async () => {
    sandbox = await openSandbox();
  });
  after(async () => {
    await sandbox.remove();
    if (isNew) await rm(tarball, { force: true });
  });

  it('works as it is typed, block after block', async () => {
    const blocks = await tutorialBlocks(README);
    assert.ok(blocks.length >= 8, `${blocks.length} blocks`);
    const kubectl =
      findKubectls()[0]?.program ??
      assert.fail('kubectl is not there: KUBECTL names one, or npm run build:kubernetes builds it');
    const env = { PATH: `${dirname(kubectl)}:${sandbox.env['PATH'] ?? ''}` };
    const { code, output } = await sandbox.run(ROOT, 'bash', ['-c', `umask 000\n${tutorialScript(blocks)}`], env);
    assert.equal(code, 0, output);
    assert.match(output, /autoroute\.examples\.io\/example\s+Ready\s+True/, output);
    assert.match(output, /service\/web\s+ClusterIP/, output);
    assert.match(output, /default\/example {2}Ready → Syncing/, output);
    // npm was sent SIGTERM, as by whoever closes a terminal: what it had started ends as well.
    const kubeconfig = join(sandbox.env['HOME'] ?? '', 'autoroute/.work/kubeconfig');
    const deadline = performance.now() + 10_000;
    while ((await runningCluster(kubeconfig)) !== undefined) assert.ok(performance.now() < deadline, 'it still runs');
  });
});
