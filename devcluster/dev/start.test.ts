import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderKubeconfig } from '../auth/kubeconfig.ts';
import { DevProjectFolder } from './dev-project.fixture.test.ts';
import { startDev } from './dev.ts';

const MAP = { apiVersion: 'v1', kind: 'ConfigMap' };

describe('The dev loop, when it starts', () => {
  let project: DevProjectFolder;
  beforeEach(async () => {
    project = await DevProjectFolder.open();
  });
  afterEach(() => project.close());

  it('finds the project upward, and writes a kubeconfig that only its owner reads', async () => {
    await project.write('src/workers/first/worker.ts', '');
    // Left behind by an earlier one: nobody listens there.
    const earlier = { server: 'https://127.0.0.1:1', ca: '', user: 'admin', token: '' };
    await project.write('.work/kubeconfig', renderKubeconfig(earlier));
    const { session, printed } = await project.start({ folder: project.path('src/workers/first') });
    await session.ready;
    assert.equal(session.kubeconfig, project.path('.work/kubeconfig'));
    assert.equal((await stat(session.kubeconfig)).mode & 0o777, 0o600);
    assert.ok((await readFile(session.kubeconfig, 'utf8')).includes(session.cluster?.url ?? '-'));
    await printed.until('answered 200');
    assert.ok(printed.lines.some((line) => line.includes(`export KUBECONFIG=${session.kubeconfig}`)));
  });

  it('runs the operator in development mode, without leader election unless that is told', async () => {
    const { session, printed } = await project.start();
    await printed.until('generation 1 dev 1 election false');
    await session.stop();
    const told = await project.start({ leaderElection: true });
    await told.printed.until('generation 1 dev 1 election true');
  });

  it('shows what the operator tells, in columns, as plain text without a terminal', async () => {
    const { session, printed } = await project.start();
    await session.ready;
    const from = printed.lines.length;
    const log = (fields: object) => ({ type: 'log', line: JSON.stringify(fields) });
    await project.write(
      'src/main.ts',
      `for (const progress of ${JSON.stringify([
        { type: 'crd', name: 'things.examples.io', change: 'changed' },
        { type: 'resource', resource: 'default/a', change: 'created' },
        {
          type: 'output',
          resource: 'default/a',
          phase: 'First',
          kind: 'Service',
          object: 'default/web',
          change: 'created',
        },
        { type: 'output', resource: 'default/a', phase: 'First', kind: 'Role', object: 'other/r', change: 'applied' },
        {
          type: 'output',
          resource: 'default/a',
          phase: 'First',
          kind: 'Secret',
          object: 'default/s',
          change: 'deleted',
        },
        { type: 'transition', resource: 'default/a', from: '', to: 'First' },
        { type: 'trouble', resource: 'default/a', phase: 'First', reason: 'InputKindMissing', message: 'no gateways' },
      ])}) process.send({ type: 'progress', progress });
      for (const message of ${JSON.stringify([
        log({ level: 30, msg: 'hello', resource: 'default/a', phase: 'First', size: 3 }),
        log({ level: 30, msg: 'A → B', resource: 'default/a', from: 'A', to: 'B' }),
        ...[1, 2, 3].map(() =>
          log({ level: 50, msg: 'boom', resource: 'default/a', phase: 'First', reason: 'WorkerFailed' }),
        ),
      ])}) process.send(message);
      process.send('what a user’s code sends to its parent is none of our business');
      console.log('the end');`,
    );
    await printed.until('the end', from);
    await printed.until('ended with exit code 0', from);
    assert.deepEqual(
      printed.texts.slice(from).filter((line) => /^(crd|default)/.test(line)),
      [
        'crd         things.examples.io changed',
        'default/a   created',
        'default/a   First    created  Service web',
        'default/a   First    applied  Role other/r',
        'default/a   First    deleted  Secret s by others',
        'default/a   new → First',
        'default/a   First    trouble  InputKindMissing: no gateways',
        'default/a   First    info     hello size=3',
        'default/a   First    failed   WorkerFailed: boom',
        'default/a   First    failed   WorkerFailed: boom (2 times)',
      ],
    );
    assert.ok(!printed.lines.join('\n').includes('\u001b'));
  });

  it('keeps the state of its cluster where that is asked for, out of the repository', async () => {
    const { session } = await project.start({ keep: true });
    const made = await session.cluster?.create({ ...MAP, metadata: { name: 'kept' } });
    const kubeconfig = await readFile(project.path('.work/kubeconfig'), 'utf8');
    await session.stop();
    assert.equal(await readFile(project.path('.autopilot/dev/.gitignore'), 'utf8'), '*\n');

    const forgetful = await project.start();
    assert.equal(await forgetful.session.cluster?.find({ ...MAP, name: 'kept' }), undefined);
    await forgetful.session.stop();

    const again = await project.start({ keep: true });
    assert.deepEqual(await again.session.cluster?.find({ ...MAP, name: 'kept' }), made);
    assert.equal(await readFile(project.path('.work/kubeconfig'), 'utf8'), kubeconfig);
    await again.printed.until('answered 200');
  });

  it('is the only one of its project', async () => {
    const { session } = await project.start();
    await assert.rejects(project.start(), {
      code: 'ERR_AP_DEV_RUNNING',
      message: new RegExp(session.cluster?.url ?? '-'),
    });
  });

  it('refuses, before anything runs, what it cannot run', async () => {
    const refusals: readonly (readonly [file: string, text: string | undefined, code: string, message: RegExp])[] = [
      ['autopilot.yaml', 'kind: Thing\n', 'ERR_AP_DEV_PROJECT', /apiVersion/],
      ['autopilot.yaml', 'kind: Thing\na: [\n', 'ERR_AP_DEV_PROJECT', /is no YAML.*"autopilot\.yaml" \(3:1\)/],
      ['src/main.ts', undefined, 'ERR_AP_DEV_INCOMPLETE', /has no src\/main\.ts.*ap generate/],
      ['node_modules', undefined, 'ERR_AP_DEV_INCOMPLETE', /not installed.*npm install/],
      ['crds/a.yaml', 'kind: List\nitems: []\n', 'ERR_AP_CLUSTER_CRDS', /a\.yaml holds something else/],
    ];
    for (const [file, text, code, message] of refusals) {
      const broken = await DevProjectFolder.open();
      if (text === undefined) await rm(broken.path(file), { recursive: true });
      else await broken.write(file, text);
      await assert.rejects(broken.start(), { code, message });
      await broken.close();
    }
    const elsewhere = await mkdtemp(join(tmpdir(), 'no-project-'));
    await assert.rejects(startDev({ folder: elsewhere }), {
      code: 'ERR_AP_DEV_PROJECT',
      message: new RegExp(elsewhere),
    });
    await rm(elsewhere, { recursive: true });
  });
});
