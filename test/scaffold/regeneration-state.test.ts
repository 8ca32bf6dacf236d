import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { basePath } from '../../project/regeneration/base.ts';
import { openProject } from './regenerated.ts';
import type { Regenerated } from './regenerated.ts';
import { ap, differences, tree } from './workbench.ts';

describe('What the tool knows of its last run', function () {
  this.timeout(180_000);

  let project: Regenerated;
  beforeEach(async () => {
    project = await openProject();
  });
  afterEach(() => project.remove());

  describe('is gone, .autopilot/ and all:', () => {
    beforeEach(() => rm(project.path('.autopilot'), { recursive: true }));

    it('files that are as they would be written get base versions again', async () => {
      const before = await tree(project.folder);
      await project.generate();
      const restored = differences(before, await tree(project.folder));
      assert.ok(restored.length > 0 && restored.every((path) => path.startsWith('.autopilot/')));
    });

    it('every other one counts as edited, and is named', async () => {
      await project.append('package.json', '\n\n');
      await project.append('src/operator.ts');
      await project.append('src/main.ts');
      await project.refused(
        () => project.generate(),
        /^package\.json: It differs from what is to be written, and nobody knows/m,
        /^src\/operator\.ts: .*ERR_AP_EDITED/m,
      );
      await project.generate({ answers: { action: 'n' } });
      assert.match(await project.read('src/operator.ts'), /edited/);
      assert.deepEqual(await project.generate({ answers: {} }), []);
    });

    it('what differs stands between markers where that is answered', async () => {
      await project.append('src/operator.ts', '\nexport const mine = 1;\n');
      await project.generate({ answers: { action: 'm' } });
      assert.match(
        await project.read('src/operator.ts'),
        /\n<<<<<<< mine\n\nexport const mine = 1;\n=======\n>>>>>>> new\n$/,
      );
    });

    it('what is the user’s own and differs is named once', async () => {
      await project.append('src/main.ts');
      const first = await ap(project.folder, 'generate', '--skip-install');
      assert.match(first.stderr, /Yours, edited, and would be written differently now[^]*src\/main\.ts/);
      const second = await ap(project.folder, 'generate', '--skip-install');
      assert.equal(second.stderr, 'All files are up to date.\n');
    });
  });

  describe('is damaged:', () => {
    const base = basePath('generated', 'src/operator.ts');

    it('with the conflicts of a merge of branches', async () => {
      await project.append(base, '<<<<<<< HEAD\n=======\nx\n>>>>>>> branch\n');
      await project.refused(
        () => project.generate(),
        `${base}: `,
        'conflict markers were left in line',
        'ERR_AP_BASE_DAMAGED',
      );
      await rm(project.path(base));
      await project.generate();
    });

    it('with bytes that are no text', async () => {
      await writeFile(project.path(base), Buffer.from([0xff, 0xfe]));
      await project.refused(() => project.generate(), 'it is not UTF-8 text', 'ERR_AP_BASE_DAMAGED');
    });

    it('with a file in the place of a folder', async () => {
      await rm(project.path('.autopilot/base'), { recursive: true });
      await writeFile(project.path('.autopilot/base'), '');
      await project.refused(() => project.generate(), '.autopilot/base/generated: ', 'a file where a folder is to be');
    });

    it('cut off, so that the file counts as edited', async () => {
      await writeFile(project.path(base), '');
      await project.append('src/operator.ts');
      await project.refused(() => project.generate(), /^src\/operator\.ts: .*ERR_AP_EDITED/m);
    });
  });

  it('does not change with the line ends that a repository is checked out with', async () => {
    for (const file of [
      'tsconfig.json',
      basePath('scaffold', 'tsconfig.json'),
      'src/operator.ts',
      basePath('generated', 'src/operator.ts'),
    ]) {
      await project.change(file, (text) => text.replaceAll('\n', '\r\n'));
    }
    await project.generate({ options: { check: true } });
    await project.addPhase();
    assert.match(await project.read('src/operator.ts'), /Checking/);
    assert.doesNotMatch(await project.read('src/operator.ts'), /[^\r]\n/);
  });
});
