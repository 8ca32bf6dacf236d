import { keyOf } from '../store/object.ts';
import { groupKey, subjectKey, subjectsOf, userKey } from './rbac-objects.ts';
import type { ApiObject } from '../store/object.ts';
import type { Store } from '../store/store.ts';
import type { Subject } from './rbac-objects.ts';
import type { User } from './user.ts';

/** A binding that is about a user, and the first of its subjects that is. */
export interface Bound {
  readonly binding: ApiObject;
  readonly subject: Subject;
}

/** The bindings of one collection by whom they are about, so that nobody's request looks at those of others. */
export class BindingIndex {
  readonly #bySubject = new Map<string, Map<string, ApiObject>>();

  /** `changed` is called after each change that the index has taken in. */
  constructor(store: Store, collection: string, changed: () => void) {
    const bindings = store.collection(collection);
    for (const binding of bindings.values()) this.#add(binding);
    bindings.subscribe(({ type, object, previous }) => {
      if (previous) this.#remove(previous);
      if (type !== 'DELETED') this.#add(object);
      changed();
    });
  }

  /** The bindings about a user in a namespace ('': those without one), in the order of their names. */
  of({ name, groups }: User, namespace: string): readonly Bound[] {
    const keys = new Set([userKey(name), ...groups.map(groupKey)]);
    const found = new Map<string, ApiObject>();
    for (const key of keys) {
      for (const [path, binding] of this.#bySubject.get(key) ?? []) {
        if ((binding.metadata.namespace ?? '') === namespace) found.set(path, binding);
      }
    }
    return [...found.values()]
      .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
      .flatMap((binding) => {
        const subject = subjectsOf(binding, namespace).find((each) => keys.has(subjectKey(each)));
        return subject ? { binding, subject } : [];
      });
  }

  #add(binding: ApiObject): void {
    for (const subject of subjectsOf(binding, binding.metadata.namespace ?? '')) {
      const key = subjectKey(subject);
      const bindings = this.#bySubject.get(key) ?? new Map<string, ApiObject>();
      this.#bySubject.set(key, bindings.set(keyOf(binding), binding));
    }
  }

  #remove(binding: ApiObject): void {
    for (const subject of subjectsOf(binding, binding.metadata.namespace ?? '')) {
      const key = subjectKey(subject);
      const bindings = this.#bySubject.get(key);
      bindings?.delete(keyOf(binding));
      if (bindings?.size === 0) this.#bySubject.delete(key);
    }
  }
}
