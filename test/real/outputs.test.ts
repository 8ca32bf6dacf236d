import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { start, type OperatorDefinition, type ResourceType, type RunningOperator } from 'autopilot-runtime';
import { LIVING_CRD } from '../operator/status-lives.ts';
import { configMap, configMaps, phase, routes, services } from '../operator/testbed.ts';
import { kubectlFor, type Kubectl } from './kubectl.ts';
import { RealCluster } from './kubernetes/real-cluster.ts';

const SECONDS = 40;
const CONTROLLERS = ['namespace-controller', 'garbage-collector-controller', 'resourcequota-controller'].join(',');
const jobs: ResourceType = { group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs', namespaced: true };
const deployments: ResourceType = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
};

const template = (label: string, more: object = {}): object => ({
  metadata: { labels: { app: label } },
  spec: { containers: [{ name: 'main', image: label }], ...more },
});
/** What the server refuses to change, by kind. */
const fixed = (label: string): object => ({
  jobs: [{ metadata: { name: 'out' }, spec: { template: template(label, { restartPolicy: 'Never' }) } }],
  deployments: [
    { metadata: { name: 'out' }, spec: { selector: { matchLabels: { app: label } }, template: template(label) } },
  ],
  configMaps: [{ metadata: { name: 'out' }, data: { label }, immutable: true }],
});

const outputs = (replace: boolean) => ({
  jobs: { type: jobs, replace },
  deployments: { type: deployments, replace },
  configMaps: { type: configMaps, replace },
  services: { type: services },
});
/** Makes what belongs to the word that `spec.do` is. */
const making = (words: Readonly<Record<string, object>>, more: Partial<Parameters<typeof phase>[1]> = {}) =>
  routes({
    Only: phase(({ route: { spec } }) => ({ phase: 'Only', outputs: words[String(spec['do'])] }), {
      initial: true,
      inputs: {},
      outputs: outputs(true),
      ...more,
    }),
  });

