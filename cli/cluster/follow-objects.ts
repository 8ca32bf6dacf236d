import { pause, type Clock, type Timer } from '../../runtime/clock.ts';
import { isStatus, messageOf } from '../../runtime/errors.ts';
import type { KubernetesObject, ResourceType } from '../../runtime/kube/types.ts';
import type { Cluster } from './cluster.ts';

export interface Followed<Row> {
  readonly type: ResourceType;
  /** Absent: all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** What is kept of an object: the object itself is not. */
  readonly row: (object: KubernetesObject) => Row;
  /** Told of each object: as it is listed for the first time, as it changes, and as it goes. */
  readonly changed: (row: Row, how: 'listed' | 'changed' | 'gone') => void;
  /** Told once all that was there at the beginning is listed. */
  readonly listed?: () => void;
  /** Told why nothing is heard, once for each time. */
  readonly trouble: (why: string) => void;
}

export interface Following {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const PAGE = 500;
const WATCH_SECONDS = 300;
/** A watch that has not ended so long after its time is dead. */
const GRACE_SECONDS = 30;
const SHORTEST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 10_000;
/** Between two lists, for who may not watch. */
const LOOK_MS = 5000;

/**
 * Follows the objects of a kind by list and watch until the signal: lists page by page, and keeps a row of each. After a broken connection
 * it goes on where it was; where that is too long ago, it lists anew and tells the differences. Who may list and not watch is told by lists.
 *
 * @throws what the first list fails with.
 */
export async function followObjects<Row>(following: Following, followed: Followed<Row>): Promise<void> {
  const { clock, signal } = following;
  const state = new Rows(followed);
  let version: string | undefined = await listInto(following, followed, state);
  state.isListed = true;
  followed.listed?.();
  let wait = SHORTEST_PAUSE_MS;
  let mayWatch = true;
  while (!signal.aborted) {
    try {
      if (!mayWatch) await pause(clock, LOOK_MS, signal);
      if (signal.aborted) return;
      version =
        version === undefined || !mayWatch
          ? await listInto(following, followed, state)
          : await watchFrom(following, followed, state, version, (seen) => (version = seen));
      wait = SHORTEST_PAUSE_MS;
    } catch (error) {
      if (signal.aborted) return;
      if (isStatus(error, 410)) version = undefined;
      else if (isStatus(error, 403) && mayWatch) mayWatch = false;
      else {
        followed.trouble(messageOf(error));
        await pause(clock, wait, signal);
        wait = Math.min(wait * 2, LONGEST_PAUSE_MS);
      }
    }
  }
}

/** What is known of the objects, and who is told of it. */
class Rows<Row> {
  /** Whether the first list is over: what comes from now on is news. */
  isListed = false;
  readonly #followed: Followed<Row>;
  readonly #rows = new Map<string, { readonly row: Row; readonly version: string | undefined }>();

  constructor(followed: Followed<Row>) {
    this.#followed = followed;
  }

  set(object: KubernetesObject): void {
    const { uid = '', resourceVersion: version } = object.metadata;
    if (version !== undefined && this.#rows.get(uid)?.version === version) return;
    const row = this.#followed.row(object);
    this.#rows.set(uid, { row, version });
    this.#followed.changed(row, this.isListed ? 'changed' : 'listed');
  }

  delete(uid: string): void {
    const known = this.#rows.get(uid);
    this.#rows.delete(uid);
    if (known) this.#followed.changed(known.row, 'gone');
  }

  /** All others are gone. */
  keep(uids: ReadonlySet<string>): void {
    for (const uid of this.#rows.keys()) if (!uids.has(uid)) this.delete(uid);
  }
}

async function listInto<Row>(
  { cluster, signal }: Following,
  { type, namespace, labelSelector, fieldSelector }: Followed<Row>,
  state: Rows<Row>,
): Promise<string> {
  const uids = new Set<string>();
  let next: string | undefined;
  for (;;) {
    const options = { labelSelector, fieldSelector, limit: PAGE, continue: next, signal };
    const page = await cluster.client.list(type, namespace, options);
    for (const object of page.items) {
      uids.add(object.metadata.uid ?? '');
      state.set(object);
    }
    next = page.continue;
    if (next === undefined) {
      state.keep(uids);
      return page.resourceVersion;
    }
  }
}

/** Until the server ends it; where to go on, which is told as it grows. */
async function watchFrom<Row>(
  { cluster, clock, signal }: Following,
  { type, namespace, labelSelector, fieldSelector }: Followed<Row>,
  state: Rows<Row>,
  resourceVersion: string,
  reached: (version: string) => void,
): Promise<string | undefined> {
  const dead = new AbortController();
  const timer: Timer = clock.after((WATCH_SECONDS + GRACE_SECONDS) * 1000, () =>
    dead.abort(new Error('the watch has fallen silent')),
  );
  let version: string | undefined = resourceVersion;
  try {
    const frames = await cluster.client.watch(type, namespace, {
      labelSelector,
      fieldSelector,
      resourceVersion,
      timeoutSeconds: WATCH_SECONDS,
      signal: AbortSignal.any([signal, dead.signal]),
    });
    for await (const frame of frames) {
      if (frame.type === 'UNREADABLE' || frame.type === 'KNOWN') continue;
      const { object } = frame;
      // What it says then is why there is nothing more to hear: usually that the version is too old.
      if (frame.type === 'ERROR') return undefined;
      if (frame.type === 'DELETED') state.delete(object.metadata.uid ?? '');
      else if (frame.type !== 'BOOKMARK') state.set(object);
      version = object.metadata.resourceVersion ?? version;
      reached(version);
    }
    return version;
  } finally {
    timer.cancel();
  }
}
