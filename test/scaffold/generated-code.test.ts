import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BUILTIN_RESOURCES } from '../../project/catalogue/catalogue.ts';
import { codeFiles } from '../../project/code/code.ts';
import { AUTOROUTE, projectFixture } from '../../project/code/project.fixture.ts';
import type { RenderedFile } from '../../project/code/rendered-file.ts';
import type { Project, ResourceParameter } from '../../project/model.ts';
import { COMPILING, node, openFolder, removeFolder, ROOT } from './workbench.ts';

const SETTINGS = { packageManager: 'npm', runtime: '*', devcluster: '*' } as const;

const own = (name: string, rest: Partial<ResourceParameter>): ResourceParameter => ({
  type: 'resource',
  name: name.toLowerCase(),
  key: name,
  group: 'example.com',
  version: 'v1',
  kind: `${name.charAt(0).toUpperCase()}${name.slice(1, -1)}`,
  plural: name.toLowerCase(),
  namespaced: true,
  ...rest,
});

/** Each kind that is built in. */
const KINDS = BUILTIN_RESOURCES.map(({ name }) => name);

const CASES: Readonly<Record<string, Project>> = {
  autoroute: AUTOROUTE,
  original: projectFixture({
    Initializing: { initial: true, outputs: ['virtualservices'] },
    Processing: { inputs: ['metrics'], outputs: ['virtualservices'] },
    Finished: { final: true },
  }),
  alone: projectFixture({ Working: { initial: true, description: 'Ends a comment: */ and `quotes` ${it}.' } }),
  finalizer: projectFixture({ A: { initial: true } }, { enableFinalizer: true, scope: 'Cluster', kind: 'HTTPRoute' }),
  // Names that are words of the language, or taken by what generated modules import.
  words: projectFixture(
    { Delete: { initial: true, inputs: ['services'], outputs: ['jobs'] }, Jobs: { outputs: ['services'] }, Worker: {} },
    { kind: 'Class', enableFinalizer: true },
  ),
  runtimeNames: projectFixture({ Desired: { initial: true, inputs: ['pods'], outputs: ['pods'] } }, { kind: 'Worker' }),
  harnessNames: projectFixture({ Live: { initial: true } }, { kind: 'Cluster' }),
  stubNames: projectFixture({ Syncing: { initial: true, inputs: ['pods'] } }, { kind: 'Until', enableFinalizer: true }),
  catalogue: projectFixture(
    { Reading: { initial: true, inputs: KINDS }, Writing: { outputs: KINDS } },
    { kind: 'Everything', scope: 'Cluster' },
  ),
  custom: projectFixture(
    { Reading: { initial: true, inputs: ['widgets', 'gadgets'], outputs: ['widgets', 'gadgets'], interval: '1m30s' } },
    {
      customParameters: [own('widgets', {}), own('gadgets', { types: { module: './src/gadget.ts', name: 'Gadget' } })],
    },
  ),
  patches: projectFixture(
    {
      Patching: {
        initial: true,
        inputs: ['deployments'],
        patches: ['deployments', 'nodes', 'widgets', { name: 'services', force: true }],
      },
    },
    { customParameters: [own('widgets', {})] },
  ),
  patchesEverywhere: projectFixture(
    { Patching: { initial: true, patches: ['deployments', 'nodes'] } },
    { kind: 'Patch', scope: 'Cluster' },
  ),
  bounded: withBounds(
    projectFixture(
      {
        Reading: {
          initial: true,
          inputs: ['deployments', 'secrets'],
          outputs: ['configmaps', 'namespaces'],
          ready: false,
          adopt: true,
        },
      },
      { enableFinalizer: true, transitions: 3 },
    ),
  ),
};

function withBounds(project: Project): Project {
  const selector = {
    matchLabels: { app: "it's", 'example.com/tier': 'a' },
    matchExpressions: [{ key: 'x', operator: 'Exists' }],
  };
  const phases = project.phases.map((phase) => {
    const [deployments, secrets] = phase.inputs;
    assert.ok(deployments && secrets);
    const inputs = [
      { ...deployments, selector, namespace: 'any' as const },
      { ...secrets, metadataOnly: true },
    ];
    const outputs = phase.outputs.map((output) => ({ ...output, namespace: 'any' as const }));
    return Object.assign({}, phase, { inputs, outputs, onSpecChange: 'Reading', renamedFrom: ['Looking'] });
  });
  const [finalizer = project.finalizer] = phases;
  return { ...project, phases, finalizer };
}