describe('outputs on a real Kubernetes', () => {
  let cluster: RealCluster;
  let kubectl: Kubectl;
  let operator: RunningOperator | undefined;
  before(async () => {
    cluster = await RealCluster.start({ controllerManager: false });
    kubectl = kubectlFor(cluster.kubeconfig);
    kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(LIVING_CRD));
    kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    await cluster.startControllerManager({ controllers: CONTROLLERS });
  });
  after(() => cluster.stop());
  let rounds = 0;
  let namespace = '';
  beforeEach(() => {
    namespace = `round-${(rounds += 1)}`;
    kubectl(['create', 'namespace', namespace]);
  });
  afterEach(() => operator?.stop());

  const run = async (definition: OperatorDefinition): Promise<void> => {
    operator = await start(definition, { kubeconfig: await readFile(cluster.kubeconfig, 'utf8') });
  };
  const route = (word: string): void =>
    void kubectl(
      ['apply', '-f', '-'],
      JSON.stringify({
        apiVersion: 'example.io/v1',
        kind: 'Route',
        metadata: { name: 'a', namespace },
        spec: { do: word },
      }),
    );
  const see = (path: string, kind = 'route', name = 'a'): string =>
    kubectl(['get', kind, name, '-n', namespace, '-o', `jsonpath=${path}`, '--ignore-not-found']);
  const until = async (what: () => string, wanted: string | RegExp): Promise<void> => {
    const deadline = performance.now() + SECONDS * 1000;
    const is = (seen: string) => (typeof wanted === 'string' ? seen === wanted : wanted.test(seen));
    for (let seen = what(); !is(seen); seen = what()) {
      assert.ok(performance.now() < deadline, seen);
      await sleep(50);
    }
  };
  const because = () => see('{.status.conditions[?(@.type=="Ready")].reason}');
  /** Of this generation. */
  const settled = (reason = 'Resting') =>
    until(() => `${because()} ${see('{.status.observedGeneration}')}`, `${reason} ${see('{.metadata.generation}')}`);

  it('are made anew with `replace`, of each kind that is not changed; without it the change is refused', async () => {
    await run(making({ one: fixed('one'), two: fixed('two') }));
    route('one');
    await settled();
    const kinds = ['job', 'deployment', 'configmap'];
    const uids = () => kinds.map((kind) => see('{.metadata.uid}', kind, 'out'));
    const before = uids();
    route('two');
    await settled();
    const after = uids();
    for (const [index, uid] of after.entries()) assert.ok(uid !== '' && uid !== before[index], kinds[index]);
    assert.equal(see('{.spec.selector.matchLabels.app}', 'deployment', 'out'), 'two');
    await operator?.stop();
    await run(making({ one: fixed('one'), two: fixed('two') }, { outputs: outputs(false) }));
    route('one');
    await settled('WriteRejected');
    assert.match(see('{.status.conditions[?(@.type=="Ready")].message}'), /immutable/);
    assert.deepEqual(uids(), after);
  });

  it('with `rollback` are not written where the server refuses one, and undone where one fails all the same', async () => {
    const service = (port: number) => [
      { metadata: { name: 'svc' }, spec: { ports: [{ port }], selector: { app: 'x' } } },
    ];
    await run(
      making(
        {
          begin: { configMaps: [configMap('one', { k: '1' })] },
          refused: { configMaps: [configMap('one', { k: '2' })], services: service(0) },
          // Each of the two fits into the quota, but not both.
          late: { configMaps: [configMap('one', { k: '2' }), configMap('two'), configMap('three')] },
        },
        { rollback: true },
      ),
    );
    route('begin');
    await settled();
    route('refused');
    await settled('WriteRejected');
    const data = () => see('{.data.k}', 'configmap', 'one');
    assert.equal(data(), '1');
    kubectl(['create', 'quota', 'few', '--hard=count/configmaps=2', '-n', namespace]);
    await until(() => see('{.status.used}', 'quota', 'few'), /"1"/);
    const versions = () => see('{.metadata.resourceVersion}', 'configmap', 'one');
    const before = versions();
    route('late');
    await settled('WriteRejected');
    await until(() => see('{.metadata.name}', 'configmap', 'two'), '');
    await until(data, '1');
    assert.notEqual(versions(), before, 'it was changed and put back');
    assert.match(
      kubectl(['get', 'events.events.k8s.io', '-n', namespace, '-o', 'jsonpath={.items[*].note}']),
      /Phase Only failed, and what it had written is undone\. .*exceeded quota/,
    );
    kubectl(['delete', 'quota', 'few', '-n', namespace]);
    await settled();
    assert.equal(data(), '2');
  });

  it('of a finalizer do not hold a namespace that is being deleted', async () => {
    const finalizer = {
      outputs: { configMaps: { type: configMaps }, jobs: { type: jobs } },
      worker: () => ({
        outputs: {
          configMaps: [configMap('farewell')],
          jobs: [{ metadata: { name: 'farewell' }, spec: { template: template('x', { restartPolicy: 'Never' }) } }],
        },
      }),
    };
    const only = phase(() => ({ phase: 'Only', outputs: { configMaps: [configMap('out')] } }), {
      initial: true,
      inputs: {},
    });
    await run(routes({ Only: only }, { finalizer }));
    route('begin');
    await settled();
    kubectl(['delete', 'namespace', namespace, '--wait=false']);
    await until(() => kubectl(['get', 'namespace', namespace, '-o', 'name', '--ignore-not-found']), '');
  });

  it('are not there yet to `kubectl wait` and kstatus as long as nobody has looked at their resource', async () => {
    route('begin');
    assert.equal(see('{.status}'), '{"observedGeneration":-1}');
    await run(making({ begin: { configMaps: [configMap('one')] } }));
    await settled();
    kubectl(['wait', '--for=condition=Ready', 'route/a', '-n', namespace, '--timeout=5s']);
  });
}).timeout(120_000);
