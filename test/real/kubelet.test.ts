import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startCluster } from 'autopilot-devcluster';
import { HttpClient } from '../../devcluster/conformance/http-client.ts';
import { listAt, stringAt, valueAt } from '../../devcluster/schema/json.ts';
import { Kubelet } from './kubernetes/kubelet/kubelet.ts';
import { programPath } from './kubernetes/programs.ts';
import { RealCluster } from './kubernetes/real-cluster.ts';

/** Says what it has, serves its readiness, and ends as it is asked to; `mode` in its ConfigMap says what becomes of it. */
const PROGRAM = `
import { createServer } from 'node:http';
import { existsSync, readFileSync, watch } from 'node:fs';
import { execFileSync } from 'node:child_process';
const read = (file) => readFileSync(file, 'utf8').trim();
const account = '/var/run/secrets/kubernetes.io/serviceaccount';
const host = 'https://' + process.env.KUBERNETES_SERVICE_HOST + ':' + process.env.KUBERNETES_SERVICE_PORT;
const { default: https } = await import('node:https');
const ask = (path) => new Promise((resolve, reject) => {
  const headers = { authorization: 'Bearer ' + read(account + '/token'), 'content-type': 'application/json' };
  const body = JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' });
  const request = https.request(host + path, { method: 'POST', headers, ca: readFileSync(account + '/ca.crt') }, (answer) => {
    let text = '';
    answer.on('data', (chunk) => (text += chunk));
    answer.on('end', () => resolve(JSON.parse(text)));
  });
  request.on('error', reject);
  request.end(body);
});
console.log('pod ' + process.env.POD_NAME + ' in ' + process.env.POD_NAMESPACE + ', level ' + process.env.LEVEL);
console.log('namespace ' + read(account + '/namespace'));
const { status } = await ask('/apis/authentication.k8s.io/v1/selfsubjectreviews');
console.log('user ' + status.userInfo.username + ' of pod ' + status.userInfo.extra['authentication.kubernetes.io/pod-name'][0]);
let mode = read('/etc/program/mode');
console.log('mode ' + mode);
if (mode === 'crash') { console.error('it crashes'); process.exit(3); }
let ready = mode !== 'unready';
createServer((request, answer) => answer.writeHead(ready ? 200 : 500).end()).listen(8081);
setInterval(() => {
  const now = read('/etc/program/mode');
  if (now === mode) return;
  mode = now;
  ready = mode !== 'unready';
  console.log('mode ' + mode);
}, 50);
process.on('SIGTERM', () => {
  console.log('asked to end');
  if (mode !== 'stubborn') process.exit(0);
});
`;

const NAMESPACE = 'played';
const EXAMPLE = fileURLToPath(new URL('../../examples/autorouter', import.meta.url));
const OPERATOR = [process.execPath, '--conditions=autopilot-source', 'src/main.ts'];

