import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ap,
  check,
  differences,
  generate,
  openFolder,
  removeFolder,
  runTests,
  scaffold,
  tree,
  visible,
} from './workbench.ts';

describe('Phases', function () {
  this.timeout(60_000);

  let folder: string;
  beforeEach(async () => {
    folder = await openFolder();
    await scaffold(folder);
  });
  afterEach(() => removeFolder(folder));

  const read = (path: string) => readFile(join(folder, path), 'utf8');
  const change = async (path: string, how: (text: string) => string) =>
    writeFile(join(folder, path), how(await read(path)));

  it('come with a worker, its types and a test, and with what leads to them', async () => {
    const before = await tree(folder);
    await generate(folder, 'phase', {
      args: ['Checking'],
      options: {
        yes: true,
        description: 'Looks whether all is well.',
        inputs: 'pods,deployments',
        outputs: 'services',
        patches: 'deployments',
        from: 'Initializing',
        next: 'Finished,Processing',
      },
    });
    const created = visible(await tree(folder)).filter((path) => !before.has(path));
    assert.deepEqual(created, [
      'src/workers/checking/io.ts',
      'src/workers/checking/worker.ts',
      'test/checking.test.ts',
    ]);
    const text = await read('autopilot.yaml');
    assert.match(text, /next: \[Processing, Checking\]/);
    assert.match(text, /name: Checking\n {4}description: Looks whether all is well\.\n {4}inputs:/);
    assert.match(await read('src/workers/checking/worker.ts'), /phase: 'Finished'/);
    assert.match(text, /outputs:\n {6}- services\n {4}patches:\n {6}- deployments\n {4}next:/);
    assert.match(await read('README.md'), /\| Checking +\|.*\| pods, deployments \| services +\| deployments \|/);
    await check(folder);
    const { code, stdout } = await runTests(folder);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /4 passing/);
  });

  it('are asked about in this order, with lists searched until nothing is chosen', async () => {
    const asked = await generate(folder, 'phase', {
      answers: {
        name: 'Checking',
        description: '',
        inputs: 'pods',
        inputs2: 'services',
        inputs3: '',
        outputs: '',
        patches: 'nodes',
        patches2: '',
        from: 'Processing',
        from2: '',
        next: '',
      },
    });
    assert.deepEqual(
      asked.map(({ question }) => question),
      [
        'name',
        'description',
        'final',
        'inputs',
        'inputs2',
        'inputs3',
        'outputs',
        'patches',
        'patches2',
        'from',
        'from2',
        'next',
      ],
    );
    assert.match(await read('src/workers/checking/io.ts'), /readonly pods:[^]*readonly services:[^]*readonly nodes\?:/);
  });

  it('may be final, and then have no worker', async () => {
    await generate(folder, 'phase', { args: ['Failed'], options: { yes: true, final: true } });
    assert.match(await read('src/operator.ts'), /Failed: \{\s+final: true,\s+\}/);
    assert.equal(
      visible(await tree(folder)).some((path) => path.includes('failed')),
      false,
    );
  });

  it('that go leave what is yours, named, and take what is the tool’s', async () => {
    await appendFile(join(folder, 'src/workers/processing/worker.ts'), '// mine\n');
    await change('autopilot.yaml', (text) =>
      text.replace(/ {2}- name: Processing[^]*?(?= {2}- name: Finished)/, '').replace('[Processing]', '[Finished]'),
    );
    const { code, stderr } = await ap(folder, 'generate', '--skip-install');
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      /yours to keep or delete \(.*\):\n {2}src\/workers\/processing\/worker.ts\n {2}test\/processing.test.ts/,
    );
    const files = await tree(folder);
    assert.ok(files.has('src/workers/processing/worker.ts'));
    assert.ok(files.has('test/processing.test.ts'));
    assert.ok(!files.has('src/workers/processing/io.ts'));
  });

  it('that go take an edited file of the tool’s only where that is answered', async () => {
    const io = 'src/workers/processing/io.ts';
    await appendFile(join(folder, io), '// edited\n');
    await change('autopilot.yaml', (text) =>
      text.replace(/ {2}- name: Processing[^]*?(?= {2}- name: Finished)/, '').replace('[Processing]', '[Finished]'),
    );
    const before = await tree(folder);
    await assert.rejects(generate(folder, 'app'), /src\/workers\/processing\/io\.ts.*ERR_AP_EDITED/);
    assert.deepEqual(differences(before, await tree(folder)), []);

    await generate(folder, 'app', { answers: { action: 'skip' } });
    assert.ok((await tree(folder)).has(io));
    assert.deepEqual(await generate(folder, 'app', { answers: {} }), [], 'it is the user’s from now on');
  });

  it('that come back find their worker as it was left', async () => {
    await appendFile(join(folder, 'src/workers/processing/worker.ts'), '// mine\n');
    const text = await read('autopilot.yaml');
    await change('autopilot.yaml', (yaml) =>
      yaml.replace(/ {2}- name: Processing[^]*?(?= {2}- name: Finished)/, '').replace('[Processing]', '[Finished]'),
    );
    await generate(folder, 'app');
    await writeFile(join(folder, 'autopilot.yaml'), text);
    await generate(folder, 'app');
    assert.match(await read('src/workers/processing/worker.ts'), /mine/);
    await check(folder);
  });

  it('keep comments and the order of autopilot.yaml', async () => {
    await change('autopilot.yaml', (text) => text.replace('phases:', 'phases: # in this order'));
    const before = await read('autopilot.yaml');
    await generate(folder, 'phase', { args: ['Checking'], options: { yes: true, from: 'Processing' } });
    const after = (await read('autopilot.yaml')).split('\n');
    const changed = before.split('\n').filter((line) => !after.includes(line));
    assert.deepEqual(changed, ['    next: [Finished]']);
  });

  it('are not added to an autopilot.yaml that was saved while somebody answered', async () => {
    const meanwhile = () => appendFileSync(join(folder, 'autopilot.yaml'), '# saved meanwhile\n');
    const answers = { name: 'Checking', description: '', inputs: '', outputs: '', patches: '', from: '', next: '' };
    await assert.rejects(
      generate(folder, 'phase', { answers, meanwhile }),
      /autopilot\.yaml.*ERR_AP_CHANGED_MEANWHILE/,
    );
    assert.doesNotMatch(await read('autopilot.yaml'), /Checking/);
  });
});
