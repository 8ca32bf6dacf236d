import { objectKey } from '../store/object.ts';
import { FOREGROUND, ORPHAN, remove } from '../verbs/delete.ts';
import { changeMeta } from './change-meta.ts';
import { isElsewhere, ownerText, reportForeignOwner } from './foreign-owners.ts';
import { OwnerIndex, placeText } from './owner-index.ts';
import { WorkLoop } from './work-loop.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { ApiObject, OwnerReference } from '../store/object.ts';
import type { Api } from '../verbs/api.ts';
import type { Controller } from './controller.ts';
import type { Place } from './owner-index.ts';

/** Never collected, as by the real server. */
const IGNORED = new Set(['/events', 'events.k8s.io/events']);

/** How many owners are remembered after their end: their kind may be served no longer when their dependents are looked at. */
const REMEMBERED = 500;

/**
 * Deletes what is owned by objects that have gone, and carries out foreground deletion and orphaning.
 * Source: pkg/controller/garbagecollector of k8s.io/kubernetes. Unlike there, the graph is never behind the objects.
 */
export function startGarbageCollection(api: Api, report: (error: unknown) => void): Controller {
  const collector = new Collector(api, report);
  return { stop: () => collector.stop() };
}

class Collector {
  readonly #api: Api;
  readonly #index = new OwnerIndex();
  readonly #places = new Map<string, Place>();
  /** Owners that have ended, as references of their own namespace would name them. */
  readonly #gone = new Set<string>();
  /** The namespaces of all objects by their uid; '' where they have none. */
  readonly #namespaces = new Map<string, string>();
  readonly #loop: WorkLoop<string>;
  readonly #unsubscribe: () => void;

