import type { Cluster } from 'autopilot-devcluster';
import { askAll } from '../../cli/cluster/at-once.ts';
import type { ServedKinds } from '../../cli/cluster/discovery.ts';
import { apiVersionOf, resourceName } from '../../runtime/kube/paths.ts';

/** What passes or changes by itself. */
const LEFT_OUT = new Set([
  'events',
  'events.events.k8s.io',
  'leases.coordination.k8s.io',
  'nodes',
  'componentstatuses',
]);

/** All objects of a cluster by name, without what differs from one run to the next: who they are, when and by whom they were written. */
export async function allObjects(cluster: Cluster, kinds: ServedKinds): Promise<Readonly<Record<string, unknown>>> {
  const listable = kinds.preferred.filter(
    ({ type, verbs }) => verbs.includes('list') && !LEFT_OUT.has(resourceName(type)),
  );
  const lists = await askAll(listable, async ({ type }) => {
    const objects = await cluster.list({ apiVersion: apiVersionOf(type), kind: type.kind });
    return objects.map((object): [string, unknown] => {
      const { name, namespace = '', labels, annotations } = object.metadata;
      const { status: _status, metadata: _metadata, ...rest } = object;
      return [`${resourceName(type)} ${namespace}/${name}`, { labels, annotations, ...rest }];
    });
  });
  return Object.fromEntries(lists.flat());
}
