import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { openProject } from './regenerated.ts';
import type { Regenerated } from './regenerated.ts';
import { ap, check, differences, generate, runTests, tree } from './workbench.ts';

describe('When names change,', function () {
  this.timeout(180_000);

  let project: Regenerated;
  beforeEach(async () => {
    project = await openProject();
  });
  afterEach(() => project.remove());

  const change = (text: string, by: string) => project.change('autopilot.yaml', (yaml) => yaml.replaceAll(text, by));
  const rename = async () => {
    await change('Processing', 'Checking');
    await change('name: Checking', 'name: Checking\n    renamedFrom: Processing');
  };

  describe('a phase that was renamed', () => {
    it('takes along its worker and its test, with the names that follow from it, and leaves nothing behind', async () => {
      await project.append('src/workers/processing/worker.ts');
      await project.change('src/workers/processing/worker.ts', (text) => text.replace("'Finished'", "'Processing'"));
      await project.change('test/processing.test.ts', (text) =>
        text.replace('\n', "\nimport { worker } from '../src/workers/processing/worker.ts';\nassert.ok(worker);\n"),
      );
      await rename();
      const { code, stderr } = await ap(project.folder, 'generate', '--skip-install');
      assert.equal(code, 0, stderr);
      for (const [from, to] of [
        ['src/workers/processing/worker.ts', 'src/workers/checking/worker.ts'],
        ['test/processing.test.ts', 'test/checking.test.ts'],
      ] as const) {
        assert.ok(stderr.includes(`${to} has the contents of ${from}, which is gone`), stderr);
      }
      assert.doesNotMatch(stderr, /Not used any more/);
      const files = await tree(project.folder);
      assert.deepEqual(
        [...files.keys()].filter((path) => /processing/.test(path)),
        [],
      );
      assert.match(
        await project.read('src/workers/checking/worker.ts'),
        /const worker: CheckingWorker[^]*phase: 'Checking'[^]*edited/,
      );
      assert.match(
        await project.read('test/checking.test.ts'),
        /workers\/checking\/worker\.ts[^]*describe\('Checking'/,
      );
      await check(project.folder);
      const before = await tree(project.folder);
      await project.generate();
      assert.deepEqual(differences(before, await tree(project.folder)), []);
    });

    it('is made anew where nobody has edited it', async () => {
      await rename();
      await project.generate();
      const files = [...(await tree(project.folder)).keys()];
      assert.deepEqual(
        files.filter((path) => /processing/.test(path)),
        [],
      );
      assert.ok(files.includes('test/checking.test.ts'));
      await check(project.folder);
      const { code, stdout } = await runTests(project.folder);
      assert.equal(code, 0, stdout);
    });

    it('begins anew where the imports of the worker lead nowhere, and the former one stays and is named', async () => {
      await writeFile(project.path('src/workers/processing/limits.ts'), 'export const most: number = 3;\n');
      await project.append('src/workers/processing/worker.ts', "import { most } from './limits.ts';\nvoid most;\n");
      await rename();
      const { code, stderr } = await ap(project.folder, 'generate', '--skip-install');
      assert.equal(code, 0, stderr);
      assert.match(
        stderr,
        / {2}src\/workers\/processing\/worker\.ts\nWhere a new file took the place of one of them, move there/,
      );
      assert.match(await project.read('src/workers/processing/worker.ts'), /limits/);
      assert.doesNotMatch(await project.read('src/workers/checking/worker.ts'), /limits/);
    });
  });

  it('the API goes on under a new version, as its user wrote it', async () => {
    await project.change('src/api/examples/v1/spec.ts', (text) => text.replace('message: z', 'words: z'));
    await change('examples.io/v1', 'examples.io/v2');
    const { code, stderr } = await ap(project.folder, 'generate', '--skip-install');
    assert.equal(code, 0, stderr);
    assert.match(stderr, /v2\/spec\.ts has the contents of src\/api\/examples\/v1\/spec\.ts, which is gone/);
    assert.match(await project.read('src/api/examples/v2/spec.ts'), /words: z/);
    assert.match(await project.read('deploy/base/crd.yaml'), /words:/);
    assert.ok(![...(await tree(project.folder)).keys()].some((path) => path.includes('/v1/')));
    await check(project.folder);
    // It is the user's from the first: nothing refreshes it.
    const before = await tree(project.folder);
    await project.generate();
    assert.deepEqual(differences(before, await tree(project.folder)), []);
  });

  it('the API begins anew where its imports lead nowhere, and the former one stays and is named', async () => {
    await writeFile(project.path('src/api/examples/v1/limits.ts'), 'export const most: number = 3;\n');
    await project.append('src/api/examples/v1/spec.ts', "import { most } from './limits.ts';\nvoid most;\n");
    await change('examples.io/v1', 'examples.io/v2');
    const { code, stderr } = await ap(project.folder, 'generate', '--skip-install');
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      / {2}src\/api\/examples\/v1\/spec\.ts\nWhere a new file took the place of one of them, move there/,
    );
    assert.doesNotMatch(await project.read('src/api/examples/v2/spec.ts'), /limits/);
  });

  it('everything follows another kind and another group; what is yours and does not is named, with the difference', async () => {
    await project.append('test/example.ts', '// Mine.\n');
    await project.change('src/api/examples/v1/spec.ts', (text) => text.replace('message: z', 'words: z'));
    await project.change('package.json', (text) => text.replace('"scripts": {', '"scripts": {\n    "mine": "true",'));
    await change('kind: Example', 'kind: Route');
    await change('examples.io/v1', 'routes.io/v1');
    const { code, stdout, stderr } = await ap(project.folder, 'generate', '--skip-install', '--show-yours');
    assert.equal(code, 0, stderr);
    assert.match(stderr, /Yours, edited, and would be written differently now[^]* {2}test\/example\.ts\n/);
    assert.match(
      stdout,
      /^--- a\/test\/example\.ts\n\+\+\+ b\/test\/example\.ts\n[^]*\n-.*examples\.io\/v1[^]*\n\+.*routes\.io\/v1/,
    );
    assert.match(await project.read('src/api/routes/v1/spec.ts'), /words: z/);
    assert.match(await project.read('package.json'), /The operator of routes\.routes\.io[^]*"mine": "true"/);
    assert.match(await project.read('deploy/base/crd.yaml'), /name: routes\.routes\.io/);
    // The user does what was shown.
    await project.change('test/example.ts', (text) =>
      text
        .replaceAll('examples.io', 'routes.io')
        .replaceAll("'Example'", "'Route'")
        .replaceAll('api/examples', 'api/routes')
        .replaceAll('The Example', 'The Route'),
    );
    await check(project.folder);
  });

  describe('a phase that goes', () => {
    const remove = () =>
      project.change('autopilot.yaml', (text) =>
        text.replace(/ {2}- name: Processing[^]*?(?= {2}- name: Finished)/, '').replace('[Processing]', '[Finished]'),
      );

    it('takes what is generated, and leaves what its user may have written, also under its next name', async () => {
      await project.append('src/workers/processing/worker.ts', '// mine\n');
      await remove();
      await project.generate();
      const files = await tree(project.folder);
      assert.match(files.get('src/workers/processing/worker.ts') ?? '', /mine/);
      assert.ok(files.has('test/processing.test.ts'));
      assert.ok(!files.has('src/workers/processing/io.ts'));
    });

    it('is asked about where what is generated was edited, and stays where that is answered', async () => {
      await project.append('src/workers/processing/io.ts');
      await remove();
      await project.refused(
        () => project.generate(),
        /^src\/workers\/processing\/io\.ts: It is not needed any more, but was edited/,
      );
      await project.generate({ answers: { action: 'n' } });
      assert.match(await project.read('src/workers/processing/io.ts'), /edited/);
      assert.deepEqual(await generate(project.folder, 'app', { answers: {} }), []);
    });
  });
});
