import assert from 'node:assert/strict';
import { startCluster, type Cluster as Embedded } from 'autopilot-devcluster';
import { ProjectError } from '../../project/errors.ts';
import { RecordedEnvironment } from './cluster-command.fixture.ts';
import { clusterCommand, type Answer, type CommandContext, type Outcome } from './cluster-command.ts';
import type { ClusterOptions } from './options.ts';

const CONFIGMAPS = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true };
const JSON_OPTIONS: ClusterOptions = { output: 'json' };

describe('a command on a cluster', () => {
  let embedded: Embedded;
  let kubeconfig: string;
  before(async () => {
    embedded = await startCluster({ crds: [] });
    kubeconfig = await embedded.writeKubeconfig();
  });
  after(() => embedded.stop());

  const run = async (
    action: (context: CommandContext) => Promise<Outcome>,
    options: ClusterOptions = JSON_OPTIONS,
    environment = new RecordedEnvironment({ kubeconfig }),
  ) => {
    const code = await clusterCommand('example', options, environment, action);
    return { code, environment };
  };
  const ask = async (context: CommandContext): Promise<Outcome> => ({
    result: await context.cluster().list(CONFIGMAPS, undefined),
    text: [],
  });
  const answerOf = ({ stdout }: RecordedEnvironment): Answer => JSON.parse(stdout) as Answer;

  it('answers in one shape, and tells progress and warnings beside it', async () => {
    const { code, environment } = await run(async (context) => {
      context.progress('asking');
      context.setNamespace('routing');
      context.warn('mind the gap');
      context.warn('mind the gap');
      const kinds = await context.cluster().kinds();
      return { result: { served: kinds.find('apps/v1', 'Deployment')?.type.plural }, text: ['unused'] };
    });
    assert.equal(code, 0);
    assert.deepEqual(answerOf(environment), {
      command: 'example',
      ok: true,
      exitCode: 0,
      context: 'autopilot-devcluster',
      namespace: 'routing',
      result: { served: 'deployments' },
      warnings: ['mind the gap'],
      errors: [],
    });
    assert.equal(environment.stderr, 'asking\nWarning: mind the gap\n');
  });

  it('ends with 2 for a value that an option cannot have', async () => {
    const problem = { code: 'ERR_AP_OPTION_VALUE', message: '`soon` is not a duration.', remedy: 'Write `90s`.' };
    const { code, environment } = await run(() => Promise.reject(new ProjectError([problem])));
    assert.equal(code, 2);
    assert.deepEqual(answerOf(environment).errors, [problem]);
  });

  it('writes lines for a person by default', async () => {
    const { environment } = await run(() => Promise.resolve({ text: ['one', 'two'], result: {} }), { output: 'text' });
    assert.equal(environment.stdout, 'one\ntwo\n');
  });

  it('ends with 130 after Ctrl-C, whatever the request that was under way failed with', async () => {
    const { code, environment } = await run(async (context) => {
      const list = context.cluster().list(CONFIGMAPS, undefined);
      environmentOf(context).interrupt();
      return { result: await list, text: [] };
    });
    assert.equal(code, 130);
    assert.equal(answerOf(environment).errors.length, 1);
    assert.match(environment.stderr, /Interrupted: .*\(ERR_AP_INTERRUPTED\)/);
  });

  it('says so where there is no kubeconfig', async () => {
    const { code, environment } = await run(ask, JSON_OPTIONS, new RecordedEnvironment());
    assert.equal(code, 3);
    assert.match(environment.stderr, /no such file.*KUBECONFIG names.*\(ERR_AP_KUBECONFIG\)/);
  });

  it('says so where nobody listens', async () => {
    const gone = await startCluster({ crds: [] });
    const file = await embedded.writeKubeconfig(undefined, gone.kubeconfig);
    await gone.stop();
    const { code, environment } = await run(ask, JSON_OPTIONS, new RecordedEnvironment({ kubeconfig: file }));
    assert.equal(code, 3);
    assert.match(environment.stderr, /127\.0\.0\.1.*cannot be reached: .*ECONNREFUSED.*\(ERR_AP_UNREACHABLE\)/);
  });

  it('names the contexts that there are, where there is none of that name', async () => {
    const { code, environment } = await run(ask, { output: 'text', context: 'gone' });
    assert.equal(code, 3);
    assert.match(environment.stderr, /no context "gone"\. There are: autopilot-devcluster\..*--context/);
    assert.equal(environment.stdout, '');
  });

  it('ends with 3 where the server does not know who asks, and with 1 where it forbids', async () => {
    for (const [status, expected] of [
      [401, 3],
      [403, 1],
    ] as const) {
      const fault = embedded.faults.answer(status, { resource: 'configmaps' }, { count: 2 });
      const { code } = await run(ask);
      fault.remove();
      assert.equal(code, expected);
    }
  });
});

function environmentOf({ environment }: CommandContext): RecordedEnvironment {
  assert.ok(environment instanceof RecordedEnvironment);
  return environment;
}
