import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster, type Cluster } from 'autopilot-devcluster';
import { load } from 'js-yaml';
import { scrape, tokenOf } from '../operator/scrape.ts';
import { node, openFolder, removeFolder, scaffold, type Finished } from './workbench.ts';

const THROWS = "if (example.spec.message === 'explode') throw new TypeError('exploded');";

/** An SDK of OpenTelemetry, as far as the operator sees one: says what spans are begun. */
const TELEMETRY = `import { INVALID_SPAN_CONTEXT, trace } from '@opentelemetry/api';
const span = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
const begun = (name) => (console.log('span ' + name), span);
const tracer = { startSpan: begun, startActiveSpan: (name, ...rest) => rest.at(-1)(begun(name)) };
trace.setGlobalTracerProvider({ getTracer: () => tracer });
`;

/** What a Dockerfile gives to an instruction as a list. */
function words(dockerfile: string, instruction: 'RUN' | 'ENTRYPOINT'): string[] {
  const list = new RegExp(`^${instruction} (\\[.*\\])$`, 'm').exec(dockerfile)?.[1] ?? assert.fail(instruction);
  const [program, ...args] = JSON.parse(list) as string[];
  assert.equal(program, 'node');
  return args;
}

/** A package of which most would be longer as escapes, and some another thing. */
const ODD = 'src/node_modules/odd';
const TEXTS = String.raw`
const ключ = 'é…–\…';
const raw = ({ raw }, value) => raw.join(value);
globalThis.odd = [
  ключ, '…\u2026', "😀’", ${'`→${1 + 1}→\\…`'}, raw${'`…\n${"–"}…`'}, { 'имя': 1 },
  [/^[…–]\…$/.test('–…'), /^\…$/.test('\…'), /^[😀-😃]$/u.test('😁'), /^[^…]$/.test('…')],
];
`;

