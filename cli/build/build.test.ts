import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { AUTOROUTE } from '../../project/manifests/projects.fixture.test.ts';
import { RecordedEnvironment } from '../cluster/cluster-command.fixture.ts';
import type { Answer } from '../cluster/cluster-command.ts';
import { ImagePrograms } from '../image/image-programs.fixture.ts';
import { addBuild } from './command.ts';

const ROOT = join(import.meta.dirname, '../..');
const IMAGE = 'registry.example.com/team/autoroute:1.0.0';
const SPEC = `
import { z } from 'zod';
export const spec = z.object({ host: z.string() });
export const status = z.object({});
`;
const TSCONFIG = {
  compilerOptions: {
    target: 'ES2024',
    module: 'NodeNext',
    strict: true,
    skipLibCheck: true,
    types: [],
    // A project that was set up to write: the check does not.
    outDir: 'dist',
    incremental: true,
  },
  include: ['src'],
};
/** Notes its words, and gives the image an id where it is asked to. */
const BUILDER = `
printf '%s\\n' "$@" >> "$0.words"
pwd > "$0.folder"
for word; do
  if [ "$last" = --iidfile ]; then echo sha256:0123 > "$word"; fi
  last=$word
done
echo "STEP 1: build with $NPM_TOKEN"
`;

