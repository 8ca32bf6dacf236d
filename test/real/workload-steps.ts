import { isArray, isObject, listAt, objectAt, stringAt, valueAt } from '../../devcluster/schema/json.ts';
import type { HttpClient } from '../../devcluster/conformance/http-client.ts';

/** Something that is done to a cluster's workloads. */
export interface Step {
  readonly what: string;
  readonly run: (client: HttpClient) => Promise<unknown>;
  /** Nothing may happen for seconds before all is done: a deadline, or pods that do not count yet. */
  readonly pauses?: true;
}

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

const merge =
  (body: object, path = `${DEPLOYMENTS}/web`) =>
  (client: HttpClient): Promise<unknown> =>
    client.send('PATCH', path, { body, headers: { 'content-type': 'application/strategic-merge-patch+json' } });

const image = (name: string) => ({ template: { spec: { containers: [{ name: 'main', image: name }] } } });

const deployment = (name: string, namespace: string, replicas: number): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace, annotations: { note: 'hello' } },
  spec: {
    replicas,
    progressDeadlineSeconds: 2,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name }, annotations: { 'pod/note': 'x' } },
      spec: { containers: [{ name: 'main', image: 'a:1' }] },
    },
  },
});

/** The life of a Deployment, and of one that may have no pods. */
export const STEPS: readonly Step[] = [
  { what: 'is made', run: (client) => client.send('POST', DEPLOYMENTS, { body: deployment('web', 'default', 2) }) },
  { what: 'gets another image', run: merge({ spec: image('a:2') }) },
  { what: 'goes back to its first one', run: merge({ spec: image('a:1') }) },
  { what: 'gets an annotation', run: merge({ metadata: { annotations: { note: 'bye' } } }) },
  { what: 'grows', run: merge({ spec: { replicas: 4 } }, `${DEPLOYMENTS}/web/scale`) },
  { what: 'gets an image that nobody can pull', run: merge({ spec: image('no.invalid/a:1') }), pauses: true },
  { what: 'grows in the midst of a rollout', run: merge({ spec: { replicas: 9 } }) },
  { what: 'shrinks in the midst of a rollout', run: merge({ spec: { replicas: 5 } }) },
  { what: 'gives the rollout up', run: merge({ spec: image('a:1') }) },
  { what: 'rests', run: merge({ spec: { paused: true } }) },
  { what: 'changes while it rests', run: merge({ spec: { ...image('a:3'), replicas: 3 } }) },
  { what: 'goes on', run: merge({ spec: { paused: false } }) },
  { what: 'keeps fewer old ones', run: merge({ spec: { revisionHistoryLimit: 1 } }) },
  { what: 'waits before a pod counts', run: merge({ spec: { minReadySeconds: 1, ...image('a:4') } }), pauses: true },
  {
    what: 'replaces all pods at once',
    run: merge({ spec: { strategy: { type: 'Recreate', rollingUpdate: null }, minReadySeconds: 0, ...image('a:5') } }),
  },
  {
    what: 'loses a pod, which somebody else has labelled otherwise',
    run: async (client) => {
      const { value } = await client.send('GET', '/api/v1/namespaces/default/pods?labelSelector=app%3Dweb');
      const name = stringAt(listAt(value, 'items')[0], 'metadata', 'name');
      await merge({ metadata: { labels: { app: 'mine' } } }, `/api/v1/namespaces/default/pods/${name}`)(client);
    },
  },
  {
    what: 'gets it back',
    run: async (client) => {
      const { value } = await client.send('GET', '/api/v1/namespaces/default/pods?labelSelector=app%3Dmine');
      const name = stringAt(listAt(value, 'items')[0], 'metadata', 'name');
      await merge({ metadata: { labels: { app: 'web' } } }, `/api/v1/namespaces/default/pods/${name}`)(client);
    },
  },
  { what: 'has no deadline', run: merge({ spec: { progressDeadlineSeconds: 2 ** 31 - 1, ...image('a:6') } }) },
  { what: 'wants nothing', run: merge({ spec: { replicas: 0 } }) },
  { what: 'is deleted', run: (client) => client.send('DELETE', `${DEPLOYMENTS}/web`) },
  {
    what: 'is made where its pods may not be',
    pauses: true,
    run: async (client) => {
      const metadata = { name: 'strict', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } };
      await client.send('POST', '/api/v1/namespaces', { body: { metadata } });
      const account = '/api/v1/namespaces/strict/serviceaccounts/default';
      while ((await client.send('GET', account)).code !== 200) continue;
      const path = DEPLOYMENTS.replace('default', 'strict');
      await client.send('POST', path, { body: deployment('web', 'strict', 2) });
    },
  },
];

