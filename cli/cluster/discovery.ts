import { apiVersionOf } from '../../runtime/kube/paths.ts';
import type { ResourceType } from '../../runtime/kube/types.ts';

/** A kind that a cluster serves. */
export interface ServedKind {
  readonly type: ResourceType;
  readonly verbs: readonly string[];
  readonly subresources: readonly string[];
}

/** What a cluster serves. */
export class ServedKinds {
  /** Each kind once, in the version that its group prefers among those that have it. */
  readonly preferred: readonly ServedKind[];
  /** Groups that could not be asked, with the version: their API server does not answer. What there is of them is not known. */
  readonly unavailable: readonly string[];
  readonly #byKind: ReadonlyMap<string, ServedKind>;

  constructor(all: readonly ServedKind[], unavailable: readonly string[]) {
    const first = new Map<string, ServedKind>();
    for (const served of all) {
      const key = `${served.type.plural}.${served.type.group}`;
      if (!first.has(key)) first.set(key, served);
    }
    this.preferred = [...first.values()];
    this.unavailable = unavailable;
    this.#byKind = new Map(all.map((served) => [`${apiVersionOf(served.type)} ${served.type.kind}`, served]));
  }

  /** The kind of that apiVersion; undefined where it is not served. */
  find(apiVersion: string, kind: string): ServedKind | undefined {
    return this.#byKind.get(`${apiVersion} ${kind}`);
  }
}

interface Discovery {
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions: readonly {
      readonly version: string;
      readonly freshness?: string;
      readonly resources?: readonly DiscoveredResource[];
    }[];
  }[];
}

interface DiscoveredResource {
  readonly resource: string;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly responseKind?: { readonly kind?: string };
  readonly verbs?: readonly string[];
  readonly subresources?: readonly { readonly subresource: string }[];
}

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/**
 * Asks what is served, in two requests (aggregated discovery, Kubernetes 1.30 and newer: KEP-3352). `get` answers a path's JSON.
 */
export async function discover(get: (path: string, accept: string) => Promise<unknown>): Promise<ServedKinds> {
  const answers = await Promise.all(['/api', '/apis'].map((path) => get(path, AGGREGATED)));
  const unavailable: string[] = [];
  const all = (answers as readonly Discovery[]).flatMap(({ items = [] }) =>
    items.flatMap(({ metadata, versions }) =>
      versions.flatMap(({ version, freshness, resources = [] }) => {
        const group = metadata?.name ?? '';
        if (freshness === 'Stale') unavailable.push(apiVersionOf({ group, version }));
        return resources.flatMap((resource) => servedKind(group, version, resource) ?? []);
      }),
    ),
  );
  return new ServedKinds(all, unavailable);
}

function servedKind(group: string, version: string, of: DiscoveredResource): ServedKind | undefined {
  const kind = of.responseKind?.kind;
  if (kind === undefined || kind === '') return undefined;
  return {
    type: { group, version, kind, plural: of.resource, namespaced: of.scope === 'Namespaced' },
    verbs: of.verbs ?? [],
    subresources: (of.subresources ?? []).map(({ subresource }) => subresource),
  };
}
