import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { load } from 'js-yaml';
import { addOnDefinitions } from '../../devcluster/kinds/add-ons.ts';
import { ClusterView } from '../../examples/autorouter/show/cluster-view.ts';
import { kubectlFor, type Kubectl } from './kubectl.ts';
import { RealCluster } from './kubernetes/real-cluster.ts';

const EXAMPLE = join(import.meta.dirname, '..', '..', 'examples', 'autorouter');
const NAMESPACE = 'autoroute-operator';
const SERVICE = { apiVersion: 'v1', kind: 'Service' };
/** As the operator has them. */
const LEASE_MS = 15_000;
const DEADLINE_MS = 10_000;
const STOPPED_MS = 20_000;

/** A line of the audit log, once the answer is complete; of a watch, once it has begun. Source: audit.k8s.io/v1 Event. */
interface Audited {
  readonly stage: string;
  readonly verb: string;
  readonly userAgent?: string;
  readonly user: { readonly username: string };
  readonly requestURI: string;
  readonly objectRef?: { readonly resource: string };
  readonly responseStatus?: { readonly code: number };
  /** Of leases only. */
  readonly requestObject?: unknown;
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
}

const POLICY = JSON.stringify({
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  rules: [
    { level: 'Request', namespaces: [NAMESPACE], resources: [{ group: 'coordination.k8s.io', resources: ['leases'] }] },
    { level: 'Metadata', namespaces: [NAMESPACE] },
  ],
});

