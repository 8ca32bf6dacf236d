import type { Collection } from '../store/collection.ts';
import type { ApiObject } from '../store/object.ts';

/** An object by its place, which outlives it. */
export interface Place {
  readonly collection: Collection;
  readonly key: string;
}

/** Which objects name which owners: kept up to date with every change, so that nothing is ever searched for. */
export class OwnerIndex {
  /** Places of dependents by their owner's uid; the inner key is the place as text. */
  readonly #dependents = new Map<string, Map<string, Place>>();

  add(place: Place, object: ApiObject): void {
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const places = this.#dependents.get(uid) ?? new Map<string, Place>();
      this.#dependents.set(uid, places.set(placeText(place), place));
    }
  }

  remove(place: Place, object: ApiObject): void {
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const places = this.#dependents.get(uid);
      places?.delete(placeText(place));
      if (places?.size === 0) this.#dependents.delete(uid);
    }
  }

  dependents(uid: string | undefined): readonly Place[] {
    return [...(this.#dependents.get(uid ?? '')?.values() ?? [])];
  }
}

export function placeText({ collection, key }: Place): string {
  return `${collection.name} ${key}`;
}
