import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster, type Cluster, type RequestFilter, type RequestRecord } from 'autopilot-devcluster';
import { load } from 'js-yaml';

const ROOT = join(import.meta.dirname, '..', '..');
const PROGRAM = join(import.meta.dirname, 'fixtures', 'replica.ts');
const CRD = join(ROOT, 'examples', 'autorouter', 'deploy', 'base', 'crd.yaml');
const LEASE_MS = 4000;
const DEADLINE_MS = 2500;
const TIMES = [`${LEASE_MS}ms`, `${DEADLINE_MS}ms`, '300ms'];

const AUTO_ROUTE = { apiVersion: 'examples.io/v1', kind: 'AutoRoute' };
const SERVICE = { apiVersion: 'v1', kind: 'Service' };

/** A replica, and the user by whom the cluster's record knows it. */
interface Replica {
  readonly user: string;
  readonly child: ChildProcess;
}

describe('two replicas of AutoRoute', () => {
  let cluster: Cluster;
  let folder: string;
  let replicas: Replica[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'replicas-'));
    cluster = await startCluster();
    replicas = [];
    await cluster.installCrd(load(await readFile(CRD, 'utf8')) as Parameters<Cluster['installCrd']>[0]);
    await deployment('web');
    await cluster.create({
      ...AUTO_ROUTE,
      metadata: { name: 'shop', namespace: 'default' },
      spec: { deploymentSelector: { matchLabels: { tier: 'shop' } } },
    });
  });
  afterEach(async () => {
    for (const { child } of replicas) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await cluster.stop();
    await rm(folder, { recursive: true });
  });

  const deployment = (name: string): Promise<unknown> =>
    cluster.create({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: 'default', labels: { tier: 'shop' } },
      spec: {
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: { containers: [{ name, image: 'example.test/x:1', ports: [{ containerPort: 8080 }] }] },
        },
      },
    });
  const routed = (name: string): Promise<unknown> =>
    cluster.until({ ...SERVICE, name }, (service) => service !== undefined, { timeout: 30_000 });

  /** Starts one, and waits until it takes part. */
  const begin = async (user: string): Promise<Replica> => {
    const kubeconfig = join(folder, user);
    await writeFile(kubeconfig, cluster.addUser(user, ['system:masters']));
    const child = spawn(
      process.execPath,
      [...process.execArgv, '--conditions=autopilot-source', PROGRAM, kubeconfig, ...TIMES],
      { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const replica = { user, child };
    replicas.push(replica);
    for (const resource of ['leases', 'autoroutes', 'deployments', 'services', 'virtualservices', 'gateways'])
      await cluster.requests.until({ user, verb: 'watch', resource, code: 200 }, { timeout: 60_000 });
    return replica;
  };
  /** The first one leads and has made what there is to make; the second one stands by. */
  const both = async (): Promise<readonly [Replica, Replica]> => {
    const first = await begin('first');
    await routed('web');
    return [first, await begin('second')];
  };
  const requests = (filter: RequestFilter): readonly RequestRecord[] => cluster.requests.filter(filter);
  const leaseWrites = (user: string): readonly RequestRecord[] =>
    requests({ user, resource: 'leases', verb: ['patch', 'create'] }).filter(
      ({ code = 0 }) => code >= 200 && code < 300,
    );
  const isWork = ({ verb, resource }: RequestRecord): boolean =>
    verb !== 'watch' && verb !== 'list' && resource !== 'leases';
  const workOf = (user: string): readonly RequestRecord[] => requests({ user }).filter(isWork);
  const last = (user: string): RequestRecord => leaseWrites(user).at(-1) ?? assert.fail(`${user} has no lease`);

  it('are one that works; when it is killed, the other goes on once the lease has expired', async () => {
    const [first, second] = await both();
    assert.deepEqual(workOf('second'), []);
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    await deployment('cart');
    await routed('cart');
    const [acquired] = leaseWrites('second');
    assert.ok(acquired);
    const waited = acquired.started.getTime() - last('first').started.getTime();
    assert.ok(waited >= LEASE_MS, `it took the lease after ${waited} ms`);
    const [work] = workOf('second');
    assert.ok(work && work.started >= acquired.started);
    assert.equal(second.child.exitCode, null);
  });

  it('hand over when the one that works is asked to stop, without waiting for the lease to expire', async () => {
    const [first] = await both();
    first.child.kill('SIGTERM');
    assert.deepEqual(await once(first.child, 'exit'), [0, null]);
    await deployment('cart');
    await routed('cart');
    const [acquired] = leaseWrites('second');
    const released = last('first');
    assert.ok(acquired && acquired.started >= released.started);
    assert.ok(acquired.started.getTime() - released.started.getTime() < LEASE_MS, 'it waited for the lease to expire');
    assert.ok(workOf('first').every(({ ended }) => ended && ended <= released.started));
  });

  it('do not both work where one is stopped in the midst of its writes and goes on later', async () => {
    const [first, second] = await both();
    // Nobody tells it that the lease was taken: it has to know by its clock.
    const untold = cluster.faults.holdEvents({ user: 'first', resource: 'leases' });
    // It is stopped while it waits for an answer, which is there when it goes on: before any timer it would send what comes next.
    const stopped = new Promise<void>((resolve) => {
      const stop = cluster.requests.subscribe((request) => {
        if (request.user !== 'first' || request.verb !== 'create') return;
        stop();
        first.child.kill('SIGSTOP');
        resolve();
      });
    });
    for (const name of ['cart', 'search', 'pay']) await deployment(name);
    await stopped;
    for (const name of ['cart', 'search', 'pay']) await routed(name);
    assert.ok(leaseWrites('second').length > 0);
    const deadline = last('first').started.getTime() + DEADLINE_MS;
    const resumed = Date.now();
    assert.ok(resumed > deadline);
    first.child.kill('SIGCONT');
    // It looks whose the lease is.
    await cluster.requests.until(
      ({ user, verb, resource, started }) =>
        user === 'first' && verb === 'watch' && resource === 'leases' && started.getTime() >= resumed,
      { timeout: 30_000 },
    );
    untold.release();
    await deployment('late');
    await routed('late');
    const sent = requests({ user: 'first' }).filter(
      ({ started, verb }) => started.getTime() > deadline && verb !== 'watch' && verb !== 'list',
    );
    assert.deepEqual(sent, []);
    // And it is as good a replica as before.
    second.child.kill('SIGTERM');
    await once(second.child, 'exit');
    await deployment('last');
    await routed('last');
    assert.ok(workOf('first').some(({ started }) => started.getTime() > resumed));
  });
}).timeout(180_000);
