import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { TestAdapter } from '@yeoman/adapter/testing';
import { createEnv } from 'yeoman-environment';
import { AP, ROOT, ap, differences, generate, node, openFolder, removeFolder, scaffold, tree } from './workbench.ts';

/** Prints what was imported from below node_modules, so that a test sees what a command loads. */
const IMPORTS = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({
    load(url, context, next) {
      if (url.includes('/node_modules/')) process.stderr.write('LOADED ' + url + '\\n');
      return next(url, context);
    },
  });
`)}`;

const LINKED = ['--runtime', '*', '--devcluster', '*', '--skip-install'];

describe('The ap command', function () {
  this.timeout(60_000);

  let folder: string;
  beforeEach(async () => {
    folder = await openFolder();
  });
  afterEach(() => removeFolder(folder));

  it('writes the same tree as the generators under yo', async () => {
    const other = await openFolder();
    try {
      const init = await ap(
        folder,
        'init',
        '.',
        '--kind',
        'Route',
        '--mesh',
        'istio',
        '--finalizer',
        '--yes',
        ...LINKED,
      );
      assert.equal(init.code, 0, init.stderr);
      await generate(other, 'app', {
        args: ['.'],
        options: { yes: true, kind: 'Route', mesh: 'istio', finalizer: true },
      });
      assert.deepEqual(differences(await tree(other), await tree(folder)), []);

      const words = ['Checking', '--inputs', 'pods,services', '--from', 'Initializing', '--yes', '--skip-install'];
      const phase = await ap(folder, 'phase', ...words);
      assert.equal(phase.code, 0, phase.stderr);
      await generate(other, 'phase', {
        args: ['Checking'],
        options: { yes: true, inputs: 'pods,services', from: 'Initializing' },
      });
      assert.deepEqual(differences(await tree(other), await tree(folder)), []);

      const deploy = await ap(folder, 'deploy-manifests', '--namespace', 'routing', '--log-level=Debug', '--yes');
      assert.equal(deploy.code, 0, deploy.stderr);
      await generate(other, 'deploy-manifests', {
        options: { yes: true, targetNamespace: 'routing', logLevel: 'Debug' },
      });
      assert.deepEqual(differences(await tree(other), await tree(folder)), []);
    } finally {
      await removeFolder(other);
    }
  });

  it('says what is next', async () => {
    const { stderr } = await ap(folder, 'init', 'route', '--yes', ...LINKED);
    assert.match(stderr, /cd route\n {2}npm install\n {2}npm run dev/);
  });

  it('says so too where only the YAML files were there, and not to those who have the rest', async () => {
    const phases = 'phases: [{ name: Working, initial: true }]';
    await writeFile(
      join(folder, 'autopilot.yaml'),
      `kind: Route\napiVersion: x.io/v1\noperatorName: route\n${phases}\n`,
    );
    const first = await ap(folder, 'init', '.', '--yes', ...LINKED);
    assert.match(first.stderr, /route is ready\. Next:\n\n {2}npm install\n {2}npm run dev/);
    const again = await ap(folder, 'init', '.', '--yes', ...LINKED);
    assert.doesNotMatch(again.stderr, /Next/);
  });

  it('names the packages of types that package.json lacks, until it has them', async () => {
    const parameter = (kind: string, types: string) =>
      `  - { lowerName: ${kind.toLowerCase()}s, singleName: ${kind}, apiGroup: foo.io, version: v1, types: '${types}' }`;
    const lines = [
      'kind: Route',
      'apiVersion: x.io/v1',
      'operatorName: route',
      'phases: [{ name: Working, initial: true, inputs: [foos, bars, bazs, quxs] }]',
      'customParameters:',
      parameter('Foo', 'some-types/foo.io/v1#Foo'),
      parameter('Bar', '@some/types/v1#Bar'),
      parameter('Baz', './src/baz.ts#Baz'),
      parameter('Qux', '@kubernetes-models/istio/x/v1#Qux'),
    ];
    await writeFile(join(folder, 'autopilot.yaml'), `${lines.join('\n')}\n`);
    const first = await ap(folder, 'init', '.', '--yes', ...LINKED);
    assert.match(first.stderr, /package\.json does not have.*\n\n {2}npm install --save-dev @some\/types some-types\n/);
    const file = join(folder, 'package.json');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('"mocha":', '"some-types": "*",\n    "@some/types": "*",\n    "mocha":'));
    const again = await ap(folder, 'generate');
    assert.equal(again.code, 0, again.stderr);
    assert.doesNotMatch(again.stderr, /does not have/);
  });

  it('ends with 1 and the reason where something failed, and writes nothing', async () => {
    const { code, stdout, stderr } = await ap(folder, 'init', '--kind', 'route', '--yes', ...LINKED);
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /^--kind: `route` is not a kind's name.*\(ERR_AP_KIND\)\n$/);
    assert.deepEqual([...(await tree(folder)).keys()], []);
  });

  it('tells plainly that packages could not be installed', async () => {
    // What is left to be installed is remembered beside the packages, which all other projects here share.
    await rm(join(folder, 'node_modules'));
    const words = ['init', '.', '--package-manager', 'pnpm', '--yes', '--runtime', '*', '--devcluster', '*'];
    const { code, stderr } = await node(folder, [...AP, ...words], { PATH: folder });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /The files are written, but `pnpm install` failed: pnpm is not installed\..*ERR_AP_INSTALL_FAILED/,
    );
    assert.ok((await tree(folder)).has('autopilot.yaml'));
  });

  it('takes flags as people write them', async () => {
    const words = [
      'init',
      '--yes',
      '.',
      '--finalizer=false',
      '--install',
      'false',
      '--runtime',
      '*',
      '--devcluster',
      '*',
    ];
    const { code, stderr } = await ap(folder, ...words);
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(await readFile(join(folder, 'autopilot.yaml'), 'utf8'), /enableFinalizer/);
  });

  it('refuses commands and options that there are not', async () => {
    for (const words of [['initt'], ['init', '--knd', 'X'], ['validate', '--yes']]) {
      const { code, stderr } = await ap(folder, ...words);
      assert.equal(code, 2);
      assert.match(stderr, /unknown (command|option)/);
    }
    assert.deepEqual([...(await tree(folder)).keys()], []);
  });

  it('does not fail where nobody reads what it prints', async () => {
    const child = spawn(process.execPath, [...AP, 'init', '--help'], {
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    const [[code], stderr] = await Promise.all([once(child, 'exit') as Promise<[number]>, text(child.stderr)]);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  });

  it('has help with examples for each command', async () => {
    const commands = [
      'init',
      'phase',
      'generate',
      'deploy-manifests',
      'validate',
      'dev',
      'deploy',
      'undeploy',
      'diff',
      'doctor',
    ];
    for (const command of commands) {
      const { code, stdout } = await ap(folder, command, '--help');
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`Examples:\\n {2}\\$ ap ${command}`));
    }
    const help = (await ap(folder, 'init', '--help')).stdout;
    assert.match(help, /--mesh <value> +Service mesh: none \(default\), istio, gateway-api\n/);
    assert.match(help, /--version <version> +API version \(default: v1\)\n/);
    for (const option of ['--dry-run', '--check', '--show-yours', '--force'])
      assert.match(help, new RegExp(`  ${option} +\\w`));
    const { stdout } = await ap(folder, '--help');
    assert.match(stdout, /deploy-manifests/);
    assert.equal((await ap(folder, '--version')).stdout, '0.1.0\n');
  });

  it('imports Yeoman for nothing that does not generate', async () => {
    await scaffold(folder);
    const command = (...words: readonly string[]) => node(folder, ['--import', IMPORTS, ...AP, ...words]);
    for (const words of [
      ['validate'],
      ['--help'],
      ['--version'],
      ['init', '--help'],
      ['phase', '--help'],
      ['dev', '--help'],
    ]) {
      const { stderr } = await command(...words);
      assert.match(stderr, /LOADED .*commander/, 'the hook sees imports');
      assert.doesNotMatch(stderr, /LOADED .*(yeoman|inquirer|mem-fs|prettier)/, words.join(' '));
    }
    const { stderr } = await command('generate');
    assert.match(stderr, /LOADED .*yeoman-environment/, 'a command that generates does');
  });

  describe('validate', () => {
    beforeEach(() => scaffold(folder));

    it('is content with a new project, from any folder of it', async () => {
      const { code, stdout } = await ap(join(folder, 'src'), 'validate');
      assert.equal(code, 0);
      assert.match(stdout, /Example \(examples\.io\/v1\), phases Initializing, Processing, Finished/);
      assert.equal((await ap(ROOT, 'validate', folder)).code, 0);
    });

    it('tells all that is wrong with the YAML files, and where', async () => {
      await appendFile(join(folder, 'autopilot.yaml'), 'kindd: X\n');
      await writeFile(join(folder, 'autopilot-operator.yaml'), 'logLevel: Loud\n');
      const { code, stderr } = await ap(folder, 'validate');
      assert.equal(code, 1);
      assert.match(stderr, /^autopilot\.yaml:\d+:1 kindd: .*\nautopilot-operator\.yaml:1:11 logLevel: .*\n$/);
    });

    it('tells what is wrong with the API', async () => {
      await appendFile(join(folder, 'src/api/examples/v1/spec.ts'), 'throw new Error("not today");\n');
      const { code, stderr } = await ap(folder, 'validate');
      assert.equal(code, 1);
      assert.match(stderr, /^src\/api\/examples\/v1\/spec\.ts:\d+:7: The schemas cannot be evaluated: not today\./);
    });

    it('is content with the YAML files alone, and says what is not written yet', async () => {
      await rm(join(folder, 'src'), { recursive: true });
      const { code, stdout, stderr } = await ap(folder, 'validate');
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(stdout, /Finished\. src\/api\/examples\/v1\/spec\.ts is not there yet: ap generate writes it\.\n$/);
    });

    it('says where there is no project', async () => {
      await rm(join(folder, 'autopilot.yaml'));
      const { code, stderr } = await ap(folder, 'validate');
      assert.equal(code, 1);
      assert.match(stderr, /ERR_AP_PROJECT_MISSING/);
    });
  });

  describe('dev', () => {
    it('runs the loop that the project has installed, with its exit code', async () => {
      const project = join(folder, 'project');
      const installed = join(project, 'node_modules/autopilot-devcluster');
      await mkdir(installed, { recursive: true });
      await writeFile(join(project, 'autopilot.yaml'), '');
      await writeFile(
        join(installed, 'package.json'),
        JSON.stringify({ name: 'autopilot-devcluster', version: '1.0.0', bin: { 'autopilot-devcluster': 'bin.js' } }),
      );
      await writeFile(join(installed, 'bin.js'), 'console.log(process.argv.slice(2), process.cwd()); process.exit(7);');
      const { code, stdout } = await ap(project, 'dev', '--port', '1234');
      assert.equal(code, 7);
      assert.equal(stdout, `[ 'dev', '--port', '1234' ] ${project}\n`);
    });

    it('says where it is not installed', async () => {
      const project = join(folder, 'node_modules/../empty');
      await mkdir(project);
      await writeFile(join(project, 'autopilot.yaml'), '');
      await rm(join(folder, 'node_modules'));
      const { code, stderr } = await ap(project, 'dev');
      assert.equal(code, 1);
      assert.match(stderr, /autopilot-devcluster is not installed in .*ERR_AP_NOT_INSTALLED/);
    });
  });
});

describe('Two generators in one environment', () => {
  it('do one after the other, as `yo a, b` runs them', async () => {
    const folder = await openFolder();
    try {
      const environment = createEnv({ cwd: folder, adapter: new TestAdapter() });
      for (const name of ['app', 'phase']) {
        environment.register(join(ROOT, 'generators', name, 'index.ts'), {
          namespace: `autopilot:${name}`,
          packagePath: ROOT,
        });
      }
      const options = { yes: true, skipInstall: true, runtime: '*', devcluster: '*' };
      await environment.run(['autopilot:app'], options);
      await environment.run(['autopilot:phase', 'Checking'], options);
      assert.match(await readFile(join(folder, 'src/operator.ts'), 'utf8'), /Checking/);
    } finally {
      await removeFolder(folder);
    }
  });
});
