import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startCluster, type Cluster } from 'autopilot-devcluster';
import { load } from 'js-yaml';
import { RecordedEnvironment } from './cluster/cluster-command.fixture.ts';
import { clusterCommand, type Answer } from './cluster/cluster-command.ts';
import { at, listAt, textAt } from './cluster/fields.ts';
import { validate, type ValidateOptions } from './validate.ts';

const EXAMPLE = fileURLToPath(new URL('../examples/autorouter', import.meta.url));
const CRD = 'deploy/base/crd.yaml';
const run = promisify(execFile);
const MAX = 60_000;

describe('ap validate, of schemas that change', function () {
  this.timeout(MAX);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ap-validate-'));
    await cp(EXAMPLE, folder, { recursive: true, filter: (path) => !path.includes('node_modules') });
  });
  after(() => rm(folder, { recursive: true }));

  const git = (...words: readonly string[]) =>
    run('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', '-c', 'commit.gpgsign=false', ...words], {
      cwd: folder,
    });
  const edit = async (file: string, change: (text: string) => string): Promise<void> =>
    writeFile(join(folder, file), change(await readFile(join(folder, file), 'utf8')));
  /** The spec with another field beside its own. */
  const spec = (field: string): Promise<void> =>
    edit('src/api/autoroutes/v1/spec.ts', (text) => text.replace(/z\.object\(\{.*\n/, `z.object({ ${field}\n`));
  const check = async (
    options: Partial<ValidateOptions> & { readonly context?: string; readonly kubeconfig?: string } = {},
  ): Promise<{ readonly code: number; readonly answer: Answer; readonly found: readonly string[] }> => {
    const { kubeconfig, context, ...wanted } = options;
    const environment = new RecordedEnvironment({ cwd: folder, ...(kubeconfig !== undefined && { kubeconfig }) });
    const cluster = { output: 'json', ...(context !== undefined && { context }) } as const;
    const code = await clusterCommand('validate', cluster, environment, (given) =>
      validate(given, { dir: '.', strict: false, ...wanted }),
    );
    const answer = JSON.parse(environment.stdout) as Answer;
    const changes = listAt(answer, 'result', 'changes');
    return { code, answer, found: changes.map((change) => `${textAt(change, 'severity')} ${textAt(change, 'path')}`) };
  };

  it('compares with what is on the disk where there is no git, and finds nothing in what did not change', async () => {
    const { code, answer, found } = await check();
    assert.deepEqual([code, found, textAt(answer, 'result', 'comparedWith')], [0, [], CRD]);
    await git('init', '-q');
    await git('add', '-A');
    await spec('hosts: z.array(z.string()),');
    assert.deepEqual((await check()).found, ['warning spec.hosts']);
  });

  it('compares with the last commit, whether or not the definition was generated anew', async () => {
    await git('commit', '-q', '-m', 'first', '--no-verify');
    const { code, answer, found } = await check();
    assert.deepEqual([code, found], [0, ['warning spec.hosts']]);
    assert.equal(textAt(answer, 'result', 'comparedWith'), `${CRD} of HEAD`);
    assert.match(JSON.stringify(answer.result), /resources without it are refused as soon as/);
  });

  it('compares what the user edited in the definition, too', async () => {
    await git('checkout', '-q', '--', '.');
    await edit(CRD, (text) =>
      text.replace('              properties:\n', '              maxProperties: 9\n              properties:\n'),
    );
    assert.deepEqual((await check()).found, ['warning spec']);
    await git('checkout', '-q', '--', '.');
    await spec('hosts: z.array(z.string()),');
  });

  it('fails where that is asked for, and says the same to a person', async () => {
    const environment = new RecordedEnvironment({ cwd: folder });
    const code = await clusterCommand('validate', { output: 'text' }, environment, (given) =>
      validate(given, { dir: '.', strict: true }),
    );
    assert.equal(code, 1);
    assert.match(
      environment.stdout,
      /stored by deploy\/base\/crd\.yaml of HEAD, .*:\nwarning spec\.hosts is required now: .*\n {8}→ Give it a default, /,
    );
  });

  it('compares with a revision, and refuses one that is not there', async () => {
    await git('tag', 'v1');
    assert.deepEqual((await check({ against: 'v1' })).found, ['warning spec.hosts']);
    const { code, answer } = await check({ against: 'nowhere' });
    assert.deepEqual([code, textAt(answer.errors[0], 'code')], [2, 'ERR_AP_REVISION']);
    assert.match(textAt(answer.errors[0], 'message'), /no revision nowhere in git/);
  });

  it('compares with a cluster, where what it says is what happens', async () => {
    const cluster: Cluster = await startCluster({ crds: [] });
    try {
      const older = load(await readFile(join(folder, CRD), 'utf8'));
      const text = JSON.stringify(older).replace(
        '"deploymentSelector":{',
        '"gone":{"type":"string"},"deploymentSelector":{',
      );
      await cluster.installCrd(JSON.parse(text));
      const stored = { apiVersion: 'examples.io/v1', kind: 'AutoRoute', metadata: { name: 'a', namespace: 'default' } };
      await cluster.create({ ...stored, spec: { deploymentSelector: {}, gone: 'x' } });
      const { answer, found } = await check({
        kubeconfig: await cluster.writeKubeconfig(),
        context: 'autopilot-devcluster',
      });
      assert.deepEqual(found, ['error spec.gone', 'warning spec.hosts']);
      assert.match(textAt(answer, 'result', 'comparedWith'), /^the one on https:/);
      const next = JSON.stringify(older)
        .replace('"deploymentSelector":{', '"hosts":{"type":"array","items":{"type":"string"}},"deploymentSelector":{')
        .replace('"required":["deploymentSelector"]', '"required":["deploymentSelector","hosts"]');
      await cluster.apply(JSON.parse(next));
      const read = await cluster.get({ ...stored, name: 'a', namespace: 'default' });
      assert.deepEqual(at(read, 'spec'), { deploymentSelector: {} }, 'its values are not shown any more');
      // What does not touch the spec is borne with, the operator's status too; what does is refused.
      const ref = { ...stored, name: 'a', namespace: 'default' };
      await cluster.patch(ref, { metadata: { labels: { a: 'b' } } });
      await assert.rejects(
        cluster.patch(ref, { spec: { deploymentSelector: { matchLabels: { a: 'b' } } } }),
        /spec\.hosts: Required value/,
      );
    } finally {
      await cluster.stop();
    }
  });

  it('says nothing of a definition that is not there yet', async () => {
    await rm(join(folder, '.git'), { recursive: true });
    await rm(join(folder, CRD));
    const { code, answer, found } = await check();
    assert.deepEqual([code, found, textAt(answer, 'result', 'comparedWith')], [0, [], '']);
  });
});
