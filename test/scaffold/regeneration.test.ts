import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundledFileName } from '../../project/regeneration/bundle.ts';
import { ap, differences, generate, openFolder, removeFolder, scaffold, tree } from './workbench.ts';

describe('A regeneration', function () {
  this.timeout(60_000);

  let folder: string;
  beforeEach(async () => {
    folder = await openFolder();
    await scaffold(folder);
  });
  afterEach(() => removeFolder(folder));

  const read = (path: string) => readFile(join(folder, path), 'utf8');
  const edit = (path: string, text = '\n// edited\n') => appendFile(join(folder, path), text);
  const rewrite = async (text: string, by: string) =>
    writeFile(join(folder, 'autopilot.yaml'), (await read('autopilot.yaml')).replaceAll(text, by));
  /** Makes the tool want something new of nearly every file. */
  const addPhase = (options: Readonly<Record<string, unknown>> = {}, answers?: Readonly<Record<string, unknown>>) =>
    generate(folder, 'phase', { args: ['Checking'], options: { yes: true, ...options }, ...(answers && { answers }) });
  const refused = (run: Promise<unknown>, ...words: readonly string[]) =>
    assert.rejects(run, ({ message }: Error) => words.every((word) => message.includes(word)));

  it('changes nothing where nothing changed', async () => {
    const before = await tree(folder);
    await generate(folder, 'app');
    assert.deepEqual(differences(before, await tree(folder)), []);
  });

  it('refreshes what nobody touched, without a question', async () => {
    await addPhase();
    assert.match(await read('src/operator.ts'), /Checking/);
    assert.match(await read('README.md'), /Checking/);
  });

  it('never overwrites what is yours, by no flag', async () => {
    const yours = ['src/api/examples/v1/spec.ts', 'src/workers/processing/worker.ts', 'src/main.ts', 'test/example.ts'];
    for (const path of yours) await edit(path);
    const before = await tree(folder);
    await addPhase({ force: true });
    const after = await tree(folder);
    for (const path of yours) assert.equal(after.get(path), before.get(path), path);
  });

  it('asks about an edited file of the tool, and keeps it where that is answered', async () => {
    await edit('src/operator.ts');
    const asked = await generate(folder, 'app', { answers: { action: 'skip' } });
    assert.deepEqual(asked, [{ question: 'action', answer: 'skip' }]);
    assert.match(await read('src/operator.ts'), /edited/);
  });

  it('overwrites an edited file of the tool where that is answered', async () => {
    await edit('src/operator.ts');
    await generate(folder, 'app', { answers: { action: 'write' } });
    assert.doesNotMatch(await read('src/operator.ts'), /edited/);
  });

  it('writes nothing at all after an abort in the menu', async () => {
    await edit('src/operator.ts');
    const before = await tree(folder);
    await refused(addPhase({}, { action: 'abort' }), 'aborted');
    assert.deepEqual(differences(before, await tree(folder)), []);
  });

  it('asks about an edited scaffold file only where the tool has something new for it', async () => {
    await edit('README.md', 'Edited.\n');
    await edit('Dockerfile', '# Edited.\n');
    assert.deepEqual(await generate(folder, 'app', { answers: {} }), []);
    const asked = await addPhase({}, { action: 'skip' });
    assert.deepEqual(asked, [{ question: 'action', answer: 'skip' }]);
    assert.match(await read('README.md'), /Edited/);
    // What was declined is not offered again.
    assert.deepEqual(await generate(folder, 'app', { answers: {} }), []);
  });

  it('without a terminal writes nothing at all, and names the files', async () => {
    await edit('src/operator.ts');
    await edit('src/api/examples/v1/types.ts');
    const before = await tree(folder);
    await refused(addPhase(), 'src/operator.ts', 'src/api/examples/v1/types.ts', 'ERR_AP_EDITED');
    assert.deepEqual(differences(before, await tree(folder)), []);

    const { code, stderr } = await ap(folder, 'generate');
    assert.equal(code, 1);
    assert.match(stderr, /src\/operator\.ts.*ERR_AP_EDITED/);
    assert.deepEqual(differences(before, await tree(folder)), []);
  });

  it('--force answers with overwrite', async () => {
    await edit('src/operator.ts');
    await generate(folder, 'app', { options: { force: true } });
    assert.doesNotMatch(await read('src/operator.ts'), /edited/);
  });

  it('counts every file that differs as edited where no base versions are', async () => {
    await rm(join(folder, '.autopilot/base'), { recursive: true });
    const before = await tree(folder);
    await generate(folder, 'app');
    const restored = differences(before, await tree(folder));
    assert.ok(restored.length > 0 && restored.every((path) => path.startsWith('.autopilot/base/')));

    await rm(join(folder, '.autopilot/base'), { recursive: true });
    await edit('package.json', '\n');
    await edit('src/main.ts');
    await refused(generate(folder, 'app'), 'package.json', 'ERR_AP_EDITED');
  });

  it('writes again what the project needs and lacks, and leaves deleted what it does not need', async () => {
    for (const path of [
      'src/operator.ts',
      'src/workers/processing/worker.ts',
      'Dockerfile',
      'test/processing.test.ts',
      'test/harness.ts',
      'deploy/kustomization.yaml',
      'deploy/base/kustomization.yaml',
    ]) {
      await rm(join(folder, path));
    }
    const { code, stderr } = await ap(folder, 'generate', '--skip-install');
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      /Deleted, and not written again:\n {2}Dockerfile \(--force writes it\)\n {2}test\/processing\.test\.ts\n/,
    );
    const files = await tree(folder);
    assert.ok(files.has('test/harness.ts'));
    assert.ok(files.has('deploy/kustomization.yaml'));
    assert.ok(files.has('deploy/base/kustomization.yaml'));
    assert.ok(files.has('src/operator.ts'));
    assert.ok(files.has('src/workers/processing/worker.ts'));
    assert.ok(!files.has('Dockerfile'));
    assert.ok(!files.has('test/processing.test.ts'));
  });

  it('--force writes again what the tool started and the user deleted, and nothing that is yours', async () => {
    for (const path of ['Dockerfile', 'README.md', 'test/processing.test.ts']) await rm(join(folder, path));
    await generate(folder, 'app', { options: { force: true } });
    const files = await tree(folder);
    assert.ok(files.has('Dockerfile'));
    assert.ok(files.has('README.md'));
    assert.ok(!files.has('test/processing.test.ts'));
  });

  it('keeps line endings', async () => {
    const path = 'src/operator.ts';
    await writeFile(join(folder, path), (await read(path)).replaceAll('\n', '\r\n'));
    await addPhase();
    const text = await read(path);
    assert.match(text, /Checking/);
    assert.doesNotMatch(text, /[^\r]\n/);
  });

  it('finds the project from a folder below it', async () => {
    const { code, stderr } = await ap(join(folder, 'src/workers'), 'generate');
    assert.equal(code, 0, stderr);
  });

  it('does not touch a user’s file where it would create one', async () => {
    const other = await openFolder();
    try {
      await writeFile(join(other, 'README.md'), 'Mine.\n');
      await refused(scaffold(other), 'README.md', 'ERR_AP_EDITED');
      assert.deepEqual([...(await tree(other)).keys()], ['README.md']);
      await generate(other, 'app', {
        options: { yes: false, kind: 'Example', group: 'examples.io', version: 'v1', directory: '.', mesh: 'none' },
        answers: { action: 'skip' },
      });
      assert.equal(await readFile(join(other, 'README.md'), 'utf8'), 'Mine.\n');
      assert.ok((await tree(other)).has('src/operator.ts'));
    } finally {
      await removeFolder(other);
    }
  });

  it('sets keys of autopilot.yaml that options name, and nothing else in it', async () => {
    const before = await read('autopilot.yaml');
    await generate(folder, 'app', { options: { onOutputDrift: 'Processing', onSpecChange: 'Initializing' } });
    const added = (await read('autopilot.yaml')).split('\n').filter((line) => !before.split('\n').includes(line));
    assert.deepEqual(added, ['onSpecChange: Initializing', 'onOutputDrift: Processing']);
    assert.match(await read('src/operator.ts'), /onOutputDrift: 'Processing'/);
  });

  it('removes a key that an option names without a value', async () => {
    const before = await read('autopilot.yaml');
    await generate(folder, 'app', { options: { onOutputDrift: 'Processing', onSpecChange: 'Initializing' } });
    await generate(folder, 'app', { options: { onOutputDrift: '' } });
    assert.match(await read('autopilot.yaml'), /^onSpecChange: Initializing$/m);
    assert.doesNotMatch(await read('src/operator.ts'), /onOutputDrift/);
    const { code, stderr } = await ap(folder, 'init', '--on-spec-change=', '--on-output-drift=', '--yes');
    assert.equal(code, 0, stderr);
    assert.match(stderr, /autopilot\.yaml: onSpecChange is removed\./);
    assert.equal(await read('autopilot.yaml'), before);
  });

  it('goes on with the user’s API under its new version', async () => {
    const [old, now] = ['src/api/examples/v1/spec.ts', 'src/api/examples/v2/spec.ts'];
    await writeFile(join(folder, old), (await read(old)).replace('message: z', 'words: z'));
    await rewrite('examples.io/v1', 'examples.io/v2');
    const { code, stderr } = await ap(folder, 'generate', '--skip-install');
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      /src\/api\/examples\/v2\/spec\.ts begins with the contents of src\/api\/examples\/v1\/spec\.ts/,
    );
    assert.match(await read(now), /words: z/);
    assert.match(await read('deploy/base/crd.yaml'), /words:/);
    // It is the user's from the first: nothing refreshes it.
    const before = await tree(folder);
    await generate(folder, 'app');
    assert.deepEqual(differences(before, await tree(folder)), []);
  });

  it('goes on with the worker of a phase that was renamed', async () => {
    await edit('src/workers/processing/worker.ts');
    await rewrite('Processing', 'Checking');
    await rewrite('name: Checking', 'name: Checking\n    renamedFrom: Processing');
    await generate(folder, 'app');
    const worker = await read('src/workers/checking/worker.ts');
    assert.match(worker, /const worker: CheckingWorker[^]*edited/);
    assert.doesNotMatch(worker, /ProcessingWorker/);
  });

  it('begins anew where the imports of the former file lead nowhere', async () => {
    const old = 'src/api/examples/v1';
    await writeFile(join(folder, old, 'limits.ts'), 'export const most: number = 3;\n');
    await edit(`${old}/spec.ts`, "import { most } from './limits.ts';\nvoid most;\n");
    await rewrite('examples.io/v1', 'examples.io/v2');
    const { code, stderr } = await ap(folder, 'generate', '--skip-install');
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      / {2}src\/api\/examples\/v1\/spec\.ts\nWhere a new file took the place of one of them, move there/,
    );
    assert.doesNotMatch(await read('src/api/examples/v2/spec.ts'), /limits/);
  });

  it('takes away the bundled packages of an older generator, once package.json asks for others', async () => {
    const contents = Buffer.from('an older runtime');
    const old = `vendor/${bundledFileName('autopilot-runtime', '0.0.1', contents)}`;
    await mkdir(join(folder, 'vendor'));
    await writeFile(join(folder, old), contents);
    await writeFile(join(folder, 'vendor/mine.tgz'), '');
    await generate(folder, 'app');
    const vendor = [...(await tree(folder)).keys()].filter((path) => path.startsWith('vendor/'));
    assert.deepEqual(vendor, ['vendor/mine.tgz']);
  });
});
