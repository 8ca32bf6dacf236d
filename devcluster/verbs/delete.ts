import { formatTime } from '../clock.ts';
import { conflict, notFound } from '../http/status.ts';
import { resourceOf } from '../kinds/served-kind.ts';
import { objectKey } from '../store/object.ts';
import { admitDelete } from '../admission/namespaces.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { ApiObject, Draft } from '../store/object.ts';
import type { Api } from './api.ts';

export const ORPHAN = 'orphan';
export const FOREGROUND = 'foregroundDeletion';

/** `metav1.DeleteOptions`. */
export interface DeleteOptions {
  readonly dryRun?: boolean | undefined;
  readonly gracePeriodSeconds?: number | undefined;
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground' | undefined;
  /** The older form of `propagationPolicy`. */
  readonly orphanDependents?: boolean | undefined;
  readonly preconditions?: { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined };
}

export interface Deleted {
  /** The object as it was last, or as it is while it is being deleted; in the version of `kind`. */
  readonly object: ApiObject;
  /** False: the object stays until its finalizers or its grace period are over. */
  readonly gone: boolean;
}

/** DELETE of one object. Source: Store.Delete of k8s.io/apiserver/pkg/registry/generic/registry. */
export function remove(
  api: Api,
  kind: ServedKind,
  namespace: string | undefined,
  name: string,
  options: DeleteOptions,
): Deleted {
  const collection = api.store.collection(kind.collection);
  const stored = collection.get(objectKey(namespace, name));
  if (!stored) throw notFound(resourceOf(kind), name);
  checkPreconditions(kind, stored, options);
  admitDelete(kind, name);
  const outcome = (object: ApiObject, gone: boolean): Deleted => ({ object: kind.fromStorage(object), gone });

  if (kind.strategy.startDeletion && !stored.metadata.deletionTimestamp) {
    const started = startDeletion(api, kind, stored, options);
    return outcome(options.dryRun ? started : api.store.put(collection, started), false);
  }
  if (kind.strategy.heldByOthers(stored)) return outcome(stored, false);
  const grace = graceful(kind, stored, options, api.clock.now());
  if (grace === 'pending') return outcome(stored, false);
  const finalizers = collectionFinalizers(kind, stored, options);
  if (finalizers.length > 0 || (grace && grace.seconds > 0)) {
    const marked = mark(api, stored, finalizers, grace);
    if (options.dryRun || sameMark(stored, marked)) return outcome(options.dryRun ? marked : stored, false);
    return outcome(api.store.put(collection, marked), false);
  }
  // A kind that ends gracefully is marked even if it ends at once.
  const last = grace && !options.dryRun ? api.store.put(collection, mark(api, stored, finalizers, grace)) : stored;
  if (!options.dryRun) api.store.remove(collection, last);
  return outcome(last, true);
}

function checkPreconditions(kind: ServedKind, stored: ApiObject, { preconditions }: DeleteOptions): void {
  const { uid, resourceVersion, name } = stored.metadata;
  const resource = { group: kind.group, resource: kind.kind };
  if (preconditions?.uid !== undefined && preconditions.uid !== uid) {
    const why = `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`;
    throw conflict(resource, name, why);
  }
  const version = preconditions?.resourceVersion;
  if (version !== undefined && version !== resourceVersion) {
    const why = `the ResourceVersion in the precondition (${version}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`;
    throw conflict(resource, name, why);
  }
}

interface Grace {
  readonly seconds: number;
  readonly until: Date;
}

/** For kinds that end gracefully: until when; `pending` where that is settled already; undefined for kinds that know no grace. */
function graceful(
  { strategy }: ServedKind,
  stored: ApiObject,
  options: DeleteOptions,
  now: Date,
): Grace | 'pending' | undefined {
  const asked =
    options.gracePeriodSeconds !== undefined && options.gracePeriodSeconds < 0 ? 1 : options.gracePeriodSeconds;
  const seconds = strategy.gracePeriod(stored, asked);
  if (seconds === undefined) return undefined;
  const { deletionTimestamp, deletionGracePeriodSeconds: current } = stored.metadata;
  if (!deletionTimestamp) return { seconds, until: new Date(now.getTime() + seconds * 1000) };
  if (!current) return undefined;
  // A deletion that is under way can only be shortened.
  if (asked === undefined || asked >= current) return 'pending';
  const until = new Date(Date.parse(deletionTimestamp) + (asked - current) * 1000);
  if (until >= now) return { seconds: asked, until };
  return { seconds: asked === 0 ? 0 : 1, until: now };
}

/** The finalizers with those of the garbage collector as the request asks for them. */
function collectionFinalizers({ strategy }: ServedKind, { metadata }: ApiObject, options: DeleteOptions): string[] {
  const present = metadata.finalizers ?? [];
  if (!strategy.garbageCollected) return [...present];
  const others = present.filter((name) => name !== ORPHAN && name !== FOREGROUND);
  const { orphanDependents, propagationPolicy } = options;
  const asked =
    orphanDependents !== undefined ? (orphanDependents ? ORPHAN : '') : POLICY_FINALIZER[propagationPolicy ?? 'none'];
  const own = present.find((name) => name === ORPHAN || name === FOREGROUND);
  const wanted = asked ?? own ?? (strategy.orphansByDefault ? ORPHAN : undefined);
  return wanted ? [...others, wanted] : others;
}

/** Undefined: what the object says itself. */
const POLICY_FINALIZER: Readonly<Record<string, string | undefined>> = {
  Orphan: ORPHAN,
  Foreground: FOREGROUND,
  Background: '',
  none: undefined,
};

/** The object as it waits for its end. */
function mark(api: Api, stored: ApiObject, finalizers: readonly string[], grace: Grace | undefined): Draft {
  const draft: Draft = { ...stored, metadata: { ...stored.metadata } };
  const { metadata } = draft;
  if (!metadata.deletionTimestamp && (metadata.generation ?? 0) > 0)
    metadata.generation = (metadata.generation ?? 0) + 1;
  if (finalizers.length > 0) metadata.finalizers = finalizers;
  else delete metadata.finalizers;
  const now = formatTime(api.clock.now());
  if (grace) {
    metadata.deletionTimestamp = formatTime(grace.until);
    metadata.deletionGracePeriodSeconds = grace.seconds;
  } else {
    if (!metadata.deletionTimestamp || metadata.deletionTimestamp > now) metadata.deletionTimestamp = now;
    metadata.deletionGracePeriodSeconds = 0;
  }
  return draft;
}

function sameMark(stored: ApiObject, { metadata }: Draft): boolean {
  return (
    stored.metadata.deletionTimestamp === metadata.deletionTimestamp &&
    stored.metadata.deletionGracePeriodSeconds === metadata.deletionGracePeriodSeconds &&
    (stored.metadata.finalizers ?? []).join() === (metadata.finalizers ?? []).join()
  );
}

/** Namespaces and CustomResourceDefinitions: marked first, and removed once their controller has emptied them. */
function startDeletion(api: Api, kind: ServedKind, stored: ApiObject, options: DeleteOptions): Draft {
  const draft: Draft = { ...stored, metadata: { ...stored.metadata } };
  draft.metadata.deletionTimestamp = formatTime(api.clock.now());
  const finalizers = collectionFinalizers(kind, stored, options);
  if (finalizers.length > 0) draft.metadata.finalizers = finalizers;
  else delete draft.metadata.finalizers;
  kind.strategy.startDeletion?.(draft, draft.metadata.deletionTimestamp);
  return draft;
}
