import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { digest, staged } from '../../devcluster/journal/journal.ts';
import { describeKills, killGenerator, killWriter } from './kills.ts';
import { ROOT, ap, generate, node, openFolder, removeFolder, scaffold, tree } from './workbench.ts';

describe('A command that is killed while it writes', function () {
  this.timeout(300_000);

  it('leaves the old project or the new one to the next', async () => {
    const kills = await killGenerator(join(ROOT, 'cli/program.ts'), 20);
    console.log(describeKills(kills));
    assert.ok(kills.old > 0 && kills.new > 0);
  });

  it('does so after each operation of its writer', async () => {
    const kills = await killWriter(10);
    console.log(describeKills(kills));
    assert.ok(kills.kills > 0 && kills.old > 0 && kills.new > 0);
  });

  describe('is finished before anything else', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await openFolder();
      await scaffold(folder);
    });
    afterEach(() => removeFolder(folder));

    /** A command that was killed before it wrote a line to the worker's test. */
    const interrupt = async (pid: number) => {
      const tx = join(folder, '.autopilot/tx');
      const path = 'test/processing.test.ts';
      const before = await readFile(join(folder, path));
      await mkdir(tx);
      await writeFile(join(tx, 'owner.json'), JSON.stringify({ token: 'a', pid, host: hostname() }));
      await writeFile(staged(tx, 'new', 0), '// finished\n');
      const entries = [{ path, before: digest(before), after: digest(Buffer.from('// finished\n')) }];
      await writeFile(join(tx, 'journal.json'), JSON.stringify({ entries, folders: [] }));
    };
    const finished = async (said: string) => {
      assert.match(said, /An earlier command was interrupted while it wrote to .*: its 1 files are in place now\./);
      assert.equal(await readFile(join(folder, 'test/processing.test.ts'), 'utf8'), '// finished\n');
      assert.deepEqual(
        [...(await tree(folder)).keys()].filter((path) => path.startsWith('.autopilot/tx')),
        [],
      );
    };
    const dead = async () => {
      const { stdout } = await node(folder, ['--print', 'process.pid']);
      return Number(stdout);
    };

    it('by ap validate, from a folder below', async () => {
      await interrupt(await dead());
      const { stdout, stderr } = await ap(join(folder, 'src'), 'validate');
      await finished(stdout + stderr);
    });

    it('by ap generate', async () => {
      await interrupt(await dead());
      const { stdout, stderr } = await ap(folder, 'generate', '--yes', '--skip-install');
      await finished(stdout + stderr);
    });

    it('by ap dev, whatever it says of the project then', async () => {
      await interrupt(await dead());
      await writeFile(join(folder, 'autopilot.yaml'), 'kind: Example\n');
      const { stdout, stderr } = await ap(folder, 'dev');
      await finished(stdout + stderr);
    });

    it('by the generators, under yo', async () => {
      await interrupt(await dead());
      await generate(folder, 'deploy-manifests', { options: { yes: true } });
      assert.equal(await readFile(join(folder, 'test/processing.test.ts'), 'utf8'), '// finished\n');
    });
  });
});