describe('two replicas of AutoRoute on a real Kubernetes, with the generated role and the lease as it is', () => {
  let cluster: RealCluster;
  let folder: string;
  let kubectl: Kubectl;
  let view: ClusterView;
  const children = new Map<string, ChildProcess>();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'failover-'));
    await writeFile(join(folder, 'policy.json'), POLICY);
    cluster = await RealCluster.start({
      controllerManager: false,
      apiserver: {
        'audit-policy-file': join(folder, 'policy.json'),
        'audit-log-path': join(folder, 'audit.log'),
        'audit-log-batch-max-size': '1',
        'enable-admission-plugins': 'OwnerReferencesPermissionEnforcement',
      },
    });
    kubectl = kubectlFor(cluster.kubeconfig);
    const items = addOnDefinitions('istio');
    kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    const rendered = kubectl(['kustomize', join(EXAMPLE, 'deploy', 'overlays', 'namespaced')]);
    kubectl(['apply', '--server-side', '-f', '-'], rendered);
    kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    const token = kubectl(['create', 'token', 'autoroute-operator', '-n', NAMESPACE, '--duration=1h']).trim();
    const admin = load(await readFile(cluster.kubeconfig, 'utf8')) as object;
    await writeFile(
      join(folder, 'kubeconfig'),
      JSON.stringify({ ...admin, users: [{ name: 'admin', user: { token } }] }),
    );
    view = new ClusterView(cluster.kubeconfig, NAMESPACE);
    await deployment('web');
    await view.apply({
      apiVersion: 'examples.io/v1',
      kind: 'AutoRoute',
      metadata: { name: 'shop', namespace: NAMESPACE },
      spec: { deploymentSelector: { matchLabels: { tier: 'shop' } } },
    });
  });
  after(async () => {
    for (const child of children.values()) await end(child, 'SIGKILL');
    await cluster.stop();
    await rm(folder, { recursive: true });
  });

  const deployment = (name: string): Promise<void> =>
    view.apply({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: NAMESPACE, labels: { tier: 'shop' } },
      spec: {
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: { containers: [{ name, image: 'example.test/x:1', ports: [{ containerPort: 8080 }] }] },
        },
      },
    });
  const routed = async (name: string): Promise<void> => {
    const found = await view.until(() => view.find(SERVICE, name), 60);
    assert.ok(found, `there is no Service ${name}:\n${await readFile(join(folder, 'operators.log'), 'utf8')}`);
  };
  const end = async (child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };

  /** As its pod would start it, but for probes and metrics. The version tells its requests from the other's. */
  const begin = async (version: string): Promise<ChildProcess> => {
    const since = Date.now();
    const child = spawn(process.execPath, ['--conditions=autopilot-source', 'src/main.ts'], {
      cwd: EXAMPLE,
      env: {
        ...process.env,
        KUBECONFIG: join(folder, 'kubeconfig'),
        POD_NAME: `autoroute-operator-${version}`,
        POD_NAMESPACE: NAMESPACE,
        WATCH_NAMESPACE: NAMESPACE,
        AUTOPILOT_VERSION: version,
        AUTOPILOT_HEALTH_ADDR: '',
        AUTOPILOT_METRICS_ADDR: '',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.set(version, child);
    const tell = (chunk: Buffer): void => void writeFile(join(folder, 'operators.log'), chunk, { flag: 'a' });
    child.stdout.on('data', tell);
    child.stderr.on('data', tell);
    await audited((all) =>
      all.some(
        (line) =>
          sentBy(version)(line) &&
          line.verb === 'watch' &&
          line.objectRef?.resource === 'leases' &&
          receivedAt(line) >= since,
      ),
    );
    return child;
  };

  const sentBy = (version: string) => (line: Audited) => line.userAgent?.startsWith(`autoroute-operator/${version} `);
  const receivedAt = ({ requestReceivedTimestamp }: Audited): number => Date.parse(requestReceivedTimestamp);
  /** When a renewal was about to be sent, from which its term counts. */
  const renewedAt = ({ requestObject }: Audited): number =>
    Date.parse(/renewTime"(?:,"value")?:"([^"]+)"/.exec(JSON.stringify(requestObject))?.[1] ?? assert.fail());
  const answeredAt = ({ stageTimestamp }: Audited): number => Date.parse(stageTimestamp);
  const isRead = ({ verb }: Audited): boolean => verb === 'watch' || verb === 'list';
  /** Milliseconds that it told the server it had left. */
  const timeoutOf = ({ requestURI }: Audited): number => Number(/[?&]timeout=(\d+)ms(?:&|$)/.exec(requestURI)?.[1]);
  const leaseWrites = (all: readonly Audited[], version: string): readonly Audited[] =>
    all.filter(
      (line) =>
        sentBy(version)(line) &&
        !isRead(line) &&
        line.objectRef?.resource === 'leases' &&
        (line.responseStatus?.code ?? 500) < 300,
    );
  /** The audit log, as soon as it shows what is waited for. */
  const audited = async (wanted: (all: readonly Audited[]) => boolean): Promise<readonly Audited[]> => {
    for (const deadline = performance.now() + 60_000; ; await sleep(50)) {
      const text = await readFile(join(folder, 'audit.log'), 'utf8').catch(() => '');
      const all = text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Audited)
        .filter(({ stage, verb }) => stage === (verb === 'watch' ? 'ResponseStarted' : 'ResponseComplete'));
      if (wanted(all)) return all;
      assert.ok(performance.now() < deadline, 'the audit log does not show what is waited for');
    }
  };
  const firstOf = (lines: readonly Audited[], since: number): Audited =>
    lines.find((line) => receivedAt(line) >= since) ?? assert.fail('there is none');

  it('of which one is stopped for 20 s in the midst of its work: nothing starts from it after its deadline', async () => {
    const one = await begin('1.0.1');
    await routed('web');
    await begin('1.0.2');
    // While it makes three of each, so that it has more to send when it goes on.
    for (const name of ['cart', 'search', 'pay']) await deployment(name);
    await view.until(() => view.find(SERVICE, 'cart'), 60);
    one.kill('SIGSTOP');
    const stopped = Date.now();
    for (const name of ['search', 'pay']) await routed(name);
    const before = await audited((all) => leaseWrites(all, '1.0.2').length > 0);
    const renewed = leaseWrites(before, '1.0.1').at(-1) ?? assert.fail('it never led');
    const acquired = leaseWrites(before, '1.0.2')[0] ?? assert.fail('the other never led');
    const waited = receivedAt(acquired) - receivedAt(renewed);
    assert.ok(waited >= LEASE_MS, `the other took the lease after ${waited} ms`);
    await sleep(Math.max(0, stopped + STOPPED_MS - Date.now()));
    const resumed = Date.now();
    one.kill('SIGCONT');
    await deployment('late');
    await routed('late');
    const all = await audited((lines) =>
      lines.some(
        (line) =>
          sentBy('1.0.1')(line) &&
          line.verb === 'watch' &&
          line.objectRef?.resource === 'leases' &&
          receivedAt(line) >= resumed,
      ),
    );
    const late = all.filter(
      (line) => sentBy('1.0.1')(line) && !isRead(line) && receivedAt(line) > receivedAt(renewed) + DEADLINE_MS,
    );
    // Between its last look at the clock and the system call that sends the request a process can be stopped as well: one request, which
    // started before by the time that it says it had left.
    const [onItsWay, ...more] = late;
    assert.deepEqual(more, []);
    // Both are whole milliseconds.
    if (onItsWay) assert.ok(renewedAt(renewed) + DEADLINE_MS - timeoutOf(onItsWay) < stopped + 2, onItsWay.requestURI);
    assert.ok(renewedAt(renewed) <= receivedAt(renewed));
    console.log(`      acquired ${waited} ms after the last renewal of the one that was stopped`);
  });

  it('of which the one that works is killed: the other goes on once the lease has expired', async () => {
    await end(children.get('1.0.2') ?? assert.fail(), 'SIGKILL');
    const killed = Date.now();
    await deployment('after-kill');
    await routed('after-kill');
    const all = await audited((lines) => leaseWrites(lines, '1.0.1').some((line) => receivedAt(line) >= killed));
    const renewed = leaseWrites(all, '1.0.2').at(-1) ?? assert.fail();
    const acquired = firstOf(leaseWrites(all, '1.0.1'), killed);
    const waited = receivedAt(acquired) - receivedAt(renewed);
    assert.ok(waited >= LEASE_MS, `it took the lease after ${waited} ms`);
    console.log(`      acquired ${waited} ms after the last renewal of the one that was killed`);
  });

  it('of which the one that works is asked to stop: the other goes on at once', async () => {
    await begin('1.0.3');
    const asked = Date.now();
    const one = children.get('1.0.1') ?? assert.fail();
    one.kill('SIGTERM');
    assert.deepEqual(await once(one, 'exit'), [0, null]);
    await deployment('after-stop');
    await routed('after-stop');
    const all = await audited((lines) => leaseWrites(lines, '1.0.3').some((line) => receivedAt(line) >= asked));
    const released = leaseWrites(all, '1.0.1').at(-1) ?? assert.fail();
    const acquired = firstOf(leaseWrites(all, '1.0.3'), asked);
    const waited = answeredAt(acquired) - answeredAt(released);
    assert.ok(waited < LEASE_MS, `it waited ${waited} ms, as if for the lease to expire`);
    const work = all.filter((line) => sentBy('1.0.1')(line) && !isRead(line) && line.objectRef?.resource !== 'leases');
    assert.ok(work.every((line) => answeredAt(line) <= receivedAt(released)));
    console.log(`      acquired ${waited} ms after the release, ${answeredAt(acquired) - asked} ms after the signal`);
  });

  it('are refused nothing', async () => {
    const all = await audited(() => true);
    const ours = all.filter(({ user }) => user.username === `system:serviceaccount:${NAMESPACE}:autoroute-operator`);
    assert.ok(ours.length > 50);
    assert.deepEqual(
      ours.filter(({ responseStatus }) => responseStatus?.code === 403 || responseStatus?.code === 401),
      [],
    );
    // What is written tells how long it may take.
    const writes = ours.filter((line) => !isRead(line));
    assert.deepEqual(
      writes.filter(({ requestURI }) => !/[?&]timeout=\d+ms(?:&|$)/.test(requestURI)),
      [],
    );
  });
}).timeout(180_000);
