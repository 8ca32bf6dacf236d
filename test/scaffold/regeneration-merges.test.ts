import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { openProject } from './regenerated.ts';
import type { Regenerated } from './regenerated.ts';
import { ap, check, differences, tree } from './workbench.ts';

describe('Edits of what the tool has started', function () {
  this.timeout(180_000);

  let project: Regenerated;
  beforeEach(async () => {
    project = await openProject();
  });
  afterEach(() => project.remove());

  describe('are merged with what is new, without a question and without a terminal:', () => {
    it('at the end of tsconfig.json, with a template that changed at its start', async () => {
      await project.older('scaffold', 'tsconfig.json', (text) =>
        text.replace('"target": "ES2024"', '"target": "ES2023"'),
      );
      await project.change('tsconfig.json', (text) =>
        text.replace('"include": ["src", "test"]', '"include": ["src", "test", "tools"] // mine, too'),
      );
      const { code, stderr } = await ap(project.folder, 'generate', '--skip-install');
      assert.equal(code, 0, stderr);
      assert.match(stderr, /merge tsconfig\.json[^]*Merged into what you have edited:\n {2}tsconfig\.json\n/);
      const text = await project.read('tsconfig.json');
      assert.match(text, /"target": "ES2024"/);
      assert.match(text, /"include": \["src", "test", "tools"\] \/\/ mine, too/);
      // What was merged is not merged again.
      const before = await tree(project.folder);
      assert.deepEqual(await project.generate({ answers: {} }), []);
      assert.deepEqual(differences(before, await tree(project.folder)), []);
    });

    it('dependencies and scripts in package.json', async () => {
      await project.older('scaffold', 'package.json', (text) =>
        text.replace(/"mocha": "[^"]+"/, '"mocha": "^1.0.0"').replace(/ {4}"format": .*\n/, ''),
      );
      await project.change('package.json', (text) =>
        text
          .replace('"devDependencies": {', '"devDependencies": {\n    "axios": "^1.0.0",')
          .replace('"scripts": {', '"scripts": {\n    "deploy": "make deploy",')
          .replace(/"description": ".*"/, '"description": "Mine."'),
      );
      await project.generate();
      const text = await project.read('package.json');
      assert.doesNotMatch(text, /"mocha": "\^1\.0\.0"/);
      for (const part of ['"axios": "^1.0.0"', '"deploy": "make deploy"', '"format": "', '"description": "Mine."']) {
        assert.ok(text.includes(part), part);
      }
      JSON.parse(text);
    });

    it('resources and comments in a kustomization', async () => {
      const file = 'deploy/base/kustomization.yaml';
      await project.older('scaffold', file, (text) => text.replace('  - metrics_service.yaml\n', ''));
      await project.change(
        file,
        (text) => `# Ours.\n${text.replace('  - crd.yaml', '  - crd.yaml # first\n  - ours.yaml')}`,
      );
      await project.generate();
      const text = await project.read(file);
      assert.match(text, /^# Ours\.\n[^]*- crd\.yaml # first\n {2}- ours\.yaml\n[^]*- metrics_service\.yaml\n/);
    });

    it('a section of README.md, beside the diagram', async () => {
      await project.append('README.md', '\n## Ours\n\nMore.\n');
      await project.addPhase();
      assert.match(await project.read('README.md'), /Checking[^]*## Ours\n\nMore\.\n$/);
    });

    it('generated code, which then still compiles', async () => {
      await project.append('src/operator.ts', '\nexport const mine = 1;\n');
      await project.addPhase();
      assert.match(await project.read('src/operator.ts'), /checkingWorker[^]*export const mine = 1;\n$/);
      await check(project.folder);
    });

    it('manifests, by key', async () => {
      const file = 'deploy/base/deployment.yaml';
      await project.older('generated', file, (text) => text.replace('replicas: 1', 'replicas: 2'));
      await project.change(file, (text) =>
        text.replace('    spec:\n', '    spec:\n      priorityClassName: high # ours\n'),
      );
      await project.generate();
      assert.match(await project.read(file), /replicas: 1\n[^]*priorityClassName: high # ours\n/);
    });

    it('with Windows line ends, a byte order mark, and without a last line end', async () => {
      await project.older('scaffold', 'tsconfig.json', (text) => text.replace('ES2024', 'ES2023'));
      await project.change('tsconfig.json', (text) =>
        `\uFEFF${text.replace('"test"]', '"test", "tools"]').trimEnd()}`.replaceAll('\n', '\r\n'),
      );
      await project.generate();
      const text = await project.read('tsconfig.json');
      assert.match(text, /^\uFEFF\{\r\n[^]*ES2024[^]*"tools"\][^\n]*\r\n\}$/);
      assert.doesNotMatch(text, /[^\r]\n/);
    });

    it('over several regenerations with edits between', async () => {
      await project.append('README.md', '\n## One\n');
      await project.addPhase();
      await project.append('README.md', '\n## Two\n');
      await project.change('package.json', (text) => text.replace('"scripts": {', '"scripts": {\n    "mine": "true",'));
      await project.change('autopilot.yaml', (text) => text.replaceAll('Checking', 'Verifying'));
      await project.change('autopilot.yaml', (text) =>
        text.replace('name: Verifying', 'name: Verifying\n    renamedFrom: Checking'),
      );
      await project.generate();
      await project.older('scaffold', 'package.json', (text) => text.replace(/ {4}"format": .*\n/, ''));
      await project.generate();
      assert.match(await project.read('README.md'), /Verifying[^]*## One\n\n## Two\n$/);
      assert.doesNotMatch(await project.read('README.md'), /Checking/);
      assert.match(await project.read('package.json'), /"mine": "true"[^]*"format": /);
    });
  });

  describe('that are in the same place as what is new', () => {
    /** In package.json: the tool had written something else than it writes now, and the user has another wish. */
    const older = async () => {
      const wanted = /"typescript": "([^"]+)"/.exec(await project.read('package.json'))?.[1] ?? '';
      await project.older('scaffold', 'package.json', (text) => text.replace(`"${wanted}"`, '"^4.0.0"'));
      await project.change('package.json', (text) => text.replace('"^4.0.0"', '"~5.0.0"'));
      return wanted;
    };

    /** In a line that the tool writes otherwise once there is another phase. */
    const edited = () =>
      project.change('src/operator.ts', (text) => text.replace("next: ['Finished'],", "next: ['Finished'], // mine"));

    it('are asked about with Yeoman’s menu, and stay where that is answered', async () => {
      await edited();
      const asked = await project.addPhase({ answers: { action: 'n' } });
      assert.deepEqual(
        asked.map(({ question }) => question),
        ['action'],
      );
      const text = await project.read('src/operator.ts');
      assert.match(text, /next: \['Finished'\], \/\/ mine/);
      assert.doesNotMatch(text, /Checking/);
      // What was declined is not offered again.
      assert.deepEqual(await project.generate({ answers: {} }), []);
    });

    it('go where the tool’s version is taken', async () => {
      await edited();
      await project.addPhase({ answers: { action: 'y' } });
      assert.match(await project.read('src/operator.ts'), /next: \['Finished', 'Checking'\],\n/);
    });

    it('stand beside it between markers where that is answered, and only there', async () => {
      const wanted = await older();
      await project.change('package.json', (text) => text.replace('"scripts": {', '"scripts": {\n    "mine": "true",'));
      await project.generate({ answers: { action: 'm' } });
      const text = await project.read('package.json');
      const marked = `<<<<<<< mine\n    "typescript": "~5.0.0"$1\n=======\n    "typescript": "${wanted}"$1\n>>>>>>> new\n`;
      assert.equal(text.match(/<{7} mine/g)?.length, 1);
      assert.ok(text.includes(marked.replaceAll('$1', ',')) || text.includes(marked.replaceAll('$1', '')), text);
      assert.match(text, /"mine": "true"/);
    });

    it('are refused in the next regeneration while the markers are there, with the line', async () => {
      await edited();
      await project.addPhase({ answers: { action: 'm' } });
      await project.refused(
        () => project.generate(),
        /^src\/operator\.ts:\d+: Conflict markers .* \(ERR_AP_CONFLICT_MARKERS\)$/,
      );
      await project.refused(() => project.generate({ answers: { action: 'n' } }), 'ERR_AP_CONFLICT_MARKERS');
      await project.generate({ options: { force: true } });
      assert.doesNotMatch(await project.read('src/operator.ts'), /<{7}|mine/);
    });

    it('are shown as often as somebody wants to see the differences', async () => {
      await edited();
      const asked = await project.addPhase({ answers: { action: ['d', 'd', 'd', 'd', 'd', 'd', 'n'] } });
      assert.equal(asked.length, 7);
      assert.match(await project.read('src/operator.ts'), /mine/);
    });

    it('all go where the tool’s version is taken for this and all others', async () => {
      await edited();
      await older();
      assert.equal((await project.addPhase({ answers: { action: 'a' } })).length, 1);
      assert.doesNotMatch(await project.read('src/operator.ts'), /mine/);
      assert.doesNotMatch(await project.read('package.json'), /~5\.0\.0/);
    });

    it('stay, with all else, after an abort', async () => {
      await edited();
      await project.refused(() => project.addPhase({ answers: { action: 'x' } }), 'aborted');
    });

    it('fail the command without a terminal, which names all files and places and writes nothing', async () => {
      await edited();
      await older();
      const words = [
        /^src\/operator\.ts: You and the tool have changed the same \(line \d+\).*ERR_AP_EDITED/m,
        /^package\.json: You and the tool have changed the same \(devDependencies\.typescript\).*ERR_AP_EDITED/m,
      ];
      await project.refused(() => project.addPhase(), ...words);
      const before = await tree(project.folder);
      const { code, stderr } = await ap(project.folder, 'phase', 'Checking', '--yes', '--skip-install');
      assert.equal(code, 1);
      for (const word of words) assert.match(stderr, word);
      assert.deepEqual(differences(before, await tree(project.folder)), []);
    });

    it('go with --force', async () => {
      await edited();
      const wanted = await older();
      await project.addPhase({ options: { force: true } });
      assert.doesNotMatch(await project.read('src/operator.ts'), /mine/);
      assert.ok((await project.read('package.json')).includes(`"typescript": "${wanted}"`));
    });
  });

  it('stay without a word where there is nothing new', async () => {
    await project.append('src/operator.ts');
    await project.append('Dockerfile', '# Edited.\n');
    const before = await tree(project.folder);
    assert.deepEqual(await project.generate({ answers: {} }), []);
    assert.deepEqual(differences(before, await tree(project.folder)), []);
  });

  it('go with --force in what is generated, and are merged in what is the user’s to edit', async () => {
    await project.append('src/operator.ts');
    await project.append('README.md', '\n## Ours\n');
    await project.addPhase({ options: { force: true } });
    assert.doesNotMatch(await project.read('src/operator.ts'), /edited/);
    assert.match(await project.read('README.md'), /Checking[^]*## Ours\n$/);
  });

  it('that are no text are asked about, without an entry to merge', async () => {
    await writeFile(project.path('README.md'), Buffer.from([0xff, 0xfe, 0x00]));
    await project.refused(() => project.addPhase(), /^README\.md: .*ERR_AP_EDITED/m);
    await rm(project.path('README.md'));
    await project.addPhase();
  });
});
