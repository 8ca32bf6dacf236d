import { discover } from '../../cli/cluster/discovery.ts';
import { systemClock } from '../../runtime/clock.ts';
import { KubeClient } from '../../runtime/kube/client.ts';
import { fromKubeconfig } from '../../runtime/kube/kubeconfig.ts';
import { resourceName } from '../../runtime/kube/paths.ts';
import { connect } from '../../runtime/kube/transport.ts';

/** The version of every object of a cluster, of every kind that can be listed: what changes with any write. */
export async function allVersions(kubeconfig: string): Promise<Readonly<Record<string, string>>> {
  const access = fromKubeconfig(kubeconfig, systemClock);
  const transport = connect(access);
  const { credentials } = access;
  const client = new KubeClient({
    transport,
    credentials,
    fieldManager: 'test',
    userAgent: 'test',
    clock: systemClock,
  });
  const versions: Record<string, string> = {};
  try {
    const kinds = await discover(async (path, accept) => {
      const headers = { accept, ...(await credentials.headers()) };
      const { body } = await transport.send({ method: 'GET', path, headers });
      const answer: unknown = JSON.parse(await body.text());
      return answer;
    });
    for (const { type, verbs } of kinds.preferred) {
      if (!verbs.includes('list')) continue;
      const { items } = await client.list(type, undefined, { limit: 0, metadataOnly: true });
      for (const { metadata } of items) {
        const { namespace = '', name, uid, resourceVersion } = metadata;
        // The server renews it by itself.
        if (type.plural === 'leases' && name.startsWith('apiserver-')) continue;
        versions[`${resourceName(type)} ${namespace}/${name}`] = `${uid} ${resourceVersion}`;
      }
    }
    return versions;
  } finally {
    await transport.close();
  }
}
