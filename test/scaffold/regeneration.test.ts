import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundledFileName } from '../../project/regeneration/bundle.ts';
import { ap, differences, generate, openFolder, removeFolder, scaffold, tree } from './workbench.ts';

describe('A regeneration', function () {
  this.timeout(180_000);

  let folder: string;
  beforeEach(async () => {
    folder = await openFolder();
    await scaffold(folder);
  });
  afterEach(() => removeFolder(folder));

  const read = (path: string) => readFile(join(folder, path), 'utf8');
  const edit = (path: string, text = '\n// edited\n') => appendFile(join(folder, path), text);
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
    // It is said once, and again after a file has come back and gone.
    const again = await ap(folder, 'generate', '--skip-install');
    assert.match(again.stderr, /All files are up to date/);
    assert.doesNotMatch(again.stderr, /Deleted/);
    const files = await tree(folder);
    assert.equal(files.get('.autopilot/deleted'), 'Dockerfile\ntest/processing.test.ts\n');
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
    assert.equal(files.get('.autopilot/deleted'), 'test/processing.test.ts\n');
    await writeFile(join(folder, 'test/processing.test.ts'), '// Mine.\n');
    await generate(folder, 'app');
    assert.ok(!(await tree(folder)).has('.autopilot/deleted'));
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
