import type { Clock } from '../clock.ts';
import type { KubeClient } from '../kube/client.ts';
import { resourceName } from '../kube/paths.ts';
import { formatSelector, type Requirement } from '../kube/selector.ts';
import type { KubernetesObject, ResourceType } from '../kube/types.ts';
import type { Logger } from '../observe/logger.ts';
import { Cache } from './cache.ts';
import { catchUp } from './catch-up.ts';
import type { Entry } from './store.ts';
import { Reflector, type Unreadable } from './reflector.ts';

/** What somebody wants to read, or to know about. */
export interface Need {
  readonly type: ResourceType;
  /** Absent: the whole cluster. */
  readonly namespace?: string | undefined;
  readonly requirements: readonly Requirement[];
  readonly metadataOnly: boolean;
}

export interface CachesOptions {
  readonly client: KubeClient;
  readonly fieldManager: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** Told of each object that cannot be read. */
  readonly unreadable?: Unreadable | undefined;
}

/** A cache, and what keeps it up to date. */
interface Kept {
  readonly cache: Cache;
  readonly reflector: Reflector<Entry>;
  readonly ending: AbortController;
  /** Until it is kept up to date no more; undefined: not begun. */
  running: Promise<void> | undefined;
}

/** All caches of an operator: one for each selection, shared by all who need it. */
export class Caches {
  readonly #options: CachesOptions;
  readonly #caches: ReadonlyMap<string, Kept>;
  readonly #all: readonly Cache[];
  readonly #byNeed = new Map<Need, Cache>();
  readonly #byResource = new Map<string, readonly Kept[]>();

  /** `former`: of the same operator, and to be ended by {@link replaceBy}: what both keep is taken over as it is. */
  constructor(needs: readonly Need[], options: CachesOptions, former?: Caches) {
    this.#options = options;
    const caches = new Map<string, Kept>();
    const kept = former ? former.#caches : new Map<string, Kept>();
    for (const need of needs) {
      const served = servedBy(need, needs);
      const labelSelector = formatSelector(served.requirements);
      const { type, namespace = '', metadataOnly } = served;
      const name = [resourceName(type), type.version, namespace, labelSelector, metadataOnly].join(' ');
      const made = caches.get(name) ?? kept.get(name) ?? make(served, labelSelector, options);
      caches.set(name, made);
      this.#byNeed.set(need, made.cache);
      const resource = resourceName(need.type);
      const known = this.#byResource.get(resource) ?? [];
      if (!known.includes(made)) this.#byResource.set(resource, [...known, made]);
    }
    this.#caches = caches;
    this.#all = Array.from(caches.values(), ({ cache }) => cache);
  }

  /** The cache that serves a need given to the constructor. It may hold more than the need asks for. */
  of(need: Need): Cache {
    const cache = this.#byNeed.get(need);
    if (!cache) throw new RangeError(`nobody declared that ${resourceName(need.type)} is needed`);
    return cache;
  }

  all(): readonly Cache[] {
    return this.#all;
  }

  /** See {@link Cache.hold}. */
  hold(type: ResourceType, key: string): () => void {
    const releases = this.#ofType(type).map(({ cache }) => cache.hold(key));
    return () => {
      for (const release of releases) release();
    };
  }

  /** See {@link Cache.written}. */
  written(type: ResourceType, object: KubernetesObject, writer: string | undefined): void {
    for (const { cache, reflector } of this.#ofType(type)) {
      const { selection } = cache;
      // In another version of the API only the metadata are the same: there the watch brings it.
      if (selection.type.version !== type.version && !selection.metadataOnly) continue;
      if (!cache.written(object, writer)) reflector.listAnew();
    }
  }

