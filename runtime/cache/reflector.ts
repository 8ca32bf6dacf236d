import { pause, type Clock } from '../clock.ts';
import { ApiError, isStatus, messageOf } from '../errors.ts';
import type { KubeClient, ListPage } from '../kube/client.ts';
import type { Known, ReadableFrame, UnreadableFrame, WatchFrame } from '../kube/frames.ts';
import type { Managers } from '../kube/managed-fields.ts';
import { resourceName } from '../kube/paths.ts';
import { compareResourceVersions } from '../kube/resource-version.ts';
import type { KubernetesObject, ResourceType } from '../kube/types.ts';
import type { Logger } from '../observe/logger.ts';
import { LONGEST_SILENCE_MS, SilenceGuard } from './silence-guard.ts';

/** What is watched. */
export interface Selection {
  readonly type: ResourceType;
  /** Absent: the whole cluster. */
  readonly namespace?: string | undefined;
  /** As in a query; '' for everything. */
  readonly labelSelector: string;
  readonly fieldSelector?: string;
  readonly metadataOnly: boolean;
}

/** What a reflector tells; `Kept`: what is kept of the objects of a list. */
export interface Sink<Kept = KubernetesObject> {
  /** A consistent list begins. */
  listing(): void;
  /**
   * Told of each object of the list as it comes; returns what of it is to be handed to {@link replace}. `managers`, here and below: who holds
   * which of its fields, where it comes without that.
   */
  keep(object: KubernetesObject, managers?: Managers): Kept;
  /** All that exists, as of `resourceVersion`: what is not in it is gone. */
  replace(objects: readonly Kept[], resourceVersion: string): void;
  changed(object: KubernetesObject, managers?: Managers): void;
  /** What is here already though the watch has not told of it, and is not to be told then. Default: nothing. */
  readonly echoes?: Known | undefined;
  /** Gone, or no longer in the selection; the object is as it was last. */
  deleted(object: KubernetesObject): void;
  /** All events up to this version were told. */
  toldUpTo?(resourceVersion: string): void;
  /** The server does not know the kind, or no longer. A list follows once it does. */
  missing(): void;
  /** The server refuses the list or watch. It is tried again. */
  forbidden(): void;
}

export type Unreadable = (
  type: ResourceType,
  object: { readonly name: string | undefined; readonly namespace: string | undefined },
) => void;

export interface ReflectorOptions<Kept = KubernetesObject> {
  readonly selection: Selection;
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly sink: Sink<Kept>;
  /** Told of each object that cannot be read, with what is known of it. */
  readonly unreadable?: Unreadable | undefined;
  /** Milliseconds; longest pause before it tries again. Default 30 s. */
  readonly longestRetry?: number;
}

const PAGE = 500;
/** Longest that a server's Retry-After is heeded: whoever asks for more is asked again before. */
const LONGEST_RETRY_AFTER_MS = 300_000;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 30_000;
/** A kind that is missing is somebody's to install, who then waits for it. */
const LONGEST_MISSING_RETRY_MS = 5_000;
/** A watch that ran this long was a good one: the next failure waits little again. */
const GOOD_WATCH_MS = 10_000;
/** Servers end a watch after a while; each asks for another time, so that not all come back at once. */
const WATCH_SECONDS = [240, 480] as const;
/** A watch that outlives its own time by so much is given up: its server does not heed it. */
const GRACE_MS = 15_000;
/** A server that has sent bookmarks and sends no more, though it takes watches: what it shows is old. */
const STALE_MS = 200_000;

/**
 * Keeps a sink up to date with one selection: a consistent list, then a watch that resumes where it broke off. The list is streamed
 * where the server can (KEP-3157), else read in pages. Lives through expiry (410: list anew), refusals, and connections that break or fall
 * silent; ends only with its signal.
 *
 * A server that was restored from a backup has forgotten what the watch knows: it accepts a resource version of its future and stays
 * silent (seen). So each time that a watch is resumed, the server is asked beside it which version it has; an older one: list anew.
 */
export class Reflector<Kept = KubernetesObject> {
  readonly #options: ReflectorOptions<Kept>;
  readonly #known: Known | undefined;
  /** Where the watch stands; undefined: a list is due. */
  #resourceVersion: string | undefined;
  #canStream = true;
  /** Whether the last list expired between two of its pages: then the next one is read at once, as client-go does. */
  #isPagingTooSlow = false;
  #retry = FIRST_RETRY_MS;
  #isKindMissing = false;
  /** Ends the list or watch under way. */
  #current: AbortController | undefined;
  #listDue = false;
  /** Why the selection is not being watched just now; undefined while it is. */
  #trouble: string | undefined;
  /** When the last event, bookmark or list came (monotonic); undefined before the first. */
  #heardAt: number | undefined;
  /** Whether a watch is open. */
  #stands = false;
  /** Whether it brings a list first, which is not at its end yet. */
  #isListing = false;
  /** Whether the server tells by bookmarks that nothing has changed; of some kinds it never does. */
  #hasBookmarks = false;

