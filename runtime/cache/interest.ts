import { formatSelector, matches, type Requirement } from '../kube/selector.ts';
import type { KubernetesObject } from '../kube/types.ts';

/** Something that a worker read: an object by name, or what a selector matches in a namespace (undefined: in all). */
export type Read =
  | { readonly by: 'name'; readonly key: string }
  | { readonly by: 'selector'; readonly namespace: string | undefined; readonly requirements: readonly Requirement[] };

/** A read with those whom a change of it concerns. Identical reads of several readers are one interest. */
interface Interest {
  readonly id: string;
  readonly read: Read;
  readonly readers: Set<string>;
}

/**
 * Who read what, for one cache: from a changed object to the readers that it concerns, without asking each of them. Names and
 * required label values are looked up; only selectors without any required value stand on a list, one for each namespace.
 */
export class InterestIndex {
  readonly #interests = new Map<string, Interest>();
  /** Where each interest is found from a change; see {@link placesOf}. */
  readonly #places = new Map<string, Set<Interest>>();
  readonly #byReader = new Map<string, Set<Interest>>();
  /** Label keys that some interest is placed under: the only labels of an object worth a look-up. */
  readonly #labels = new Map<string, number>();

  /** Records that `reader` read this; returns the read's id. To be called before the read is answered. */
  add(reader: string, read: Read): string {
    const id = idOf(read);
    let interest = this.#interests.get(id);
    if (!interest) {
      interest = { id, read, readers: new Set() };
      this.#interests.set(id, interest);
      this.#place(interest);
    }
    interest.readers.add(reader);
    const own = this.#byReader.get(reader);
    if (own) own.add(interest);
    else this.#byReader.set(reader, new Set([interest]));
    return id;
  }

  /** Forgets what `reader` read, other than the reads of these ids. */
  retain(reader: string, ids: ReadonlySet<string>): void {
    const own = this.#byReader.get(reader);
    if (!own) return;
    for (const interest of own) {
      if (ids.has(interest.id)) continue;
      own.delete(interest);
      interest.readers.delete(reader);
      if (interest.readers.size === 0) this.#displace(interest);
    }
    if (own.size === 0) this.#byReader.delete(reader);
  }

  /** Forgets all readers. */
  clear(): void {
    for (const index of [this.#interests, this.#places, this.#byReader, this.#labels]) index.clear();
  }

  /** Those whose reads would now be answered differently. Either side may be missing: the object appeared, or is gone. */
  readersOf(
    key: string,
    old: KubernetesObject | undefined,
    current: KubernetesObject | undefined,
  ): ReadonlySet<string> {
    const found = new Set<string>();
    for (const interest of this.#places.get(`name ${key}`) ?? [])
      for (const reader of interest.readers) found.add(reader);
    for (const object of [old, current]) {
      if (!object) continue;
      for (const interest of this.#candidates(object)) {
        if (!concerns(interest.read, object)) continue;
        for (const reader of interest.readers) found.add(reader);
      }
    }
    return found;
  }

  *#candidates({ metadata }: KubernetesObject): Generator<Interest, void> {
    const { namespace = '' } = metadata;
    for (const [label, value] of Object.entries(metadata.labels ?? {})) {
      if (!this.#labels.has(label)) continue;
      yield* this.#places.get(`label ${label}=${value}`) ?? [];
    }
    yield* this.#places.get(`namespace ${namespace}`) ?? [];
    yield* this.#places.get('everywhere') ?? [];
  }

  #place(interest: Interest): void {
    for (const place of placesOf(interest.read)) {
      const there = this.#places.get(place);
      if (there) there.add(interest);
      else this.#places.set(place, new Set([interest]));
    }
    const label = indexedLabel(interest.read);
    if (label) this.#labels.set(label.key, (this.#labels.get(label.key) ?? 0) + 1);
  }

  #displace(interest: Interest): void {
    this.#interests.delete(interest.id);
    for (const place of placesOf(interest.read)) {
      const there = this.#places.get(place);
      there?.delete(interest);
      if (there?.size === 0) this.#places.delete(place);
    }
    const label = indexedLabel(interest.read);
    if (!label) return;
    const count = (this.#labels.get(label.key) ?? 1) - 1;
    if (count === 0) this.#labels.delete(label.key);
    else this.#labels.set(label.key, count);
  }
}

/** The requirement under which a selector is found: one that demands a value. */
function indexedLabel(read: Read): Requirement | undefined {
  return read.by === 'selector' ? read.requirements.find(({ operator }) => operator === 'In') : undefined;
}

function placesOf(read: Read): readonly string[] {
  if (read.by === 'name') return [`name ${read.key}`];
  const label = indexedLabel(read);
  if (label) return label.values.map((value) => `label ${label.key}=${value}`);
  return [read.namespace === undefined ? 'everywhere' : `namespace ${read.namespace}`];
}

function idOf(read: Read): string {
  return read.by === 'name' ? `name ${read.key}` : `${read.namespace ?? '*'} ${formatSelector(read.requirements)}`;
}

function concerns(read: Read, { metadata }: KubernetesObject): boolean {
  if (read.by === 'name') return false;
  return (
    (read.namespace === undefined || read.namespace === metadata.namespace) &&
    matches(read.requirements, metadata.labels)
  );
}
