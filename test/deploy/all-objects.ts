import { askAll } from '../../cli/cluster/at-once.ts';
import { Cluster } from '../../cli/cluster/cluster.ts';
import type { CommandEnvironment } from '../../cli/cluster/command-environment.ts';
import { apiVersionOf, resourceName } from '../../runtime/kube/paths.ts';

/** What passes or changes by itself. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'events',
  'events.events.k8s.io',
  'leases.coordination.k8s.io',
  'nodes',
  'componentstatuses',
]);

/** All objects of a cluster by name, without what differs from one run to the next: who they are, when and by whom they were written. */
export async function allObjects(environment: CommandEnvironment): Promise<Readonly<Record<string, unknown>>> {
  const { signal } = new AbortController();
  const cluster = Cluster.connect(environment, {}, { signal, onWarning: () => undefined });
  try {
    const listable = (await cluster.kinds()).preferred.filter(
      ({ type, verbs }) => verbs.includes('list') && !LEFT_OUT.has(resourceName(type)),
    );
    const lists = await askAll(listable, async ({ type }) => {
      const objects = await cluster.list(type, undefined);
      return objects.map((object): [string, unknown] => {
        const { name, namespace = '', labels, annotations } = object.metadata;
        const { status: _status, metadata: _metadata, ...rest } = { status: undefined, ...object };
        return [`${resourceName(type)} ${namespace}/${name}`, { labels, annotations, ...rest, in: apiVersionOf(type) }];
      });
    });
    return Object.fromEntries(lists.flat());
  } finally {
    await cluster.close();
  }
}