  constructor(options: ReflectorOptions<Kept>) {
    this.#options = options;
    const { echoes } = options.sink;
    // A list has to be read in full.
    const isListing = (): boolean => this.#isListing;
    this.#known = echoes && {
      get some() {
        return !isListing() && echoes.some;
      },
      is: (version, has) => echoes.is(version, has),
    };
  }

  /** Why what the sink has may be out of date; undefined while a watch stands, and tells what it should. */
  get trouble(): string | undefined {
    if (this.#trouble !== undefined || this.age === undefined) return this.#trouble;
    const isSilent = this.#stands
      ? this.#hasBookmarks && this.age > STALE_MS
      : this.age > LONGEST_SILENCE_MS + GRACE_MS;
    return isSilent ? `nothing has been heard for ${Math.floor(this.age / 1000)} s` : undefined;
  }

  /** Milliseconds since the last event, bookmark or list; undefined before the first list. */
  get age(): number | undefined {
    return this.#heardAt === undefined ? undefined : this.#options.clock.monotonic() - this.#heardAt;
  }

  /** What the sink has cannot be relied on: ends the list or watch under way, and lists. */
  listAnew(): void {
    this.#listDue = true;
    this.#current?.abort(new Error('what is known cannot be relied on'));
  }

  /** Runs until `signal` aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#options;
    while (!signal.aborted) {
      const started = clock.monotonic();
      let asked = 0;
      try {
        await this.#listAndWatch(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (this.#refusesToStream(error)) {
          this.#canStream = false;
          continue;
        }
        // It was ended by us, to begin anew.
        if (!this.#listDue && !(error instanceof WatchGivenUp)) this.#failed(error);
        if (error instanceof ApiError) asked = Math.min(error.retryAfter ?? 0, LONGEST_RETRY_AFTER_MS);
      }
      // Also after a clean end: a server that closes each watch at once must not be asked without a pause.
      if (clock.monotonic() - started > GOOD_WATCH_MS) this.#retry = FIRST_RETRY_MS;
      else {
        const { longestRetry = LONGEST_RETRY_MS } = this.#options;
        const longest = this.#isKindMissing ? Math.min(LONGEST_MISSING_RETRY_MS, longestRetry) : longestRetry;
        await pause(clock, Math.max(asked, Math.min(this.#retry, longest) * (1 + random())), signal);
        this.#retry = Math.min(this.#retry * 2, longest);
      }
    }
  }

  #failed(error: unknown): void {
    if (isStatus(error, 410)) {
      this.#resourceVersion = undefined;
      return;
    }
    this.#isKindMissing = isStatus(error, 404);
    if (this.#isKindMissing) {
      // Should the kind come back, its objects are others.
      this.#resourceVersion = undefined;
      this.#options.sink.missing();
    }
    if (isStatus(error, 403)) this.#options.sink.forbidden();
    const trouble = messageOf(error);
    const { logger, selection } = this.#options;
    if (trouble !== this.#trouble)
      logger.warn({ kind: resourceName(selection.type) }, `watch failed, trying again: ${trouble}`);
    this.#trouble = trouble;
  }

  /** A server that does not know streaming lists, or has them switched off, refuses the parameter. */
  #refusesToStream(error: unknown): boolean {
    return this.#resourceVersion === undefined && this.#canStream && isStatus(error, 400, 422);
  }

  /** One watch, after a list where one is due. */
  async #listAndWatch(signal: AbortSignal): Promise<void> {
    const { client, selection, random, clock } = this.#options;
    if (this.#listDue) this.#resourceVersion = undefined;
    this.#listDue = false;
    const seconds = Math.round(WATCH_SECONDS[0] + random() * (WATCH_SECONDS[1] - WATCH_SECONDS[0]));
    const watch = new AbortController();
    this.#current = watch;
    const abort = (): void => watch.abort();
    signal.addEventListener('abort', abort, { once: true });
    let guard: SilenceGuard | undefined;
    try {
      if (this.#resourceVersion === undefined && !this.#canStream) await this.#listPages(watch.signal);
      watch.signal.throwIfAborted();
      guard = new SilenceGuard(clock, seconds * 1000 + GRACE_MS, abort);
      if (this.#resourceVersion === undefined) this.#options.sink.listing();
      else void this.#compareVersions(this.#resourceVersion, watch.signal);
      const stream = await client.watch(selection.type, selection.namespace, {
        labelSelector: selection.labelSelector || undefined,
        fieldSelector: selection.fieldSelector,
        metadataOnly: selection.metadataOnly,
        resourceVersion: this.#resourceVersion,
        timeoutSeconds: seconds,
        known: this.#known,
        signal: watch.signal,
      });
      this.#stands = true;
      await this.#follow(stream, guard);
    } catch (error) {
      throw guard?.isOver ? new WatchGivenUp() : error;
    } finally {
      guard?.cancel();
      this.#stands = false;
      this.#current = undefined;
      signal.removeEventListener('abort', abort);
      watch.abort();
    }
  }

  /** Lists anew where the server has an older version than is known here. Never rejects: what is wrong the watch will tell. */
  async #compareVersions(known: string, signal: AbortSignal): Promise<void> {
    const { client, selection, clock, logger } = this.#options;
    const { type, namespace, fieldSelector } = selection;
    try {
      // By no label: the first object of all is found at once, and the name is what rights may be bound to.
      const { resourceVersion } = await client.list(type, namespace, {
        fieldSelector,
        metadataOnly: true,
        limit: 1,
        signal,
      });
      const difference = compareResourceVersions(resourceVersion, known);
      if (difference === 0) this.#heardAt = clock.monotonic();
      if (difference >= 0 || signal.aborted) return;
      const what = { kind: resourceName(type), known, resourceVersion };
      logger.warn(what, 'the server has older data than it had before: listing anew');
      this.listAnew();
    } catch {
      // See above.
    }
  }

  async #listPages(signal: AbortSignal): Promise<void> {
    const { client, selection, sink } = this.#options;
    sink.listing();
    const limit = this.#isPagingTooSlow ? 0 : PAGE;
    this.#isPagingTooSlow = false;
    const objects: Kept[] = [];
    for (let next: string | undefined = ''; next !== undefined;) {
      let page: ListPage;
      try {
        page = await client.list(selection.type, selection.namespace, {
          labelSelector: selection.labelSelector || undefined,
          fieldSelector: selection.fieldSelector,
          metadataOnly: selection.metadataOnly,
          limit,
          continue: next || undefined,
          signal,
        });
      } catch (error) {
        this.#isPagingTooSlow = next !== '' && isStatus(error, 410);
        throw error;
      }
      for (const item of page.items) objects.push(sink.keep(item));
      for (let left = page.unreadable; left > 0; left -= 1) this.#leaveOut({ name: undefined, namespace: undefined });
      next = page.continue;
      if (next === undefined) this.#replaced(objects, page.resourceVersion);
    }
  }

  #replaced(objects: readonly Kept[], resourceVersion: string): void {
    this.#options.sink.replace(objects, resourceVersion);
    this.#resourceVersion = resourceVersion;
    this.#heardAt = this.#options.clock.monotonic();
    this.#trouble = undefined;
    this.#isKindMissing = false;
  }

  async #follow(stream: AsyncIterable<WatchFrame>, guard: SilenceGuard): Promise<void> {
    const { sink, clock } = this.#options;
    /** What a streaming list has sent so far, until its end is marked. */
    let initial: Map<string, Kept> | undefined = this.#resourceVersion === undefined ? new Map() : undefined;
    this.#isListing = initial !== undefined;
    if (!initial) this.#trouble = undefined;
    for await (const frame of stream) {
      if (frame.type === 'UNREADABLE') {
        guard.heardAt = clock.monotonic();
        this.#leaveOut(frame);
        continue;
      }
      const now = clock.monotonic();
      guard.heardAt = now;
      if (frame.type === 'KNOWN') {
        this.#heardAt = now;
        this.#advance(frame.resourceVersion);
        continue;
      }
      const { type, object, managers } = frame;
      if (type === 'ERROR') throw ended(object);
      const { uid = '', resourceVersion = '', annotations } = object.metadata;
      if (initial) {
        if (type === 'DELETED') initial.delete(uid);
        else if (type !== 'BOOKMARK') initial.set(uid, sink.keep(object, managers));
        else if (annotations?.['k8s.io/initial-events-end'] === 'true') {
          this.#replaced([...initial.values()], resourceVersion);
          initial = undefined;
          this.#isListing = false;
        }
        continue;
      }
      this.#heardAt = now;
      if (type === 'BOOKMARK') this.#hasBookmarks = true;
      if (type === 'DELETED') sink.deleted(object);
      else if (type !== 'BOOKMARK') sink.changed(object, managers);
      this.#advance(resourceVersion);
    }
  }

  /** The rest of the stream must not suffer. What was known of the object stays, until a list comes without it. */
  #leaveOut({ name, namespace }: Omit<UnreadableFrame, 'type'>): void {
    const { logger, selection, unreadable } = this.#options;
    const kind = resourceName(selection.type);
    logger.error(
      { kind, name, namespace },
      `an object of ${kind} cannot be read, and is left out: ${name ?? 'unnamed'}`,
    );
    unreadable?.(selection.type, { name, namespace });
  }

  #advance(resourceVersion: string): void {
    if (this.#resourceVersion === undefined || compareResourceVersions(resourceVersion, this.#resourceVersion) > 0) {
      this.#resourceVersion = resourceVersion;
    }
    this.#options.sink.toldUpTo?.(resourceVersion);
  }
}

/** The watch was ended by us, since nothing was heard of it: it goes on where it was. */
class WatchGivenUp extends Error {}

/** What an ERROR frame says: it holds a Status. */
function ended({ code = 500, reason = '', message = '' }: ReadableFrame['object']): ApiError {
  return new ApiError({ status: code, reason, message, request: 'the server ended the watch' });
}
