import { pause, type Clock } from '../clock.ts';
import { isStatus, messageOf } from '../errors.ts';
import type { KubeClient } from '../kube/client.ts';
import { keyOf, resourceName } from '../kube/paths.ts';
import type { KubernetesObject } from '../kube/types.ts';
import type { Logger } from '../observe/logger.ts';
import type { Cache } from './cache.ts';

/** How a cache catches up with a consistent list that is read as metadata beside its watch. */
export interface CatchUp {
  /** All that exists, as of `resourceVersion`. Returns what the cache has in an older version or not at all: it is to be fetched. */
  compare(objects: readonly KubernetesObject[], resourceVersion: string): readonly KubernetesObject[];
  /** An object of these as it is now. */
  fetched(object: KubernetesObject): void;
  /** One of these is no longer there, as of this version. */
  absent(key: string, resourceVersion: string): void;
  /** All was told: the cache has what the list of this version had. */
  end(resourceVersion: string): void;
}

export interface CatchUpOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** Makes the cache's watch begin anew with a list. */
  readonly listAnew: () => void;
}

const PAGE = 500;
/** Beyond so many objects that differ, one list of all in full costs less. */
const MOST_FETCHED = 50;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;
/** Longest time for a streaming list; what is not through by then is tried again. */
const LIST_SECONDS = 60;
/** Silence beyond the list's own time means that nobody is at the other end. */
const GRACE_MS = 15_000;

interface MetadataList {
  readonly objects: readonly KubernetesObject[];
  readonly resourceVersion: string;
}

/**
 * Brings a cache that has fallen behind to what the cluster has now: a new streaming list of its selection as metadata, compared with what
 * the watch has brought; what differs is fetched. Its watch may lag: a quiet kind's is told of new versions about once a minute only.
 * Resolves when the cache is synced, or `signal` aborts, or the kind is missing (its list will do once it is there). Never rejects.
 */
export async function catchUp(cache: Cache, options: CatchUpOptions, signal: AbortSignal): Promise<void> {
  const { clock, random, logger, listAnew } = options;
  let streams = true;
  let told: string | undefined;
  for (let retry = FIRST_RETRY_MS; ; retry = Math.min(retry * 2, LONGEST_RETRY_MS)) {
    await firstListed(cache, signal);
    if (signal.aborted || cache.synced || cache.isKindMissing) return;
    try {
      return await compareAndFetch(cache, options, streams, signal);
    } catch (error) {
      if (signal.aborted) return;
      // A server that does not know streaming lists, or has them switched off, refuses the parameter.
      if (streams && isStatus(error, 400, 422)) {
        streams = false;
        continue;
      }
      if (isStatus(error, 404)) return listAnew();
      const trouble = messageOf(error);
      if (trouble !== told)
        logger.warn({ kind: resourceName(cache.selection.type) }, `not caught up yet, trying again: ${trouble}`);
      told = trouble;
    }
    await pause(clock, retry * (1 + random()), signal);
  }
}

/** Waits for the list with which the cache begins, which is not known to be new enough, but makes what differs little. */
function firstListed(cache: Cache, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!signal.aborted && !cache.listed && !cache.isKindMissing) return;
      stop();
      signal.removeEventListener('abort', look);
      resolve();
    };
    const stop = cache.onAvailability(look);
    signal.addEventListener('abort', look);
    look();
  });
}

async function compareAndFetch(
  cache: Cache,
  options: CatchUpOptions,
  streams: boolean,
  signal: AbortSignal,
): Promise<void> {
  const run = cache.beginCatchUp();
  const { objects, resourceVersion } = streams
    ? await streamedList(cache, options, signal)
    : await pagedList(cache, options, signal);
  const differing = run.compare(objects, resourceVersion);
  if (cache.selection.metadataOnly) {
    // What was listed is all that the cache keeps of an object.
    for (const object of differing) run.fetched(object);
  } else if (differing.length > MOST_FETCHED) {
    options.listAnew();
    return;
  } else {
    await Promise.all(differing.map((object) => fetch(cache, run, object, options, signal)));
  }
  run.end(resourceVersion);
}

async function streamedList(
  { selection }: Cache,
  { client, clock }: CatchUpOptions,
  signal: AbortSignal,
): Promise<MetadataList> {
  const listing = new AbortController();
  const abort = (): void => listing.abort();
  signal.addEventListener('abort', abort, { once: true });
  const guard = clock.after(LIST_SECONDS * 1000 + GRACE_MS, abort);
  try {
    const stream = await client.watch(selection.type, selection.namespace, {
      labelSelector: selection.labelSelector || undefined,
      fieldSelector: selection.fieldSelector,
      metadataOnly: true,
      timeoutSeconds: LIST_SECONDS,
      signal: listing.signal,
    });
    const objects = new Map<string, KubernetesObject>();
    for await (const frame of stream) {
      // The watch tells of it.
      if (frame.type === 'UNREADABLE' || frame.type === 'KNOWN') continue;
      const { type, object } = frame;
      const { uid = '', resourceVersion = '', annotations } = object.metadata ?? {};
      if (type === 'ERROR') throw new Error(`the server ended the list: ${object.message ?? object.reason ?? ''}`);
      if (type === 'DELETED') objects.delete(uid);
      else if (type !== 'BOOKMARK') objects.set(uid, object);
      else if (annotations?.['k8s.io/initial-events-end'] === 'true')
        return { objects: [...objects.values()], resourceVersion };
    }
    throw new Error('the list ended before all was told');
  } finally {
    guard.cancel();
    signal.removeEventListener('abort', abort);
    listing.abort();
  }
}

async function pagedList({ selection }: Cache, { client }: CatchUpOptions, signal: AbortSignal): Promise<MetadataList> {
  const objects: KubernetesObject[] = [];
  for (let next: string | undefined; ;) {
    const page = await client.list(selection.type, selection.namespace, {
      labelSelector: selection.labelSelector || undefined,
      fieldSelector: selection.fieldSelector,
      metadataOnly: true,
      limit: PAGE,
      continue: next,
      signal,
    });
    objects.push(...page.items);
    next = page.continue;
    if (next === undefined) return { objects, resourceVersion: page.resourceVersion };
  }
}

/** By a list of one, since nobody who may list and watch a kind may therefore get it. */
async function fetch(
  { selection }: Cache,
  run: CatchUp,
  object: KubernetesObject,
  { client }: CatchUpOptions,
  signal: AbortSignal,
): Promise<void> {
  const { name, namespace } = object.metadata;
  const { items, resourceVersion } = await client.list(selection.type, namespace, {
    labelSelector: selection.labelSelector || undefined,
    fieldSelector: `metadata.name=${name}`,
    limit: 1,
    signal,
  });
  const [found] = items;
  if (found) run.fetched(found);
  else run.absent(keyOf(object), resourceVersion);
}