  /** See {@link Cache.removed}. */
  removed(type: ResourceType, key: string, uid: string, writer: string): void {
    for (const { cache } of this.#ofType(type)) cache.removed(key, uid, writer);
  }

  /** See {@link Cache.gone}. */
  gone(type: ResourceType, key: string, uid: string, writer: string): void {
    for (const { cache } of this.#ofType(type)) cache.gone(key, uid, writer);
  }

  /** See {@link Cache.takeBack}. */
  takeBack(
    type: Pick<ResourceType, 'group' | 'plural' | 'version'>,
    key: string,
    object: KubernetesObject | undefined,
  ): void {
    for (const { cache } of this.#byResource.get(resourceName(type)) ?? []) {
      const { selection } = cache;
      if (selection.type.version === type.version || selection.metadataOnly) cache.takeBack(key, object);
    }
  }

  /** A write was told that the server does not know this kind: so it is until a list says otherwise. */
  kindMissing(type: ResourceType): void {
    for (const { cache, reflector } of this.#caches.values()) {
      if (resourceName(cache.selection.type) !== resourceName(type) || cache.isKindMissing) continue;
      cache.missing();
      reflector.listAnew();
    }
  }

  /** Whether no cache of this kind keeps more than metadata: then a write need not ask for more in return. */
  keepMetadataOnly(type: ResourceType): boolean {
    return this.#ofType(type).every(({ cache: { selection } }) => selection.metadataOnly);
  }

  /** What is wrong with the watches that once stood, by kind. */
  troubles(): ReadonlyMap<Cache, string> {
    const troubles = new Map<Cache, string>();
    for (const { cache, reflector } of this.#caches.values())
      if (reflector.trouble !== undefined) troubles.set(cache, reflector.trouble);
    return troubles;
  }

  /** From now on all caches are kept up to date. */
  start(): void {
    for (const kept of this.#caches.values()) kept.running ??= kept.reflector.run(kept.ending.signal);
  }

  /** Resolves once nothing of it goes on. */
  async stop(): Promise<void> {
    await end([...this.#caches.values()]);
  }

  /** Ends all that `next`, which was made from this, has not taken over. */
  async replaceBy(next: Caches): Promise<void> {
    const takenOver = new Set(next.#caches.values());
    await end([...this.#caches.values()].filter((kept) => !takenOver.has(kept)));
  }

  /** Of each cache that was listed, the milliseconds since the last event, bookmark or list. */
  ages(): ReadonlyMap<Cache, number> {
    const ages = new Map<Cache, number>();
    for (const { cache, reflector } of this.#caches.values())
      if (reflector.age !== undefined) ages.set(cache, reflector.age);
    return ages;
  }

  /**
   * Brings all to what the cluster has now, each as fast as it can; until then they are not synced. Resolves when that is done or
   * `signal` aborts.
   */
  async catchUp(signal: AbortSignal): Promise<void> {
    for (const { cache } of this.#caches.values()) cache.fallBehind();
    await Promise.all(
      Array.from(this.#caches.values(), ({ cache, reflector, ending }) =>
        catchUp(
          cache,
          { ...this.#options, listAnew: () => reflector.listAnew() },
          AbortSignal.any([signal, ending.signal]),
        ),
      ),
    );
  }

  #ofType(type: ResourceType): readonly Kept[] {
    return this.#byResource.get(resourceName(type)) ?? [];
  }
}

async function end(caches: readonly Kept[]): Promise<void> {
  for (const { ending } of caches) ending.abort();
  await Promise.all(caches.flatMap(({ running }) => running ?? []));
}

function make(served: Need, labelSelector: string, options: CachesOptions): Kept {
  const { type, namespace, metadataOnly, requirements } = served;
  const selection = { type, namespace, labelSelector, metadataOnly };
  const cache = new Cache(selection, requirements, options.fieldManager);
  const reflector = new Reflector({ ...options, selection, sink: cache });
  return { cache, reflector, ending: new AbortController(), running: undefined };
}

/**
 * What is watched for a need. Where somebody reads the kind without a selector, that one watch serves all whom it gives enough;
 * others with the same selector share theirs. Full objects serve those who want metadata, never the other way round.
 */
function servedBy(need: Need, needs: readonly Need[]): Need {
  const kin = needs.filter(
    ({ type }) => resourceName(type) === resourceName(need.type) && type.version === need.type.version,
  );
  const selector = formatSelector(need.requirements);
  const broad = merged(kin.filter(({ requirements }) => requirements.length === 0));
  const same = merged(kin.filter(({ requirements }) => formatSelector(requirements) === selector));
  return broad && covers(broad, need) ? broad : (same ?? need);
}

function merged(needs: readonly Need[]): Need | undefined {
  const [first] = needs;
  if (!first) return undefined;
  return {
    ...first,
    namespace: needs.every(({ namespace }) => namespace === first.namespace) ? first.namespace : undefined,
    metadataOnly: needs.every(({ metadataOnly }) => metadataOnly),
  };
}

function covers(broad: Need, need: Need): boolean {
  return (
    (broad.namespace === undefined || broad.namespace === need.namespace) && (!broad.metadataOnly || need.metadataOnly)
  );
}
