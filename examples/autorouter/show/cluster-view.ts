import {
  KubeConfig,
  KubernetesObjectApi,
  PatchStrategy,
  Watch,
  type KubernetesObject,
} from '@kubernetes/client-node';
import { setTimeout as sleep } from 'node:timers/promises';

/** An object of the cluster, as far as the show looks at it. */
export interface Seen {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly uid?: string;
    readonly ownerReferences?: readonly { readonly uid: string }[];
  };
  readonly spec?: unknown;
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly reason: string; readonly message: string }[];
  };
}

export interface KindRef {
  readonly apiVersion: string;
  readonly kind: string;
}

const PAUSE_MS = 20;

/** The cluster as any client sees it, over the network: what the show announces is read back through this. */
export class ClusterView {
  readonly namespace: string;
  readonly #config = new KubeConfig();
  readonly #objects: KubernetesObjectApi;

  /** `kubeconfig` is a file's path. */
  constructor(kubeconfig: string, namespace: string) {
    this.#config.loadFromFile(kubeconfig);
    this.#objects = KubernetesObjectApi.makeApiClient(this.#config);
    this.namespace = namespace;
  }

  /** Server-side apply, as `kubectl apply --server-side`. */
  async apply(object: object): Promise<void> {
    await this.#objects.patch(
      object,
      undefined,
      undefined,
      'show',
      true,
      PatchStrategy.ServerSideApply,
    );
  }

  async delete(ref: KindRef, name: string): Promise<void> {
    await this.#objects.delete({ ...ref, metadata: { name, namespace: this.namespace } });
  }

  /** All objects of a kind, by name. */
  async list({ apiVersion, kind }: KindRef): Promise<readonly Seen[]> {
    const { items } = await this.#objects.list(apiVersion, kind, this.namespace);
    const seen = items.map((item) => seenAs(item, { apiVersion, kind }));
    return seen.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  }

  /** Whether the cluster knows the kind. */
  isServed(ref: KindRef): Promise<boolean> {
    return this.list(ref).then(
      () => true,
      () => false,
    );
  }

  async find(ref: KindRef, name: string): Promise<Seen | undefined> {
    return (await this.list(ref)).find(({ metadata }) => metadata.name === name);
  }

  /** Looks until `look` returns something; undefined where it does not within `seconds`. */
  async until<T>(look: () => Promise<T | undefined>, seconds: number): Promise<T | undefined> {
    for (
      const deadline = performance.now() + seconds * 1000;
      performance.now() < deadline;
      await sleep(PAUSE_MS)
    ) {
      const found = await look();
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Tells every change of a kind's objects from now on, until the returned function is called. */
  async watch(path: string, tell: (type: string, object: Seen) => void): Promise<() => void> {
    const watching = await new Watch(this.#config).watch(
      path,
      {},
      (type: string, object: Seen) => tell(type, object),
      () => undefined,
    );
    return () => watching.abort();
  }
}

/** Items of a list carry no kind. */
function seenAs({ metadata, ...rest }: KubernetesObject, kind: KindRef): Seen {
  const { name = '', uid, ownerReferences = [] } = metadata ?? {};
  return {
    ...rest,
    ...kind,
    metadata: { name, ...(uid !== undefined && { uid }), ownerReferences },
  };
}