describe('ap build', function () {
  this.timeout(30_000);
  let programs: ImagePrograms;
  let folder: string;
  const write = async (path: string, contents: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), contents);
  };
  beforeEach(async () => {
    programs = await ImagePrograms.create();
    // Below the clone, where packages are found.
    await mkdir(join(ROOT, '.work'), { recursive: true });
    folder = await mkdtemp(join(ROOT, '.work/build-'));
    await write('autopilot.yaml', AUTOROUTE);
    await write('autopilot-operator.yaml', 'version: 1.2.3\n');
    await write('package.json', '{ "type": "module" }');
    await write('package-lock.json', '{}');
    await write('Dockerfile', 'FROM scratch\n');
    await write('tsconfig.json', JSON.stringify(TSCONFIG));
    await write('src/api/autoroutes/v1/spec.ts', SPEC);
    await write('src/main.ts', 'export const ready: boolean = true;\n');
    await programs.write('docker', BUILDER);
  });
  afterEach(async () => {
    await programs.remove();
    await rm(folder, { recursive: true });
  });

  const start = (words: readonly string[], more: NodeJS.ProcessEnv = {}) => {
    const environment = new RecordedEnvironment({ cwd: folder, env: { ...programs.env, ...more } });
    const command = new Command('ap').exitOverride();
    let code: number | undefined;
    addBuild(
      command,
      (given) => void (code = given),
      () => environment,
    );
    const ended = command.parseAsync(['build', ...words], { from: 'user' }).then(() => code);
    return { environment, ended };
  };
  const run = async (words: readonly string[], more?: NodeJS.ProcessEnv) => {
    const { environment, ended } = start(words, more);
    const code = await ended;
    const { stdout, stderr, terminal } = environment;
    return { code, stdout, stderr, terminal };
  };
  const wordsOf = async (builder = 'docker'): Promise<readonly string[]> => {
    const text = await readFile(join(programs.folder, `${builder}.words`), 'utf8').catch(() => '');
    return text.split('\n').slice(0, -1);
  };
  const files = (): Promise<string[]> => readdir(folder, { recursive: true });

  it('gives the builder the folder, the name, labels and what the user adds, and tells the id', async () => {
    const given = ['--image-build-args', '--build-arg "GREETING=good morning" --no-cache'];
    const before = await files();
    const { code, stdout, stderr } = await run([IMAGE, ...given]);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, `${IMAGE} is built with docker: sha256:0123\n`);
    const words = await wordsOf();
    const [idFile = ''] = words.slice(4, 5);
    const expected = `build --tag ${IMAGE} --iidfile ID --label org.opencontainers.image.version=1.2.3 --build-arg`;
    assert.deepEqual(words.with(4, 'ID'), [...expected.split(' '), 'GREETING=good morning', '--no-cache', '.']);
    assert.ok(!existsSync(dirname(idFile)), 'nothing of it is left');
    assert.equal((await readFile(join(programs.folder, 'docker.folder'), 'utf8')).trim(), folder);
    assert.match(stderr, /^checking autoroute-operator\nbuilding \S+ with docker\nSTEP 1: /);
    assert.deepEqual(await files(), before);
  });

  it('prints what docs/deploy.md shows', async () => {
    await programs.write('buildah', BUILDER);
    const page = await readFile(join(ROOT, 'docs/deploy.md'), 'utf8');
    const [, command = '', shown = ''] = /```\n\$ ap (build .*)\n([^]*?)```/.exec(page) ?? [];
    const { terminal } = await run([...command.split(' ').slice(1), '--builder', 'buildah']);
    const comparable = (text: string): string[] =>
      text.split('\n').flatMap((line) => (/^(…|STEP )/.test(line) ? [] : line.replace(/sha256:[0-9a-f]+/, 'sha256:…')));
    assert.deepEqual(comparable(terminal), comparable(shown));
  });

  it('takes the builder that is asked for, pushes, and answers in JSON', async () => {
    await programs.write('buildah', BUILDER);
    const { code, stdout } = await run([IMAGE, '--builder', 'buildah', '-p', '-o', 'json']);
    assert.equal(code, 0);
    const words = await wordsOf('buildah');
    assert.equal(words[0], 'bud');
    assert.deepEqual(words.slice(-2), ['push', IMAGE]);
    assert.deepEqual(JSON.parse(stdout), {
      command: 'build',
      ok: true,
      exitCode: 0,
      context: null,
      namespace: null,
      result: {
        image: IMAGE,
        id: 'sha256:0123',
        builder: 'buildah',
        labels: { 'org.opencontainers.image.version': '1.2.3' },
        pushed: true,
      },
      warnings: [],
      errors: [],
    });
  });

  it('never tells the value of a secret argument, not where it fails either', async () => {
    const secret = ['--image-build-args', '--build-arg NPM_TOKEN'];
    const env = { NPM_TOKEN: 's3cret' };
    const built = await run([IMAGE, ...secret], env);
    assert.match(built.stderr, /STEP 1: build with \*\*\*/);
    await programs.write('docker', 'echo "401 for $NPM_TOKEN" >&2; exit 7');
    const failed = await run([IMAGE, '--image-build-args', '--build-arg NPM_TOKEN=s3cret', '-o', 'json'], env);
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /401 for \*\*\*\n`docker build --tag \S+` failed: exit code 7\..*\(ERR_AP_NOT_BUILT\)/);
    for (const { stdout, stderr } of [built, failed]) assert.doesNotMatch(stdout + stderr, /s3cret/);
  });

  it('does not build what does not check, and says each place', async () => {
    await write('src/main.ts', 'export const ready: boolean = 1;\n');
    await write('src/other.ts', "\n  unknown('a');\n");
    const before = await files();
    const { code, stdout, stderr } = await run([IMAGE, '-o', 'json']);
    assert.equal(code, 1);
    const { errors } = JSON.parse(stdout) as Answer;
    const places = errors.map((error) =>
      ['code', 'file', 'line', 'column'].map((key): unknown => Reflect.get(error, key)),
    );
    assert.deepEqual(places, [
      ['ERR_AP_TYPE_CHECK', 'src/main.ts', 1, 14],
      ['ERR_AP_TYPE_CHECK', 'src/other.ts', 2, 3],
    ]);
    assert.match(stderr, /^src\/main\.ts:1:14: TS2322: Type 'number' .* \(ERR_AP_TYPE_CHECK\)$/m);
    assert.deepEqual(await wordsOf(), []);
    assert.deepEqual(await files(), before);
  });

  it('does not build what `ap validate` refuses', async () => {
    await write('src/api/autoroutes/v1/spec.ts', SPEC.replace('z.string()', 'z.date()'));
    const schema = await run([IMAGE]);
    assert.equal(schema.code, 1);
    assert.match(schema.stderr, /spec\.ts.* spec\.host: .*\(ERR_AP_/);
    await write('autopilot.yaml', AUTOROUTE.replace('initial: true', 'initial: maybe'));
    const file = await run([IMAGE]);
    assert.equal(file.code, 1);
    assert.match(file.stderr, /^autopilot\.yaml:\d+:\d+ phases\[0\]\.initial: /m);
    assert.deepEqual(await wordsOf(), []);
  });

  it('says what is missing: Dockerfile, lock file, a builder; and what the name cannot be', async () => {
    await rm(join(folder, 'package-lock.json'));
    await rm(join(folder, 'Dockerfile'));
    const missing = await run([IMAGE]);
    assert.equal(missing.code, 1);
    assert.match(
      missing.stderr,
      /no Dockerfile in .*\(ERR_AP_NO_DOCKERFILE\)\n.*package-lock\.json.*\(ERR_AP_NO_LOCK_FILE\)/,
    );
    const other = await run([IMAGE, '--image-build-args', '--file=other']);
    assert.doesNotMatch(other.stderr, /ERR_AP_NO_DOCKERFILE/);
    const builder = await run([IMAGE, '--builder', 'nerdctl'], { PATH: programs.folder });
    assert.match(builder.stderr, /nerdctl is not on the PATH .*docker, podman, buildah.*\(ERR_AP_NO_BUILDER\)/);
    for (const name of ['Not An Image', `${IMAGE}@sha256:${'0'.repeat(64)}`])
      assert.match((await run([name])).stderr, /^<image>: .*\(ERR_AP_IMAGE\)$/m);
    assert.deepEqual(await wordsOf(), []);
  });

  it('ends the builder at Ctrl-C, waits until it has tidied up, and leaves nothing', async () => {
    await programs.write(
      'docker',
      `trap 'rm "$0.half"; exit 1' INT\n${BUILDER}touch "$0.half"\necho begun\nsleep 60 & wait`,
    );
    const { environment, ended } = start([IMAGE]);
    const over = ended.then(() => true);
    while (!environment.stderr.includes('begun'))
      assert.ok(!(await Promise.race([over, sleep(10)])), environment.stderr);
    environment.interrupt();
    assert.equal(await ended, 130);
    assert.match(environment.stderr, /\(ERR_AP_INTERRUPTED\)\n$/);
    assert.ok(!existsSync(join(programs.folder, 'docker.half')));
    assert.ok(!existsSync(dirname((await wordsOf())[4] ?? '')));
  });
});
