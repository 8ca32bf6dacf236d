import { load } from 'js-yaml';
import { listAt, stringAt } from '../schema/json.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { KindRef } from '../cluster/objects.ts';
import type { Verb } from '../requests/request-record.ts';

/** One sort of request that an operator makes. */
export interface Asked {
  readonly verb: Verb;
  readonly resource: string;
  /** Undefined where the server serves no such resource. */
  readonly kind: KindRef | undefined;
}

/** What was asked of a cluster so far, each sort once. */
export async function askedOf(cluster: Cluster): Promise<readonly Asked[]> {
  const sorts = new Map<string, Asked>();
  for (const { verb, group, version, resource } of cluster.requests.all) {
    const apiVersion = group === '' ? version : `${group}/${version}`;
    const key = `${verb} ${apiVersion} ${resource}`;
    if (resource === '' || sorts.has(key)) continue;
    const kind = await kindOf(cluster, apiVersion, resource);
    sorts.set(key, { verb, resource, kind: kind === undefined ? undefined : { apiVersion, kind } });
  }
  return [...sorts.values()];
}

/** As discovery tells it. */
async function kindOf(cluster: Cluster, apiVersion: string, resource: string): Promise<string | undefined> {
  const authorization = `Bearer ${stringAt(listAt(load(cluster.kubeconfig), 'users')[0], 'user', 'token')}`;
  const outcome = await cluster.exchange(
    {
      method: 'GET',
      path: apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`,
      query: new URLSearchParams(),
      header: (name) => (name === 'authorization' ? authorization : undefined),
      body: () => Promise.resolve(Buffer.alloc(0)),
    },
    () => undefined,
  );
  if (typeof outcome === 'string' || !('body' in outcome)) return undefined;
  const served = listAt(JSON.parse(outcome.body.toString()), 'resources');
  const found = served.find((each) => stringAt(each, 'name') === resource);
  return found === undefined ? undefined : stringAt(found, 'kind');
}