describe('What `npm run build` makes of a project', function () {
  // Compiles the packages first, as the first test of these that runs.
  this.timeout(180_000);

  let project: string;
  /** A folder that has what the image has, and nothing else. */
  let image: string;
  let dockerfile: string;
  let cluster: Cluster | undefined;
  let child: ChildProcess | undefined;
  let line: number;

  before(async () => {
    project = await openFolder();
    image = await realpath(await mkdtemp(join(tmpdir(), 'autopilot-image-')));
    await scaffold(project);
    await edit('src/workers/initializing/worker.ts', (text) => {
      const edited = text.replace(/(=> \{\n)/, `$1  ${THROWS}\n`);
      line = edited.split('\n').findIndex((each) => each.includes(THROWS)) + 1;
      return edited;
    });
    await writeFile(join(project, 'src/telemetry.mjs'), TELEMETRY);
    await mkdir(join(project, ODD), { recursive: true });
    await writeFile(join(project, ODD, 'package.json'), '{"name": "odd", "version": "1.0.0", "license": "MIT"}');
    await writeFile(join(project, ODD, 'index.js'), TEXTS);
    await edit('src/main.ts', (text) => `import './telemetry.mjs';\nimport 'odd';\n${text}`);
    await edit('package.json', (text) => text.replace('"dependencies": {', '$&"@opentelemetry/api": "*",'));
    const { code, stdout, stderr } = await node(project, ['scripts/build.mjs']);
    assert.equal(code, 0, stdout + stderr);
    assert.equal(stdout + stderr, '');
    dockerfile = await readFile(join(project, 'Dockerfile'), 'utf8');
    await cp(join(project, 'dist'), join(image, 'dist'), { recursive: true });
    cluster = await startCluster({ crds: [] });
    const crd = load(await readFile(join(project, 'deploy/base/crd.yaml'), 'utf8'));
    assert.ok(typeof crd === 'object' && crd !== null);
    await cluster.installCrd(crd);
    await cluster.writeKubeconfig(join(image, 'kubeconfig'));
  });
  afterEach(async () => {
    if (child?.exitCode === null && child.signalCode === null) {
      // It gives its lease back: the next one need not wait until it has expired.
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  });
  after(async () => {
    await cluster?.stop();
    await removeFolder(project);
    await rm(image, { recursive: true });
  });

  const edit = async (path: string, change: (text: string) => string): Promise<void> => {
    const file = join(project, path);
    await writeFile(file, change(await readFile(file, 'utf8')));
  };

  const env = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
    PATH: process.env['PATH'],
    KUBECONFIG: join(image, 'kubeconfig'),
    AUTOPILOT_HEALTH_ADDR: '127.0.0.1:0',
    AUTOPILOT_METRICS_ADDR: '127.0.0.1:0',
    ...more,
  });

  /** Starts the operator as its image does. `logged` resolves with the first line of its log that has these words. */
  const start = (more?: NodeJS.ProcessEnv) => {
    const started = spawn(process.execPath, words(dockerfile, 'ENTRYPOINT'), { cwd: image, env: env(more) });
    child = started;
    let output = '';
    const listeners = new Set<() => void>();
    for (const stream of [started.stdout, started.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
        for (const listener of listeners) listener();
      });
    }
    const logged = (wanted: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = output
            .split('\n')
            .slice(0, -1)
            .find((each) => each.includes(wanted));
          if (found !== undefined) resolve(found);
        };
        listeners.add(look);
        look();
        started.once('close', (code) => reject(new Error(`it ended with ${code}:\n${output}`)));
      });
    return { started, logged };
  };

  const example = (name: string, message: string) =>
    cluster?.create({
      apiVersion: 'examples.io/v1',
      kind: 'Example',
      metadata: { name, namespace: 'default' },
      spec: { message },
    });

  it('is code, packages and whose they are; what is imported later has files of its own', async () => {
    const files = await readdir(join(image, 'dist'));
    for (const file of ['main.mjs', 'main.mjs.map', 'packages.mjs', 'licenses.txt'])
      assert.ok(files.includes(file), file);
    // A map of the packages would cost more memory than the operator's own.
    assert.ok(!files.includes('packages.mjs.map'));
    const [main, packages, licenses] = await Promise.all(
      ['main.mjs', 'packages.mjs', 'licenses.txt'].map((file) => readFile(join(image, 'dist', file), 'utf8')),
    );
    assert.match(main ?? '', /exploded/);
    assert.doesNotMatch(packages ?? '', /exploded|ZodError/, 'neither the code, nor what only the CRD needs');
    for (const name of ['autopilot-runtime', 'undici', 'pino', 'prom-client', 'js-yaml', 'zod'])
      assert.match(licenses ?? '', new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'));
    assert.match(licenses ?? '', /Permission is hereby granted/);
    for (const file of files)
      assert.ok(!(await readFile(join(image, 'dist', file), 'utf8')).includes(project), `${file} names the folder`);
  });

  it('has packages in one byte a character, which mean what they did', async () => {
    const read = async (file: string): Promise<unknown> => {
      const script = `await import(${JSON.stringify(file)}); console.log(JSON.stringify(globalThis.odd));`;
      const { code, stdout, stderr } = await node(image, ['--input-type=module', '-e', script]);
      assert.equal(code, 0, stderr);
      return JSON.parse(stdout);
    };
    const packages = join(image, 'dist/packages.mjs');
    assert.deepEqual(await read(packages), await read(join(project, ODD, 'index.js')));
    const beyond = /[^\0-\u00ff]/g;
    const left = [...(await readFile(packages, 'utf8')).matchAll(beyond)].map(([character]) => character);
    assert.deepEqual(left.join(''), '……имя', 'what a function is told as it is written, and names');
  });

  it('works with the flags of the image and without any installed package, and ends when told', async () => {
    const { started, logged } = start();
    await example('first', 'hello');
    await cluster?.until(
      { apiVersion: 'examples.io/v1', kind: 'Example', name: 'first', namespace: 'default' },
      (found) => JSON.stringify(found?.['status'] ?? null).includes('"phase":"Finished"'),
    );
    started.kill('SIGTERM');
    assert.deepEqual(await once(started, 'exit'), [0, null]);
    await logged('stopped');
  });

  it('has TLS and checked callers for metrics in a file that is loaded where they are asked for', async () => {
    const files = await readdir(join(image, 'dist'));
    const texts = await Promise.all(files.map((file) => readFile(join(image, 'dist', file), 'utf8')));
    assert.deepEqual(
      files.filter((file, index) => !file.endsWith('.map') && texts[index]?.includes('nonResourceAttributes')),
      ['protection.mjs'],
    );
    const { logged } = start({ AUTOPILOT_METRICS_SECURE: 'true' });
    const { serving } = JSON.parse(await logged('example-operator started')) as { readonly serving: string };
    const [, metrics = ''] = serving.split(', ');
    assert.equal((await scrape(metrics)).status, 401);
    assert.equal((await scrape(metrics, tokenOf(cluster?.kubeconfig ?? ''))).status, 200);
  });

  it('has stack traces that name the files and lines of the project', async () => {
    const { logged } = start();
    await example('broken', 'explode');
    const { err } = JSON.parse(await logged('exploded')) as { readonly err: { readonly stack: string } };
    assert.match(err.stack, new RegExp(`src/workers/initializing/worker\\.ts:${line}:`));
    assert.match(err.stack, /TypeError/);
  });

  it('gives its spans to an SDK that the project registers', async () => {
    const { logged } = start();
    await example('traced', 'hello');
    for (const name of ['sync', 'worker']) await logged(`span ${name}`);
  });

  it('says what is wrong with its configuration', async () => {
    await writeFile(join(image, 'wrong.yaml'), 'concurrency: many\n');
    const { code, stdout, stderr } = await run(
      words(dockerfile, 'ENTRYPOINT'),
      env({ AUTOPILOT_CONFIG: 'wrong.yaml' }),
    );
    assert.equal(code, 1);
    assert.match(stdout + stderr, /ERR_AP_CONFIG: wrong\.yaml.*concurrency/s);
  });

  it('can be compiled ahead, as the image does, and starts from that', async () => {
    const cache = { NODE_COMPILE_CACHE: join(image, 'cache'), NODE_DEBUG_NATIVE: 'COMPILE_CACHE' };
    const { code } = await run(words(dockerfile, 'RUN'), env(cache));
    assert.equal(code, 0);
    const { stderr } = await run(words(dockerfile, 'ENTRYPOINT'), env({ ...cache, KUBECONFIG: '/nowhere' }));
    assert.match(stderr, /cache for .*packages\.mjs was accepted/);
  });

  async function run(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<Finished> {
    return node(image, args, { ...environment, NODE_ENV: 'production' });
  }
});
