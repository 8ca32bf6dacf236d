import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../../runtime/kube/client.ts';
import type { KubernetesObject, ResourceType } from '../../runtime/kube/types.ts';

const routes: ResourceType = { group: 'example.io', version: 'v1', kind: 'Route', plural: 'routes', namespaced: true };
const configMaps: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};
const crds: ResourceType = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};
const namespace = 'default';
const SETTLED_WITHIN_MS = 60_000;

/** Resources that are made, changed and deleted, turn by turn, and an input that all of them read. */
export class Churn {
  readonly #client: KubeClient;
  readonly #size: number;
  /** What each resource that is there was told last. */
  readonly #told = new Map<string, string>();
  #writes = 0;
  #oldest = 0;
  #newest = 0;

  constructor(client: KubeClient, size: number) {
    this.#client = client;
    this.#size = size;
  }

  get writes(): number {
    return this.#writes;
  }

  /** Installs a kind on a server that is not embedded. */
  async installCrd(crd: KubernetesObject): Promise<void> {
    await this.#client.create(crds, crd);
    for (let served = false; !served; await sleep(50))
      served = await this.#client.list(routes, namespace, { limit: 1 }).then(
        () => true,
        () => false,
      );
  }

  /** So that there are as many as there shall be. */
  async fill(): Promise<void> {
    const shared = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared', namespace }, data: { n: '0' } };
    await this.#client.create(configMaps, shared);
    while (this.#told.size < this.#size) await this.#make();
  }

  /** One more write: most of them change a resource, some replace the oldest by a new one, a few change what all read. */
  async write(): Promise<void> {
    const turn = (this.#writes += 1);
    if (turn % 1000 === 0) return this.#share(String(turn));
    if (turn % 4 === 0) {
      await this.#remove();
      return this.#make();
    }
    const name = `r-${this.#oldest + (turn % this.#told.size)}`;
    this.#told.set(name, String(turn));
    await this.#client.jsonPatch({ type: routes, name, namespace }, [
      { op: 'replace', path: '/spec/n', value: String(turn) },
    ]);
  }

  /** Waits until every resource is as it was told; returns what is not, in the end. */
  async settled(): Promise<readonly string[]> {
    const deadline = performance.now() + SETTLED_WITHIN_MS;
    for (;;) {
      const wrong = await this.#wrong();
      if (wrong.length === 0 || performance.now() > deadline) return wrong;
      await sleep(200);
    }
  }

  async #wrong(): Promise<readonly string[]> {
    const wrong: string[] = [];
    const { items } = await this.#client.list(configMaps, namespace, { limit: 100_000 });
    const n = new Map(items.map((item) => [item.metadata.name, dataOf(item)['n']]));
    for (const [name, told] of this.#told)
      for (const output of [`${name}-first`, `${name}-second`])
        if (n.get(output) !== told) wrong.push(`${output}: ${n.get(output)}, and ${name} was told ${told}`);
    return wrong;
  }

  async #make(): Promise<void> {
    const name = `r-${this.#newest++}`;
    const route: KubernetesObject & { readonly spec: object } = {
      apiVersion: 'example.io/v1',
      kind: 'Route',
      metadata: { name, namespace },
      spec: { n: name },
    };
    await this.#client.create(routes, route);
    this.#told.set(name, name);
  }

  async #remove(): Promise<void> {
    const name = `r-${this.#oldest++}`;
    this.#told.delete(name);
    const route = await this.#client.get({ type: routes, name, namespace });
    await this.#client.delete({ type: routes, name, namespace }, route.metadata.uid ?? '');
  }

  async #share(n: string): Promise<void> {
    await this.#client.jsonPatch({ type: configMaps, name: 'shared', namespace }, [
      { op: 'replace', path: '/data/n', value: n },
    ]);
  }
}

function dataOf(
  object: KubernetesObject & { readonly data?: Readonly<Record<string, string>> },
): Readonly<Record<string, string>> {
  return object.data ?? {};
}
