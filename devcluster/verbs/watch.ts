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
  /** No more events will come. */
  end(): void;
}

/** How long before its end a watch that allows bookmarks gets its last one. */
const LAST_BOOKMARK = 2000;

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
  if (initial) {
    for (const object of collection.list(selection.namespace) ?? []) {
      if (selects(selection, object)) sink.event({ type: 'ADDED', object: selection.kind.fromStorage(object) });
    }
    if (options.allowBookmarks) sink.event(bookmark(api, selection, INITIAL_EVENTS_END));
  } else if (asked !== undefined && asked !== 0) {
    const missed = collection.history.since(asked);
    if (!missed) return fail(tooOldVersion(asked, collection.history.lost).status);
    for (const event of missed) deliver(selection, event, undefined, sink);
  }
  // A version of the future (asked of another cluster): silent until this cluster has reached it, as the real server.
  const from = asked ?? 0;
  stops.push(
    collection.subscribe((event, texts) => {
      if (event.version > from) deliver(selection, event, texts, sink);
    }),
  );
  if (options.allowBookmarks) stops.push(...bookmarks(api, selection, options, from, sink));
  stops.push(api.clock.after(options.timeout, finish), api.kinds.onReplaced(selection.kind.collection, finish));
  return stop;
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
  from: number,
  sink: WatchSink,
): (() => void)[] {
  const send = (): void => {
    // Who comes from the future is told nothing at all.
    if (api.store.version >= from) sink.event(bookmark(api, selection, undefined));
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
function bookmark(api: Api, { kind }: Selection, annotations: Record<string, string> | undefined): WatchEvent {
  const metadata = { resourceVersion: String(api.store.version), ...(annotations && { annotations }) };
  return { type: 'BOOKMARK', object: { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata } };
}
