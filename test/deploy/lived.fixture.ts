import type { Cluster } from 'autopilot-devcluster';

const NAME = 'autoroute-operator';
const RESOURCE = { apiVersion: 'examples.io/v1', kind: 'AutoRoute', name: 'web', namespace: 'default' };
const LEASE = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name: NAME, namespace: NAME };

/** Does what an operator that runs would have done, since nothing is executed in the pods; returns how to take it back. */
export async function lived(cluster: Cluster, command: 'status' | 'logs'): Promise<() => Promise<void>> {
  const pods = await cluster.list({ apiVersion: 'v1', kind: 'Pod', namespace: NAME });
  const name = pods[0]?.metadata.name ?? '';
  const ago = (hours: number): string => `${new Date(Date.now() - hours * 3_600_000).toISOString().slice(0, 19)}Z`;
  const micro = (time: string): string => time.replace('Z', '.000000Z');
  await cluster.apply({
    apiVersion: LEASE.apiVersion,
    kind: LEASE.kind,
    metadata: { name: NAME, namespace: NAME },
    spec: {
      holderIdentity: `${name}-0a1b2c3d`,
      leaseDurationSeconds: 15,
      acquireTime: micro(ago(3)),
      renewTime: micro(ago(0)),
    },
  });
  await cluster.create({
    apiVersion: RESOURCE.apiVersion,
    kind: RESOURCE.kind,
    metadata: { name: RESOURCE.name, namespace: RESOURCE.namespace },
    spec: { deploymentSelector: { matchLabels: { app: 'web' } } },
  });
  const status = {
    phase: 'Syncing',
    conditions: [
      { type: 'Ready', status: 'False', reason: 'WorkerFailed', message: 'no port', lastTransitionTime: ago(3) },
    ],
  };
  await cluster.patch(RESOURCE, { status }, { subresource: 'status' });
  const line = { time: Date.now(), operator: NAME, version: '0.0.1', resource: 'default/web', sync: '3f9a01bc-1z' };
  const lines = [
    { level: 30, ...line, phase: 'Initializing', from: 'Initializing', to: 'Syncing', msg: 'Initializing → Syncing' },
    { level: 50, ...line, phase: 'Syncing', reason: 'WorkerFailed', msg: 'no port' },
  ];
  if (command === 'logs')
    cluster.print({ name, namespace: NAME }, lines.map((each) => JSON.stringify(each)).join('\n'));
  return async () => {
    await cluster.delete(RESOURCE);
    await cluster.delete(LEASE);
  };
}
