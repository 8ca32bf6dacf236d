import { setTimeout as sleep } from 'node:timers/promises';
import { isObject, listAt, objectAt, stringAt } from '../../devcluster/schema/json.ts';
import type { HttpClient } from '../../devcluster/conformance/http-client.ts';

/**
 * What a scheduler and a kubelet would do for pods of a real control plane, as little of it as the controllers of workloads look at: bound,
 * ready at once unless their image is of a host below `invalid`, gone at once when they are deleted. Returns how to end it.
 */
export function playPods(client: HttpClient): () => Promise<void> {
  const over = new AbortController();
  const play = async (): Promise<void> => {
    for (; !over.signal.aborted; await sleep(30)) {
      const { value } = await client.send('GET', '/api/v1/pods');
      await Promise.all(listAt(value, 'items').map((pod) => playPod(client, pod)));
    }
  };
  const played = play();
  return async () => {
    over.abort();
    await played;
  };
}

async function playPod(client: HttpClient, pod: unknown): Promise<void> {
  const metadata = objectAt(pod, 'metadata');
  const name = stringAt(metadata, 'name');
  const path = `/api/v1/namespaces/${stringAt(metadata, 'namespace')}/pods/${name}`;
  if (stringAt(metadata, 'deletionTimestamp') !== '') {
    await client.send('DELETE', path, { body: { gracePeriodSeconds: 0 } });
    return;
  }
  if (stringAt(pod, 'spec', 'nodeName') === '') {
    const target = { kind: 'Node', name: 'autopilot' };
    await client.send('POST', `${path}/binding`, {
      body: { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target },
    });
  }
  const fails = listAt(pod, 'spec', 'containers').some((container) =>
    stringAt(container, 'image').includes('.invalid/'),
  );
  const isReady = listAt(pod, 'status', 'conditions').some(
    (each) => isObject(each) && each['type'] === 'Ready' && each['status'] === 'True',
  );
  if (fails || isReady) return;
  const lastTransitionTime = new Date().toISOString();
  await client.send('PATCH', `${path}/status`, {
    body: { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime }] } },
    headers: { 'content-type': 'application/strategic-merge-patch+json' },
  });
}