describe('The kubelet that is played before a real control plane', () => {
  let cluster: RealCluster;
  let kubelet: Kubelet;
  let client: HttpClient;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'program-'));
    await writeFile(join(folder, 'program.mjs'), PROGRAM);
    cluster = await RealCluster.start();
    client = new HttpClient(await readFile(cluster.kubeconfig, 'utf8'));
    kubelet = await Kubelet.start({
      kubeconfig: cluster.kubeconfig,
      images: (image) => {
        if (image.startsWith('program:')) return { command: [process.execPath, 'program.mjs'], folder };
        return image.startsWith('autoroute-operator:') ? { command: OPERATOR, folder: EXAMPLE } : undefined;
      },
    });
    await send('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } });
    await send('POST', 'configmaps', { metadata: { name: 'settings' }, data: { mode: 'good', level: 'high' } });
    await until('serviceaccounts/default', () => true);
    await send('POST', 'deployments', deployment());
  });
  after(async () => {
    await kubelet?.stop();
    await client?.close();
    await cluster?.stop();
    await rm(folder, { recursive: true });
  });

  const pathOf = (path: string): string => {
    if (path.startsWith('/')) return path;
    const apps = path.startsWith('deployments') ? '/apis/apps/v1' : '/api/v1';
    return `${apps}/namespaces/${NAMESPACE}/${path}`;
  };

  async function send(method: 'POST' | 'PATCH' | 'DELETE', path: string, body: object): Promise<void> {
    const headers = { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' };
    const { code, value } = await client.send(method, pathOf(path), { body, headers });
    assert.ok(code < 300, JSON.stringify(value));
  }

  async function until(path: string, meets: (value: unknown) => boolean): Promise<unknown> {
    let last: unknown;
    for (const deadline = performance.now() + 30_000; performance.now() < deadline; await sleep(100)) {
      const { code, value } = await client.send('GET', pathOf(path));
      if (code === 200 && meets(value)) return value;
      last = value;
    }
    throw new Error(`${path} is not as it should be: ${JSON.stringify(last)}`);
  }

  const onlyPod = async (meets: (pod: unknown) => boolean): Promise<unknown> => {
    const list = await until(
      'pods',
      (value) => listAt(value, 'items').length === 1 && listAt(value, 'items').every(meets),
    );
    return listAt(list, 'items')[0];
  };
  const stateOf = (pod: unknown): unknown => valueAt(listAt(pod, 'status', 'containerStatuses')[0], 'state');
  const isReady = (pod: unknown): boolean =>
    listAt(pod, 'status', 'conditions').some(
      (each) => stringAt(each, 'type') === 'Ready' && stringAt(each, 'status') === 'True',
    );
  const setMode = (mode: string): Promise<void> => send('PATCH', 'configmaps/settings', { data: { mode } });

  async function logs(pod: unknown, query = ''): Promise<string> {
    const { value } = await client.send('GET', pathOf(`pods/${stringAt(pod, 'metadata', 'name')}/log?${query}`));
    return typeof value === 'string' ? value : stringAt(value, 'message');
  }

  it('runs a pod with its environment, its files and its token, until it is ready', async () => {
    const pod = await onlyPod(isReady);
    const name = stringAt(pod, 'metadata', 'name');
    assert.equal(
      await logs(pod),
      [
        `pod ${name} in ${NAMESPACE}, level high`,
        `namespace ${NAMESPACE}`,
        `user system:serviceaccount:${NAMESPACE}:default of pod ${name}`,
        'mode good\n',
      ].join('\n'),
    );
    assert.match(stringAt(pod, 'status', 'podIP'), /^127\./);
    assert.ok(
      !existsSync('/etc/program') && !existsSync('/var/run/secrets/kubernetes.io'),
      'nothing is left on the machine',
    );
  });

  it('brings changes of the ConfigMap into the files, and those of readiness into the status', async () => {
    const pod = await onlyPod(isReady);
    await setMode('unready');
    await onlyPod((each) => !isReady(each));
    assert.equal(await logs(pod, 'tailLines=1'), 'mode unready\n');
    await setMode('good');
    await onlyPod(isReady);
  });

  it('lets logs be followed', async () => {
    const pod = await onlyPod(isReady);
    const follows = kubectl('logs', '-f', '--tail=1', '-n', NAMESPACE, stringAt(pod, 'metadata', 'name'));
    const lines = textOf(follows);
    while (!lines.text.includes('mode good')) await sleep(50);
    await setMode('other');
    while (!lines.text.includes('mode other')) await sleep(50);
    follows.kill('SIGTERM');
    assert.equal(lines.text, 'mode good\nmode other\n');
  });

  it('runs two pods that listen on the same port', async () => {
    await send('PATCH', 'deployments/program', { spec: { replicas: 2 } });
    await until('pods', (value) => listAt(value, 'items').filter(isReady).length === 2);
    await send('PATCH', 'deployments/program', { spec: { replicas: 1 } });
    await onlyPod(isReady);
  });

  it('asks the process of a deleted pod to end, and ends it after the grace period', async () => {
    await setMode('stubborn');
    const pod = await onlyPod((each) => isReady(each));
    const name = stringAt(pod, 'metadata', 'name');
    while (!(await logs(pod)).includes('mode stubborn')) await sleep(50);
    const process = kubelet.find(NAMESPACE, name)?.processOf('main');
    assert.ok(process);
    const begun = performance.now();
    await send('DELETE', `pods/${name}`, { gracePeriodSeconds: 2 });
    while (!(await logs(pod)).endsWith('asked to end\n')) await sleep(50);
    await once(process, 'close');
    assert.equal(process.signalCode, 'SIGKILL');
    assert.ok(performance.now() - begun > 1000);
    await setMode('good');
    await onlyPod((each) => isReady(each) && stringAt(each, 'metadata', 'name') !== name);
  });

  it('starts a container that ends again, later and later, and keeps what it said before', async () => {
    const running = await onlyPod(isReady);
    await setMode('crash');
    kubelet
      .find(NAMESPACE, stringAt(running, 'metadata', 'name'))
      ?.processOf('main')
      ?.kill('SIGKILL');
    const pod = await onlyPod((each) => stringAt(stateOf(each), 'waiting', 'reason') === 'CrashLoopBackOff');
    const [status] = listAt(pod, 'status', 'containerStatuses');
    assert.equal(valueAt(status, 'restartCount'), 1);
    assert.equal(valueAt(status, 'lastState', 'terminated', 'exitCode'), 3);
    assert.match(stringAt(stateOf(pod), 'waiting', 'message'), /^back-off 10s restarting failed container=main/);
    assert.match(await logs(pod, 'previous=true'), /mode crash\nit crashes\n$/);
  });

  it('leaves it to kube-apiserver to refuse logs, which the embedded cluster does in the same words', async () => {
    await using embedded = await startCluster({ crds: [], workloads: true });
    const other = new HttpClient(embedded.kubeconfig);
    const containers = [
      { name: 'main', image: 'a' },
      { name: 'second', image: 'a' },
    ];
    const spec = {
      nodeSelector: { no: 'such' },
      schedulerName: 'none',
      initContainers: [{ name: 'init', image: 'a' }],
      containers,
    };
    const pods = '/api/v1/namespaces/default/pods';
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'several' }, spec };
    await until('/api/v1/namespaces/default/serviceaccounts/default', () => true);
    for (const each of [client, other]) assert.equal((await each.send('POST', pods, { body })).code, 201);
    const queries = [
      '',
      'container=x',
      'container=main',
      'container=main&tailLines=-1',
      'container=main&tailLines=x',
      'container=main&limitBytes=0&sinceSeconds=0',
      'container=main&sinceTime=garbage',
      'container=main&sinceSeconds=1&sinceTime=2030-01-01T00:01:00Z',
      'container=main&stream=Stdout',
    ];
    for (const query of queries) {
      const path = `${pods}/several/log?${query}`;
      const [found, expected] = [await other.send('GET', path), await client.send('GET', path)];
      assert.deepEqual([query, found.code, found.value], [query, expected.code, expected.value]);
    }
    const [found, expected] = [
      await other.send('POST', `${pods}/several/log`),
      await client.send('POST', `${pods}/several/log`),
    ];
    assert.deepEqual([found.code, found.value], [expected.code, expected.value]);
    await other.close();
  });

  it('runs the example operator as its manifests deploy it, which hands over to the next, and ends', async () => {
    const deploy = join(EXAMPLE, 'deploy');
    const run = async (...args: readonly string[]): Promise<string> => {
      const child = kubectl('-n', 'autoroute-operator', ...args);
      const output = textOf(child);
      await once(child, 'close');
      assert.equal(child.exitCode, 0, output.text);
      return output.text;
    };
    await run('apply', '-k', deploy);
    await run('rollout', 'status', 'deploy/autoroute-operator', '--timeout=60s');
    const list = await until('/api/v1/namespaces/autoroute-operator/pods', (value) =>
      listAt(value, 'items').some(isReady),
    );
    const name = stringAt(listAt(list, 'items')[0], 'metadata', 'name');
    const holder = (value: unknown): string => stringAt(value, 'spec', 'holderIdentity');
    const lease = '/apis/coordination.k8s.io/v1/namespaces/autoroute-operator/leases/autoroute-operator';
    await until(lease, (value) => holder(value).startsWith(name));
    await run('rollout', 'restart', 'deploy/autoroute-operator');
    await run('rollout', 'status', 'deploy/autoroute-operator', '--timeout=60s');
    await until(lease, (value) => holder(value) !== '' && !holder(value).startsWith(name));
    await run('delete', 'deploy/autoroute-operator', '--wait=false');
    const pods = '/api/v1/namespaces/autoroute-operator/pods';
    await until(pods, (value) => listAt(value, 'items').length === 0);
    // Who ends well gives its lease back.
    assert.equal(holder(await until(lease, () => true)), '');
  });

  it('says what is missing, and which image nobody has', async () => {
    await send('PATCH', 'deployments/program', {
      spec: { template: { spec: { containers: [{ name: 'main', image: 'other:1' }] } } },
    });
    const isFailed = (pod: unknown): boolean => stringAt(stateOf(pod), 'waiting', 'reason') === 'ImagePullBackOff';
    const list = await until('pods', (value) => listAt(value, 'items').some(isFailed));
    const failed = listAt(list, 'items').find(isFailed);
    assert.match(
      await logs(failed),
      /^container "main" in pod ".*" is waiting to start: trying and failing to pull image$/,
    );
    await send('DELETE', 'deployments/program', {});
    await until('pods', (value) => listAt(value, 'items').length === 0);
    await send('DELETE', 'configmaps/settings', {});
    await send('POST', 'deployments', deployment());
    const pod = await onlyPod((each) => stringAt(stateOf(each), 'waiting', 'reason') === 'ContainerCreating');
    const name = stringAt(pod, 'metadata', 'name');
    const events = await until(
      `events?fieldSelector=involvedObject.name%3D${name},reason%3DFailedMount`,
      (value) => listAt(value, 'items').length > 0,
    );
    assert.equal(
      stringAt(listAt(events, 'items')[0], 'message'),
      'MountVolume.SetUp failed for volume "settings" : configmap "settings" not found',
    );
    assert.equal(await logs(pod), `container "main" in pod "${name}" is waiting to start: ContainerCreating`);
  });

  function kubectl(...args: readonly string[]): ChildProcess {
    return spawn(programPath('kubectl'), ['--kubeconfig', cluster.kubeconfig, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }
});

function textOf({ stdout }: ChildProcess): { readonly text: string } {
  const lines = { text: '' };
  stdout?.on('data', (chunk: Buffer) => (lines.text += chunk.toString()));
  return lines;
}

function deployment(): object {
  const fieldRef = (name: string, fieldPath: string): object => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  const container = {
    name: 'main',
    image: 'program:1',
    env: [
      fieldRef('POD_NAME', 'metadata.name'),
      fieldRef('POD_NAMESPACE', 'metadata.namespace'),
      { name: 'LEVEL', valueFrom: { configMapKeyRef: { name: 'settings', key: 'level' } } },
    ],
    ports: [{ name: 'health', containerPort: 8081 }],
    readinessProbe: { httpGet: { path: '/readyz', port: 'health' } },
    volumeMounts: [{ name: 'settings', mountPath: '/etc/program', readOnly: true }],
  };
  return {
    metadata: { name: 'program' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'program' } },
      template: {
        metadata: { labels: { app: 'program' } },
        spec: { containers: [container], volumes: [{ name: 'settings', configMap: { name: 'settings' } }] },
      },
    },
  };
}
