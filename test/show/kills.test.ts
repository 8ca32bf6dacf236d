import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startCluster, type Cluster } from 'autopilot-devcluster';
import { OperatorProcess } from '../../examples/autorouter/show/operator-process.ts';
import { scaffold } from '../../examples/autorouter/show/scaffold.ts';
import { play } from '../../examples/autorouter/show/story.ts';
import { killingProxy } from './killing-proxy.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const EVERY = 10;
const ROUTE = { apiVersion: 'examples.io/v1', kind: 'AutoRoute', name: 'shop' };

/** What the operator reads and writes. */
const KINDS = [
  { apiVersion: 'examples.io/v1', kind: 'AutoRoute' },
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService' },
  { apiVersion: 'networking.istio.io/v1', kind: 'Gateway' },
];

interface Snapshot {
  /** Before the AutoRoute is deleted, and at the end. */
  readonly full: readonly unknown[];
  readonly end: readonly unknown[];
}

describe('the show, the operator killed at every tenth call', () => {
  let project: string;
  let undisturbed: Snapshot;
  before(async () => {
    await mkdir(join(ROOT, '.work'), { recursive: true });
    project = await mkdtemp(join(ROOT, '.work', 'kills-'));
  });
  after(() => rm(project, { recursive: true }));

  /** Plays the show through the proxy; everything that it announces has to come true. */
  const run = async (
    every: number,
    when: 'before' | 'after',
  ): Promise<{ readonly states: Snapshot; readonly calls: number; readonly kills: number }> => {
    const cluster = await startCluster();
    const kubeconfig = await cluster.writeKubeconfig(join(project, '.work', 'admin'));
    const operator = new OperatorProcess({ folder: project, kubeconfig: join(project, '.work', 'kubeconfig') });
    let restarted = Promise.resolve();
    const restart = async (ended: Promise<void>): Promise<void> => {
      await ended;
      operator.start();
    };
    const kill = (): void => void (restarted = restart(operator.stop('SIGKILL')));
    const proxy = await killingProxy({ kubeconfig: cluster.kubeconfig, every, when, kill });
    try {
      await writeFile(join(project, '.work', 'kubeconfig'), proxy.kubeconfig);
      operator.start();
      let full: readonly unknown[] = [];
      const beforeDeletion = async (): Promise<void> => {
        await cluster.until(ROUTE, (route) => isAtRest(route), { timeout: 60_000 });
        full = await stateOf(cluster);
      };
      await play({ kubeconfig, namespace: 'default', say: () => undefined, seconds: 60, beforeDeletion });
      const { calls, kills } = proxy;
      return { states: { full, end: await stateOf(cluster) }, calls, kills };
    } finally {
      await restarted;
      await operator.stop();
      await proxy.close();
      await cluster.stop();
    }
  };

  it('begins with one that is not disturbed', async () => {
    await scaffold(project, join(ROOT, 'examples', 'autorouter'), () => undefined);
    await mkdir(join(project, '.work'));
    ({ states: undisturbed } = await run(Infinity, 'before'));
    // AutoRoute, Deployments, Services (one is the cluster's own), VirtualServices, Gateway.
    assert.equal(undisturbed.full.length, 1 + 3 + 3 + 2 + 1);
    assert.equal(undisturbed.end.length, 3 + 1);
  });

  for (const when of ['before', 'after'] as const) {
    it(`ends the same: ${when === 'before' ? 'just before the call reached the server' : 'just after it was done'}`, async () => {
      const { states, calls, kills } = await run(EVERY, when);
      assert.deepEqual(states, undisturbed);
      assert.ok(kills >= 3 && kills === Math.floor(calls / EVERY), `killed ${kills} times in ${calls} calls`);
      console.log(`      killed ${kills} times in ${calls} calls`);
    });
  }
}).timeout(300_000);

function isAtRest(route: object | undefined): boolean {
  const { status } = (route ?? {}) as {
    readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  };
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
}

/** All there is of these kinds, less what every run has otherwise: uids, versions, times, addresses, and hashes that hold a uid. */
async function stateOf(cluster: Cluster): Promise<readonly unknown[]> {
  const lists = await Promise.all(KINDS.map((kind) => cluster.list(kind)));
  return lists.flat().map((object): unknown => withoutChance(object));
}

const CHANCE = new Set([
  // How often the status was written: who is killed may have no time to tell how things stand between two transitions.
  'revision',
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'lastTransitionTime',
  'time',
  'clusterIP',
  'clusterIPs',
  'examples.io/owner',
  'examples.io/applied',
  'observedOutputs',
  // Who made a field, and by which verb, may differ between a create and what made up for a lost answer.
  'managedFields',
]);

function withoutChance(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown): unknown => withoutChance(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !CHANCE.has(name))
      .map(([name, member]: [string, unknown]) => [name, withoutChance(member)]),
  );
}