/** Workloads, their pods and their Events, without what differs from cluster to cluster; pods as far as their ReplicaSets make them. */
export async function workloadsOf(client: HttpClient): Promise<object> {
  const [deployments, replicaSets, pods, events] = await Promise.all(
    ['/apis/apps/v1/deployments', '/apis/apps/v1/replicasets', '/api/v1/pods', '/api/v1/events'].map(async (path) =>
      listAt((await client.send('GET', path)).value, 'items'),
    ),
  );
  const names = new Map<string, string>();
  for (const replicaSet of replicaSets ?? []) {
    const revision = stringAt(replicaSet, 'metadata', 'annotations', 'deployment.kubernetes.io/revision');
    const history = stringAt(replicaSet, 'metadata', 'annotations', 'deployment.kubernetes.io/revision-history');
    const hash = stringAt(replicaSet, 'metadata', 'labels', 'pod-template-hash');
    names.set(hash, `<hash of ${history.split(',')[0] || revision}>`);
  }
  const clean = (value: unknown): unknown => normalise(value, (text) => withoutHashes(text, names));
  return {
    deployments: sorted((deployments ?? []).map(clean).map(withoutRace)),
    replicaSets: sorted((replicaSets ?? []).map(clean)),
    pods: sorted((pods ?? []).map((pod) => clean(ofReplicaSet(pod)))),
    events: sorted((events ?? []).flatMap((event) => (isOfController(event) ? [clean(told(event))] : []))),
  };
}

/** What no longer changes when all is done: the versions of workloads, and which pods there are. */
export async function stateOf(client: HttpClient): Promise<string> {
  const names = async (path: string, field: string): Promise<string[]> =>
    listAt((await client.send('GET', path)).value, 'items').map((item) => stringAt(item, 'metadata', field));
  const [deployments, replicaSets, pods] = await Promise.all([
    names('/apis/apps/v1/deployments', 'resourceVersion'),
    names('/apis/apps/v1/replicasets', 'resourceVersion'),
    names('/api/v1/pods', 'name'),
  ]);
  return [...deployments, ...replicaSets, ...pods].join();
}

/**
 * Where all pods are replaced at once, the real controller may find the new ones before it has seen that there were none: then the condition
 * that says so stays that of the ReplicaSet before.
 */
function withoutRace(deployment: unknown): unknown {
  if (stringAt(deployment, 'spec', 'strategy', 'type') !== 'Recreate') return deployment;
  const conditions = listAt(deployment, 'status', 'conditions').map((condition) =>
    Object.assign({}, condition, { message: stringAt(condition, 'message').replace(/<hash of \d+>/, '<hash>') }),
  );
  const status = { ...objectAt(valueAt(deployment, 'status')), conditions: sorted(conditions) };
  return { ...objectAt(deployment), status };
}

function ofReplicaSet(pod: unknown): object {
  const metadata = valueAt(pod, 'metadata');
  const managers = listAt(metadata, 'managedFields').filter(
    (entry) => stringAt(entry, 'manager') === 'kube-controller-manager',
  );
  return {
    ...(isObject(metadata) && metadata),
    name: '',
    managedFields: managers.map(withoutApp),
    container: listAt(pod, 'spec', 'containers')[0],
  };
}

/** Of two pods of one age it is the uid that says which one is too many: that which was labelled otherwise for a while, or another. */
function withoutApp(entry: unknown): unknown {
  const copy: unknown = structuredClone(entry);
  const labels = valueAt(copy, 'fieldsV1', 'f:metadata', 'f:labels');
  if (isObject(labels)) Reflect.deleteProperty(labels, 'f:app');
  return copy;
}

function isOfController(event: unknown): boolean {
  return ['deployment-controller', 'replicaset-controller'].includes(stringAt(event, 'source', 'component'));
}

function told(event: unknown): object {
  const names = ['type', 'reason', 'message', 'source', 'reportingComponent', 'reportingInstance', 'eventTime'];
  const object = valueAt(event, 'involvedObject');
  return { ...Object.fromEntries(names.map((name) => [name, valueAt(event, name)])), object };
}

const TIMES = new Set(['creationTimestamp', 'lastTransitionTime', 'lastUpdateTime', 'deletionTimestamp']);
const DROPPED = new Set(['uid', 'resourceVersion', 'volumeMounts', 'kind', 'apiVersion', 'time']);

function normalise(value: unknown, text: (text: string) => string): unknown {
  if (typeof value === 'string') return text(value);
  if (isArray(value)) return value.map((item) => normalise(item, text));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => {
      if (DROPPED.has(key)) return [];
      // Their order is that of their times.
      if (key === 'managedFields' && isArray(member))
        return [[key, sorted(member.map((item) => normalise(item, text)))]];
      return [[text(key), TIMES.has(key) ? '<time>' : normalise(member, text)]];
    }),
  );
}

function withoutHashes(text: string, names: ReadonlyMap<string, string>): string {
  const plain = text
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uid>')
    .replaceAll(/(web-[a-z0-9]{6,10}-)[a-z0-9]{5}/g, '$1<pod>');
  return [...names]
    .reduce((result, [hash, name]) => result.replaceAll(hash, name), plain)
    .replaceAll(/web-[bcdf4-9]{6,10}\b/g, 'web-<gone>');
}

function sorted(items: readonly unknown[]): unknown[] {
  return [...items].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
