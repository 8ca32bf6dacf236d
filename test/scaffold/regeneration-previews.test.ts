import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { basePath } from '../../project/regeneration/base.ts';
import { openProject } from './regenerated.ts';
import type { Regenerated } from './regenerated.ts';
import { LINKED, ap, differences, generate, openFolder, removeFolder, tree } from './workbench.ts';

describe('A command that writes nothing', function () {
  this.timeout(180_000);

  let project: Regenerated;
  beforeEach(async () => {
    project = await openProject();
  });
  afterEach(() => project.remove());

  /** Runs it, and sees that nothing was written. */
  const run = async (...words: readonly string[]) => {
    const before = await tree(project.folder);
    const finished = await ap(project.folder, ...words);
    assert.deepEqual(differences(before, await tree(project.folder)), []);
    return finished;
  };

  describe('--dry-run', () => {
    it('prints what would be changed as a diff, edits of the YAML files and new files among it', async () => {
      const { code, stdout, stderr } = await run('phase', 'Checking', '--yes', '--dry-run');
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^--- a\/autopilot\.yaml\n\+\+\+ b\/autopilot\.yaml\n@@ .*\n[^]*^\+ {2}- name: Checking$/m);
      assert.match(stdout, /^--- \/dev\/null\n\+\+\+ b\/src\/workers\/checking\/worker\.ts\n@@ -0,0/m);
      assert.match(stdout, /^-.*next: \['Finished'\],\n\+.*next: \['Finished', 'Checking'\],$/m);
      assert.doesNotMatch(stdout, /\.autopilot/);
      assert.match(stderr, /Nothing was written\.\n$/);
      assert.doesNotMatch(stderr, /Next:/);
    });

    it('says that there is nothing to do', async () => {
      const { code, stdout, stderr } = await run('generate', '--dry-run');
      assert.deepEqual([code, stdout, stderr], [0, '', 'All files are up to date.\n']);
    });

    it('shows what would be merged, and what would be asked about', async () => {
      await project.append('README.md', '\n## Ours\n');
      await project.change('src/operator.ts', (text) =>
        text.replace("next: ['Finished'],", "next: ['Finished'], // mine"),
      );
      const { code, stdout, stderr } = await run('phase', 'Checking', '--yes', '--dry-run');
      assert.equal(code, 0, stderr);
      assert.match(
        stderr,
        /You would be asked about these, which you have edited:\n {2}src\/operator\.ts \(line \d+\)\n/,
      );
      assert.match(stdout, /^\+<<<<<<< mine$/m);
      assert.doesNotMatch(stdout, /^-.*Ours/m);
    });

    it('goes for new projects and for manifests as well', async () => {
      const other = await openFolder();
      try {
        const words = ['--yes', '--dry-run', '--runtime=*', '--devcluster=*'];
        const { code, stdout } = await ap(other, 'init', '.', ...words);
        assert.equal(code, 0);
        assert.match(stdout, /\+\+\+ b\/package\.json[^]*\+\+\+ b\/src\/operator\.ts/);
        assert.deepEqual([...(await tree(other)).keys()], []);
      } finally {
        await removeFolder(other);
      }
      const { stdout } = await run('deploy-manifests', '--image=registry.example.com/x:2', '--yes', '--dry-run');
      assert.match(stdout, /^\+.*image: registry\.example\.com\/x:2$/m);
      assert.match(stdout, /^\+.*"image": "registry\.example\.com\/x:2"$/m);
    });
  });

  describe('--check', () => {
    const drift = async (...words: readonly string[]) => {
      const { code, stderr } = await run('generate', '--check', ...words);
      return { code, lines: stderr.trimEnd().split('\n') };
    };

    it('is content with a project that is as generated, and with edits that are a user’s to make', async () => {
      await project.append('README.md', '\n## Ours\n');
      await project.append('src/workers/processing/worker.ts');
      await project.append('test/example.ts');
      await rm(project.path('Dockerfile'));
      await rm(project.path('test/processing.test.ts'));
      assert.deepEqual(await drift(), { code: 0, lines: ['All files are as they would be written.'] });
    });

    it('names each file that is not, with the reason', async () => {
      await rm(project.path('src/kinds.ts'));
      await rm(project.path('package.json'));
      await project.append('src/operator.ts');
      await project.older('generated', 'deploy/base/crd.yaml', (text) => text.replace('kind: Example', 'kind: Former'));
      await project.older('scaffold', 'tsconfig.json', (text) => text.replace('ES2024', 'ES2023'));
      await project.append('tsconfig.json', '// mine\n');
      await project.older('scaffold', '.mocharc.json', (text) => text.replace('20000', '10000'));
      await project.change('.mocharc.json', (text) => text.replace('10000', '30000'));
      await project.append('.dockerignore', '<<<<<<< HEAD\n=======\nx\n>>>>>>> other\n');
      await rm(project.path(basePath('generated', 'src/api/examples/v1/types.ts')));
      const { code, lines } = await drift();
      assert.equal(code, 1);
      assert.deepEqual(
        lines.map((line) => line.replace(/ Run the command without --check, or see .*\(ERR_AP_DRIFT\)$/, '')),
        [
          '.autopilot/base/generated/src/api/examples/v1/types.ts: It is missing.',
          '.dockerignore: It has conflict markers of a merge in line 8.',
          '.mocharc.json: It is out of date, and was edited by hand in the same place (timeout).',
          'deploy/base/crd.yaml: It is out of date.',
          'package.json: It is missing.',
          'src/kinds.ts: It is missing.',
          'src/operator.ts: It was edited by hand.',
          'tsconfig.json: It is out of date, and was edited by hand.',
        ],
      );
    });

    it('sees what a change of autopilot.yaml asks for, without a question in a terminal', async () => {
      await project.change('autopilot.yaml', (text) => text.replace('Does the work.', 'Does all of it.'));
      await project.refused(
        () => project.generate({ options: { check: true, yes: false }, answers: {} }),
        /^src\/operator\.ts: It is out of date\./m,
      );
      await project.generate();
      await project.generate({ options: { check: true } });
    });

    it('is about what the options of a command say', async () => {
      const deploy = { args: [], options: { yes: true, check: true, image: 'registry.example.com/x:2' } };
      await project.refused(
        () => generate(project.folder, 'deploy-manifests', deploy),
        /^\.yo-rc\.json: It is out of date\.[^]*^deploy\/.*: It is out of date\./m,
      );
      const other = await openFolder();
      try {
        await assert.rejects(
          generate(other, 'app', { options: { ...LINKED, check: true } }),
          /^autopilot\.yaml: It is missing\.[^]*^src\/operator\.ts: It is missing\./m,
        );
        assert.deepEqual([...(await tree(other)).keys()], []);
      } finally {
        await removeFolder(other);
      }
    });

    it('is refused where a command always changes something', async () => {
      await project.refused(
        () => project.addPhase({ options: { check: true } }),
        /^--check: .*ap generate --check.*ERR_AP_OPTION_ELSEWHERE/,
      );
    });

    it('prints the diff as well where both are asked for', async () => {
      await project.older('scaffold', 'tsconfig.json', (text) => text.replace('ES2024', 'ES2023'));
      const { code, stdout } = await run('generate', '--check', '--dry-run');
      assert.equal(code, 1);
      assert.match(stdout, /^-.*ES2023.*\n\+.*ES2024/m);
    });
  });
});
