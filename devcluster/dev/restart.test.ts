import assert from 'node:assert/strict';
import { DevProjectFolder, OPERATOR } from './dev-project.fixture.test.ts';
import type { DevSession } from './dev.ts';
import type { Printed } from './dev-project.fixture.test.ts';

const WORKER = 'src/workers/first/worker.ts';

describe('The dev loop, when something is saved', () => {
  let project: DevProjectFolder;
  let session: DevSession;
  let printed: Printed;

  before(async () => {
    project = await DevProjectFolder.open();
    await project.write(WORKER, '');
    ({ session, printed } = await project.start());
    await session.ready;
  });
  after(() => project.close());

  it('starts the operator again, on the same cluster, and says how long that took', async () => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kept' } };
    await session.cluster?.create(map);
    const from = printed.lines.length;
    await project.save('2');
    assert.match(await printed.until('saved', from), /operator {4}src\/main\.ts saved: starts again$/);
    await printed.until('generation 2', from);
    assert.match(await printed.until('watches', from), /watches things \(0 there\), ready after \d+\.\d\d s$/);
    assert.ok(await session.cluster?.find({ apiVersion: 'v1', kind: 'ConfigMap', name: 'kept' }));
  });

  it('notices a file that an editor has replaced, and then changed in place; and one in a new folder', async () => {
    for (const write of [project.replace.bind(project), project.write.bind(project)]) {
      const from = printed.lines.length;
      await write(WORKER, `// ${from}\n`);
      await printed.until(`${WORKER} saved`, from);
      await printed.until('watches', from);
    }
    const from = printed.lines.length;
    await project.write('src/workers/second/worker.ts', '');
    await printed.until('src/workers/second/worker.ts saved', from);
    await printed.until('watches', from);
  });

  it('starts it again when its configuration is saved, too', async () => {
    const from = printed.lines.length;
    await project.write('autopilot-operator.yaml', 'logLevel: Debug\n');
    await printed.until('autopilot-operator.yaml saved', from);
    await printed.until('watches', from);
  });

  it('shows a syntax error with its place and without what Node adds, and recovers at the next save', async () => {
    const from = printed.lines.length;
    await project.save('))');
    assert.match(await printed.until('ended with exit code 1', from), /; the next save starts it again$/);
    const shown = printed.lines.slice(from).join('\n');
    assert.match(shown, /operator {4}src\/main\.ts:\d+\n/);
    assert.match(shown, /SyntaxError/);
    assert.doesNotMatch(shown, /node:internal|Node\.js v|^\s+at /m);
    await project.save('3');
    await printed.until('generation 3', from);
    await printed.until('watches', from);
  });

  it('shows an import that fails, and which package is not installed', async () => {
    const from = printed.lines.length;
    await project.write(WORKER, "import 'not-there';\n");
    await project.write('src/main.ts', `import './workers/first/worker.ts';\n${OPERATOR.replace('GENERATION', '4')}`);
    await printed.until('The package not-there is not installed: npm install', from);
    await printed.until('ended with exit code 1', from);
    assert.match(
      await printed.until('ERR_MODULE_NOT_FOUND', from),
      /Cannot find package 'not-there' imported from src\/workers\/first\/worker\.ts/,
    );
    await project.write(WORKER, '');
    await printed.until('generation 4', from);
  });

  it('shows where the project’s own code threw', async () => {
    const from = printed.lines.length;
    await project.write(WORKER, "const run = () => {\n  throw new Error('boom');\n};\nrun();\n");
    await printed.until('Error: boom', from);
    await printed.until(/^ +at run \(src\/workers\/first\/worker\.ts:2:9\)$/, from);
    await project.write(WORKER, '');
    await printed.until('watches', from);
  });

  it('kills an operator that does not end when it is told to', async () => {
    const stubborn = "process.on('SIGTERM', () => undefined);\n";
    let from = printed.lines.length;
    await project.write(
      'src/main.ts',
      OPERATOR.replace('GENERATION', '5').replace(/process\.on\('SIGTERM'.*\n/, stubborn),
    );
    await printed.until('generation 5', from);
    await printed.until('watches', from);
    from = printed.lines.length;
    await project.save('6');
    await printed.until('generation 6', from);
    await printed.until('watches', from);
  });

  it('says that autopilot.yaml asks for a generation, what is wrong with it, and when nothing is due any more', async () => {
    const text = 'apiVersion: examples.io/v1\nkind: Thing\nphases:\n  - name: First\n';
    const from = printed.lines.length;
    await project.write('autopilot.yaml', `${text}  - name: Second\n`);
    assert.match(await printed.until('autopilot.yaml changed', from), /`ap generate` \(or `yo autopilot`\) is due/);
    await project.write('autopilot.yaml', 'kind: [\n');
    assert.match(await printed.until('is no YAML', from), /autopilot\.yaml/);
    await project.write('autopilot.yaml', text);
    await printed.until('autopilot.yaml is as it was: nothing is due', from);
    assert.ok(!printed.lines.slice(from).some((line) => line.includes('starts again')));

    await project.write('autopilot.yaml', `${text}  - name: Third\n`);
    await printed.until('autopilot.yaml changed', from);
    await project.write('src/operator.ts', '// Generated.\n');
    await printed.until('src/operator.ts saved', from);
    await project.write('autopilot.yaml', text);
    const since = printed.lines.length;
    await printed.until('autopilot.yaml changed', since);
  });

  it('installs the kinds in crds/ again', async () => {
    const crd = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'others.vendor.io' },
      spec: {
        group: 'vendor.io',
        scope: 'Namespaced',
        names: { kind: 'Other', plural: 'others' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    };
    const from = printed.lines.length;
    await project.write('crds/others.yaml', 'kind: List\n');
    await printed.until('others.yaml holds something else', from);
    await project.write('crds/others.yaml', JSON.stringify(crd));
    await printed.until('crds/others.yaml installed', from);
    const other = { apiVersion: 'vendor.io/v1', kind: 'Other', metadata: { name: 'x', namespace: 'default' } };
    assert.equal((await session.cluster?.create(other))?.kind, 'Other');
  });
});
