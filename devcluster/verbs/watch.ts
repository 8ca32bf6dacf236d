import { tooLargeVersion, tooOldVersion } from '../http/status.ts';
import { apiVersionOf } from '../kinds/served-kind.ts';
import { selects } from './selection.ts';
import { parseVersion } from './versions.ts';
import type { Status } from '../http/status.ts';
import type { SharedTexts } from '../store/collection.ts';
import type { StoreEvent } from '../store/history.ts';
import type { ApiObject } from '../store/object.ts';
import type { Api } from './api.ts';
import type { Selection } from './selection.ts';

export interface WatchOptions {
  readonly resourceVersion: string;
  readonly allowBookmarks: boolean;
  /** Undefined: as the resource version says. */
  readonly sendInitialEvents: boolean | undefined;
  /** Milliseconds after which the watch ends by itself. */
  readonly timeout: number;
}

export type WatchEvent =
  | {
      readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
      readonly object: ApiObject;
      readonly texts?: SharedTexts | undefined;
    }
  | { readonly type: 'BOOKMARK'; readonly object: Bookmark }
  | { readonly type: 'ERROR'; readonly object: Status };

/** No object: only its resource version counts. */
export interface Bookmark {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: { readonly resourceVersion: string; readonly annotations?: Readonly<Record<string, string>> };
}

/** Where a watch delivers to. */
export interface WatchSink {
  event(event: WatchEvent): void;
  /** Undefined: there is room. Else settles when the reader has caught up, which may never be. */
  room(): Promise<void> | undefined;
  /** No more events will come. */
  end(): void;
}

/** How long before its end a watch that allows bookmarks gets its last one. */
const LAST_BOOKMARK = 2000;

/** A watcher that is still not through what was there in the beginning when so many changes wait for it loses its watch. */
const MOST_HELD = 100_000;

const INITIAL_EVENTS_END = { 'k8s.io/initial-events-end': 'true' };

/**
 * WATCH: delivers what is there, where that is asked for, then every change after it, in order, each once. Objects are in the
 * version of the selection's kind; `texts` of an event are shared by all who watch it. Returns how to stop it.
 */
export function watch(api: Api, selection: Selection, options: WatchOptions, sink: WatchSink): () => void {
  const collection = api.store.collection(selection.kind.collection);
  const asked = parseVersion(options.resourceVersion);
  const stops: (() => void)[] = [];
  const stop = (): void => {
    for (const one of stops.splice(0)) one();
  };
  const finish = (): void => {
    stop();
    sink.end();
  };
  const fail = (status: Status): (() => void) => {
    sink.event({ type: 'ERROR', object: status });
    finish();
    return stop;
  };

  const streamed = options.sendInitialEvents === true;
  if (streamed && asked !== undefined && asked > api.store.version) {
    return fail(tooLargeVersion(asked, api.store.version).status);
  }
  const initial = options.sendInitialEvents ?? (asked === undefined || asked === 0);
  /** Changes that came before all that was there in the beginning has been delivered; undefined: it has. */
  let held: StoreEvent[] | undefined = initial ? [] : undefined;
  if (!initial && asked !== undefined && asked !== 0) {
    const missed = collection.history.since(asked);
    if (!missed) return fail(tooOldVersion(asked, collection.history.lost).status);
    for (const event of missed) deliver(selection, event, undefined, sink);
  }
  // A version of the future (asked of another cluster): silent until this cluster has reached it, as the real server.
  const from = asked ?? 0;
  stops.push(
    collection.subscribe((event, texts) => {
      if (event.version <= from) return;
      if (!held) deliver(selection, event, texts, sink);
      else if (held.push(event) > MOST_HELD) finish();
    }),
  );
  if (initial) {
    const deliverHeld = (): void => {
      const changes = held ?? [];
      held = undefined;
      for (const event of changes) deliver(selection, event, undefined, sink);
    };
    stops.push(inTurns(initialEvents(api, selection, options), sink, deliverHeld));
  }
  // Who comes from the future is told nothing at all.
  if (options.allowBookmarks)
    stops.push(...bookmarks(api, selection, options, sink, () => !held && api.store.version >= from));
  stops.push(api.clock.after(options.timeout, finish), api.kinds.onReplaced(selection.kind.collection, finish));
  return stop;
}

/** What is there, as it is now, however long it takes to deliver it. */
function* initialEvents(api: Api, selection: Selection, { allowBookmarks }: WatchOptions): Generator<WatchEvent, void> {
  const objects = api.store.collection(selection.kind.collection).list(selection.namespace) ?? [];
  const { version } = api.store;
  for (const object of objects) {
    if (selects(selection, object)) yield { type: 'ADDED', object: selection.kind.fromStorage(object) };
  }
  if (allowBookmarks) yield bookmark(selection, version, INITIAL_EVENTS_END);
}

/** Delivers as fast as the reader keeps up, which is at once where it does; then calls `done`. Returns how to stop it. */
function inTurns(events: Iterator<WatchEvent, void>, sink: WatchSink, done: () => void): () => void {
  let stopped = false;
  const go = (): void => {
    for (let next = events.next(); !next.done; next = events.next()) {
      sink.event(next.value);
      const room = sink.room();
      if (room) {
        void room.then(() => stopped || go());
        return;
      }
    }
    done();
  };
  go();
  return () => (stopped = true);
}

/** What a change of an object is to a watcher: who watches a selection sees objects come and go that only begin or cease to match. */
function deliver(selection: Selection, event: StoreEvent, texts: SharedTexts | undefined, sink: WatchSink): void {
  const { kind } = selection;
  const now = event.type !== 'DELETED' && selects(selection, event.object);
  const before = event.previous !== undefined && selects(selection, event.previous);
  if (now) sink.event({ type: before ? 'MODIFIED' : 'ADDED', object: kind.fromStorage(event.object), texts });
  else if (before && event.type === 'DELETED')
    sink.event({ type: 'DELETED', object: kind.fromStorage(event.object), texts });
  else if (before && event.previous) sink.event({ type: 'DELETED', object: kind.fromStorage(left(event)) });
}

/** An object that left the selection: as it was when it still matched, under the version of the change. */
function left({ previous, object }: StoreEvent): ApiObject {
  const was = previous ?? object;
  return { ...was, metadata: { ...was.metadata, resourceVersion: object.metadata.resourceVersion } };
}

function bookmarks(
  api: Api,
  selection: Selection,
  options: WatchOptions,
  sink: WatchSink,
  isDue: () => boolean,
): (() => void)[] {
  const send = (): void => {
    if (isDue()) sink.event(bookmark(selection, api.store.version));
  };
  let cancel: () => void;
  const again = (): void => {
    cancel = api.clock.after(api.bookmarkInterval, () => {
      send();
      again();
    });
  };
  again();
  const stops = [() => cancel()];
  // A watch that is as short as that has no last one.
  if (options.timeout > LAST_BOOKMARK) stops.push(api.clock.after(options.timeout - LAST_BOOKMARK, send));
  return stops;
}

/** All changes up to this version have been delivered. */
function bookmark({ kind }: Selection, version: number, annotations?: Readonly<Record<string, string>>): WatchEvent {
  const metadata = { resourceVersion: String(version), ...(annotations && { annotations }) };
  return { type: 'BOOKMARK', object: { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata } };
}