  constructor(api: Api, report: (error: unknown) => void) {
    this.#api = api;
    this.#loop = new WorkLoop((text) => {
      const place = this.#places.get(text);
      this.#places.delete(text);
      if (place) this.#process(place);
    }, report);
    this.#unsubscribe = api.store.subscribe((collection, event) => {
      if (IGNORED.has(collection.name)) return;
      const place = { collection, key: event.key };
      if (event.previous) this.#index.remove(place, event.previous);
      if (event.type !== 'DELETED') this.#index.add(place, event.object);
      const { uid, namespace } = event.object.metadata;
      if (event.type === 'DELETED') this.#namespaces.delete(uid ?? '');
      else if (event.type === 'ADDED') {
        this.#namespaces.set(uid ?? '', namespace ?? '');
        // It may have come back, with an older state of the whole cluster.
        this.#gone.delete(textOf(event.object));
      }
      this.#enqueueFor(place, event.type === 'DELETED' ? undefined : event.object, event.previous);
    });
  }

  stop(): void {
    this.#unsubscribe();
    this.#loop.stop();
  }

  #enqueueFor(place: Place, now: ApiObject | undefined, before: ApiObject | undefined): void {
    if (!now && before) this.#remember(before);
    const dependents = this.#index.dependents((now ?? before)?.metadata.uid);
    if (!now || waitsForDependents(now) || waitsForOrphans(now)) {
      for (const dependent of dependents) this.#enqueue(dependent);
    }
    if (now && ((now.metadata.ownerReferences?.length ?? 0) > 0 || now.metadata.deletionTimestamp))
      this.#enqueue(place);
    // An owner that waits for its dependents may wait no longer.
    const owners = [...(now?.metadata.ownerReferences ?? []), ...(before?.metadata.ownerReferences ?? [])];
    for (const reference of owners) this.#enqueueOwner(reference, (now ?? before)?.metadata.namespace);
  }

  #enqueueOwner(reference: OwnerReference, namespace: string | undefined): void {
    const owner = this.#find(reference, namespace);
    if (owner?.object && waitsForDependents(owner.object)) this.#enqueue(owner.place);
  }

  #enqueue(place: Place): void {
    const text = placeText(place);
    this.#places.set(text, place);
    this.#loop.add(text);
  }

  #remember(owner: ApiObject): void {
    this.#gone.add(textOf(owner));
    for (const oldest of this.#gone) {
      if (this.#gone.size <= REMEMBERED) break;
      this.#gone.delete(oldest);
    }
  }

  #process(place: Place): void {
    const object = place.collection.get(place.key);
    const kind = this.#api.kinds.findByCollection(place.collection.name);
    if (!object || !kind) return;
    if (waitsForOrphans(object)) this.#orphan(kind, object);
    else if (waitsForDependents(object)) this.#finishForeground(kind, object);
    else if (!object.metadata.deletionTimestamp) this.#collect(kind, object);
  }

  /** Takes the owner out of its dependents, then lets it go. */
  #orphan(kind: ServedKind, owner: ApiObject): void {
    for (const place of this.#index.dependents(owner.metadata.uid)) {
      const dependent = place.collection.get(place.key);
      const dependentKind = this.#api.kinds.findByCollection(place.collection.name);
      if (dependent && dependentKind) this.#dropOwners(dependentKind, dependent, new Set([owner.metadata.uid]));
    }
    this.#dropFinalizer(kind, owner, ORPHAN);
  }

  /** An owner in foreground deletion goes once no dependent blocks it. */
  #finishForeground(kind: ServedKind, owner: ApiObject): void {
    const blocking = this.#index
      .dependents(owner.metadata.uid)
      .filter(({ collection, key }) =>
        collection
          .get(key)
          ?.metadata.ownerReferences?.some(
            ({ uid, blockOwnerDeletion }) => uid === owner.metadata.uid && blockOwnerDeletion === true,
          ),
      );
    if (blocking.length === 0) this.#dropFinalizer(kind, owner, FOREGROUND);
    for (const place of blocking) {
      const dependent = place.collection.get(place.key);
      if (dependent && !waitsForDependents(dependent)) this.#enqueue(place);
    }
  }

  #collect(kind: ServedKind, object: ApiObject): void {
    const references = object.metadata.ownerReferences ?? [];
    if (references.length === 0) return;
    const absent = new Set<string | undefined>();
    const waiting = new Set<string | undefined>();
    let solid = 0;
    for (const reference of references) {
      const state = this.#ownerState(reference, object);
      if (state === 'unknown') return;
      if (state === 'absent') {
        absent.add(reference.uid);
        if (isElsewhere(this.#namespaces.get(reference.uid), object)) reportForeignOwner(this.#api, object, reference);
      } else if (state === 'waiting') waiting.add(reference.uid);
      else solid++;
    }
    if (solid > 0) {
      if (absent.size + waiting.size > 0) this.#dropOwners(kind, object, new Set([...absent, ...waiting]));
      return;
    }
    const foreground = waiting.size > 0 && this.#index.dependents(object.metadata.uid).length > 0;
    if (foreground) this.#unblockCircle(kind, object);
    this.#delete(kind, object, foreground ? 'Foreground' : policyOf(object));
  }

  #delete(kind: ServedKind, { metadata }: ApiObject, propagationPolicy: 'Orphan' | 'Foreground' | 'Background'): void {
    const preconditions = metadata.uid === undefined ? {} : { uid: metadata.uid };
    remove(this.#api, kind, metadata.namespace, metadata.name, { propagationPolicy, preconditions });
  }

  /** Dependents that wait for this object while it waits for an owner of theirs would wait for ever. */
  #unblockCircle(kind: ServedKind, object: ApiObject): void {
    const circular = this.#index.dependents(object.metadata.uid).some(({ collection, key }) => {
      const dependent = collection.get(key);
      return dependent !== undefined && waitsForDependents(dependent);
    });
    if (!circular) return;
    changeMeta(this.#api, kind, object, (metadata) => {
      metadata.ownerReferences = (metadata.ownerReferences ?? []).map((reference) =>
        reference.blockOwnerDeletion ? Object.assign({}, reference, { blockOwnerDeletion: false }) : reference,
      );
    });
  }

  #ownerState(reference: OwnerReference, dependent: ApiObject): 'solid' | 'absent' | 'waiting' | 'unknown' {
    const { namespace } = dependent.metadata;
    const gone = this.#gone.has(ownerText(reference, namespace)) || this.#gone.has(ownerText(reference, undefined));
    if (gone) return 'absent';
    const found = this.#find(reference, namespace);
    if (!found) return 'unknown';
    if (found.object?.metadata.uid !== reference.uid) return 'absent';
    return waitsForDependents(found.object) ? 'waiting' : 'solid';
  }

  /**
   * Where the reference points to, seen from a namespace. Undefined where that cannot be said: a kind that is not served, or a
   * namespaced owner of an object of cluster scope; such references are left alone.
   */
  #find(
    { apiVersion, kind: kindName, name }: OwnerReference,
    namespace: string | undefined,
  ): { place: Place; object: ApiObject | undefined } | undefined {
    const kind = this.#api.kinds.findByKind(apiVersion, kindName);
    if (!kind || (kind.namespaced && !namespace)) return undefined;
    const collection = this.#api.store.collection(kind.collection);
    const key = objectKey(kind.namespaced ? namespace : undefined, name);
    return { place: { collection, key }, object: collection.get(key) };
  }

  #dropOwners(kind: ServedKind, object: ApiObject, uids: ReadonlySet<string | undefined>): void {
    changeMeta(this.#api, kind, object, (metadata) => {
      metadata.ownerReferences = (metadata.ownerReferences ?? []).filter(({ uid }) => !uids.has(uid));
    });
  }

  #dropFinalizer(kind: ServedKind, object: ApiObject, finalizer: string): void {
    changeMeta(this.#api, kind, object, (metadata) => {
      metadata.finalizers = (metadata.finalizers ?? []).filter((name) => name !== finalizer);
    });
  }
}

/** As references of its own namespace would name it. */
function textOf({ apiVersion, kind, metadata }: ApiObject): string {
  const { uid = '', name, namespace } = metadata;
  return ownerText({ apiVersion, kind, name, uid }, namespace);
}

function waitsForDependents({ metadata }: ApiObject): boolean {
  return Boolean(metadata.deletionTimestamp) && Boolean(metadata.finalizers?.includes(FOREGROUND));
}

function waitsForOrphans({ metadata }: ApiObject): boolean {
  return Boolean(metadata.deletionTimestamp) && Boolean(metadata.finalizers?.includes(ORPHAN));
}

function policyOf({ metadata }: ApiObject): 'Orphan' | 'Foreground' | 'Background' {
  if (metadata.finalizers?.includes(ORPHAN)) return 'Orphan';
  return metadata.finalizers?.includes(FOREGROUND) ? 'Foreground' : 'Background';
}