/** The commented example of a stub as code, as its user would start with it. */
function uncommented({ path, contents }: RenderedFile): string {
  if (!path.endsWith('/worker.ts')) return contents;
  const prose = /^ *\/\/ (?:`|.*(?:returned|AutoRoute\.|Stays))/;
  return contents
    .split('\n')
    .flatMap((line) => (prose.test(line) || /^ *\/\/ [A-Z]/.test(line) ? [] : [line.replace(/^( *)\/\/ ?/, '$1')]))
    .join('\n');
}

describe('Generated code', function () {
  // Compiler and linter on sixteen projects, and on the packages' sources.
  this.timeout(90_000);

  let folder: string;
  before(async () => {
    folder = await openFolder();
  });
  after(() => removeFolder(folder));

  async function write(name: string, files: readonly { path: string; contents: string }[]): Promise<void> {
    for (const { path, contents } of files) {
      const file = join(folder, name, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, contents);
    }
  }

  async function run(program: string, ...args: readonly string[]): Promise<void> {
    const { code, stdout, stderr } = await node(folder, [join(ROOT, 'node_modules', program), ...args], COMPILING);
    assert.equal(code, 0, `${stdout}${stderr}`);
  }

  it('compiles, has no findings of the linter and is formatted, whatever the project', async () => {
    for (const [name, project] of Object.entries(CASES)) {
      const files = await codeFiles(project, SETTINGS);
      await write(name, files);
      // Some kinds need more than a name: the compiler says what, once their example is a start.
      if (name === 'catalogue') continue;
      await write(
        `${name}-started`,
        files.map((file) => ({ path: file.path, contents: uncommented(file) })),
      );
    }
    const gadget = `import type { KubernetesObject } from 'autopilot-runtime';\nexport interface Gadget extends KubernetesObject {\n  spec?: { size: number };\n}\n`;
    await write('custom', [{ path: 'src/gadget.ts', contents: gadget }]);
    await write('custom-started', [{ path: 'src/gadget.ts', contents: gadget }]);
    const config = (await codeFiles(AUTOROUTE, SETTINGS)).find(({ path }) => path === 'tsconfig.json');
    assert.ok(config);
    const contents = config.contents.replace('["src", "test"]', '["*/src", "*/test"]');
    assert.notEqual(contents, config.contents);
    await write('.', [{ path: 'tsconfig.json', contents }]);

    await run('typescript/bin/tsc');
    await run(
      'oxlint/bin/oxlint',
      '--type-aware',
      '--deny-warnings',
      '-c',
      'autoroute/.oxlintrc.json',
      ...Object.keys(CASES),
    );
    await run('prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', ...Object.keys(CASES));
  });

  it('is the same for the same project', async () => {
    assert.deepEqual(await codeFiles(AUTOROUTE, SETTINGS), await codeFiles(AUTOROUTE, SETTINGS));
  });

  it('has no operator before there is a phase', async () => {
    const files = await codeFiles(projectFixture({}), SETTINGS);
    const sources = files.filter(({ path }) => path.startsWith('src/') || path.startsWith('test/'));
    assert.deepEqual(
      sources.map(({ path }) => path),
      ['src/api/autoroutes/v1/spec.ts', 'src/api/autoroutes/v1/types.ts', 'test/example.ts', 'test/api/spec.test.ts'],
    );
  });

  it('asks npm only for the types of the kinds that are used', async () => {
    const packages = async (project: Project) => {
      const file = (await codeFiles(project, SETTINGS)).find(({ path }) => path === 'package.json');
      return file?.contents ?? '';
    };
    assert.match(await packages(AUTOROUTE), /"@kubernetes-models\/istio"/);
    const alone = await packages(projectFixture({ A: { initial: true } }));
    assert.doesNotMatch(alone, /kubernetes-models/);
  });
});
