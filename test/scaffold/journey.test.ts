import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { check, generate, openFolder, removeFolder, runTests, scaffold, tree } from './workbench.ts';

describe('A user’s first hour', function () {
  this.timeout(90_000);

  let folder: string;
  before(async () => {
    folder = await openFolder();
    await scaffold(folder, { kind: 'Greeting' });
  });
  after(() => removeFolder(folder));

  const path = (name: string) => join(folder, name);
  const worker = 'src/workers/processing/worker.ts';

  it('adds two phases, and all is well after each', async () => {
    await generate(folder, 'phase', {
      args: ['Checking'],
      options: { yes: true, inputs: 'configmaps', from: 'Processing', next: 'Finished' },
    });
    await check(folder);
    await generate(folder, 'phase', { args: ['Failed'], options: { yes: true, final: true, from: 'Checking' } });
    await check(folder);
    const { code, stdout } = await runTests(folder);
    assert.equal(code, 0, stdout);
  });

  it('writes a worker that makes something and reports it: it compiles, and the tests still pass', async () => {
    await writeFile(
      path(worker),
      `import type { ProcessingWorker } from './io.ts';

/** Writes the message where everybody can read it. */
export const worker: ProcessingWorker = async ({ greeting }) => {
  const { name } = greeting.metadata;
  return {
    phase: 'Checking',
    outputs: { configMaps: [{ metadata: { name }, data: { message: greeting.spec.message } }] },
    status: { lastMessage: greeting.spec.message },
  };
};
`,
    );
    await check(folder);
    const { code, stdout } = await runTests(folder);
    assert.equal(code, 0, stdout);
  });

  it('tests what the worker makes, with what the project gives for that', async () => {
    await writeFile(
      path('test/processing.test.ts'),
      `import assert from 'node:assert/strict';
import { failure, runFrom } from './harness.ts';

describe('Processing', () => {
  it('writes the message', async () => {
    await runFrom('Processing', async ({ cluster, settled }) => {
      const greeting = await settled();

      assert.equal(failure(greeting), undefined);
      assert.equal(greeting.status?.lastMessage, 'Hello');
      const { name } = greeting.metadata;
      const made = await cluster.get({ apiVersion: 'v1', kind: 'ConfigMap', name });
      assert.deepEqual(made['data'], { message: 'Hello' });
    });
  });
});
`,
    );
    await check(folder);
    const { code, stdout } = await runTests(folder);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /writes the message/);
  });

  it('generates again, and nothing of this changes', async () => {
    const before = await tree(folder);
    await generate(folder, 'app');
    assert.deepEqual(await tree(folder), before);
  });

  it('changes the API, and gets another CRD and example, with the old tests or the compiler saying what lacks', async () => {
    const spec = 'src/api/greetings/v1/spec.ts';
    const text = await readFile(path(spec), 'utf8');
    await writeFile(path(spec), text.replace('message: z', 'times: z.number().int().min(1),\n  message: z'));
    await generate(folder, 'app');
    assert.match(await readFile(path('deploy/base/crd.yaml'), 'utf8'), /times:/);
    assert.match(await readFile(path('deploy/greeting_example.yaml'), 'utf8'), /times: 1/);
    await assert.rejects(check(folder), /test\/example\.ts.*times/s);
    await writeFile(path(spec), text);
    await generate(folder, 'app');
    await check(folder);
  });

  it('breaks the worker, and the tests say why', async () => {
    const text = await readFile(path(worker), 'utf8');
    await writeFile(
      path(worker),
      text.replace('  return {', "  if (name) throw new Error('out of words');\n  return {"),
    );
    const { code, stdout } = await runTests(folder);
    assert.notEqual(code, 0);
    assert.match(stdout, /out of words/);
  });
});
