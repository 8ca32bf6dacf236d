import { isArray, listAt, stringAt, valueAt } from '../../../devcluster/schema/json.ts';
import type { Address, Kinds, ObjectLike } from '../../../devcluster/cluster/objects.ts';
import type { Upstream } from './upstream.ts';

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** The kinds that a real server serves, as it told last. */
export class DiscoveredKinds implements Kinds<Address> {
  readonly #upstream: Upstream;
  #kinds = new Map<string, Address>();
  /** Of definitions whose kinds are known to be served: the uid and the generation. */
  readonly #served = new Set<string>();

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
  }

  findByKind(apiVersion: string, kind: string): Address | undefined {
    return this.#kinds.get(`${apiVersion} ${kind}`);
  }

  /** Whether a definition is served as it is, so that nothing has to be waited for. */
  serves(definition: ObjectLike): boolean {
    return this.#served.has(markOf(definition));
  }

  /** Resolves once a definition that is established is served. */
  async untilServed(definition: ObjectLike): Promise<void> {
    const spec = valueAt(definition, 'spec');
    const apiVersion = `${stringAt(spec, 'group')}/${stringAt(listAt(spec, 'versions')[0], 'name')}`;
    do await this.refresh();
    while (!this.findByKind(apiVersion, stringAt(spec, 'names', 'kind')));
    this.#served.add(markOf(definition));
  }

  /** Asks for them again. */
  async refresh(): Promise<void> {
    const groups = await Promise.all([this.#groups('/api'), this.#groups('/apis')]);
    this.#kinds = new Map(groups.flat());
  }

  async #groups(path: string): Promise<readonly (readonly [string, Address])[]> {
    const answer = await this.#upstream.ask({
      method: 'GET',
      path,
      query: new URLSearchParams(),
      header: (name) => (name === 'accept' ? AGGREGATED : undefined),
      body: () => Promise.resolve(Buffer.alloc(0)),
    });
    if (!('body' in answer)) throw new TypeError('a watch where discovery was asked for');
    const found: unknown = JSON.parse(answer.body.toString());
    const items = valueAt(found, 'items');
    if (!isArray(items)) throw new TypeError(`no discovery at ${path}: ${answer.body.toString().slice(0, 200)}`);
    return items.flatMap((group) => {
      const name = stringAt(valueAt(group, 'metadata'), 'name');
      return listAt(group, 'versions').flatMap((served) => {
        const version = stringAt(served, 'version');
        const apiVersion = name === '' ? version : `${name}/${version}`;
        return listAt(served, 'resources').map((resource) => {
          const address = {
            group: name,
            version,
            plural: stringAt(resource, 'resource'),
            namespaced: stringAt(resource, 'scope') === 'Namespaced',
          };
          return [`${apiVersion} ${stringAt(valueAt(resource, 'responseKind'), 'kind')}`, address] as const;
        });
      });
    });
  }
}

function markOf(definition: ObjectLike): string {
  return `${stringAt(definition, 'metadata', 'uid')} ${String(valueAt(valueAt(definition, 'metadata'), 'generation'))}`;
}
