import { pause, type Clock, type Timer } from '../clock.ts';
import { ApiError, isStatus, messageOf } from '../errors.ts';
import type { KubeClient } from '../kube/client.ts';
import type { WatchFrame } from '../kube/frames.ts';
import { resourceName } from '../kube/paths.ts';
import { compareResourceVersions } from '../kube/resource-version.ts';
import type { KubernetesObject, ResourceType } from '../kube/types.ts';
import type { Logger } from '../observe/logger.ts';

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

/** What a reflector tells. */
export interface Sink {
  /** A consistent list begins. */
  listing(): void;
  /** All that exists, as of `resourceVersion`: what is not in it is gone. */
  replace(objects: readonly KubernetesObject[], resourceVersion: string): void;
  changed(object: KubernetesObject): void;
  /** Gone, or no longer in the selection; the object is as it was last. */
  deleted(object: KubernetesObject): void;
  /** The server does not know the kind, or no longer. A list follows once it does. */
  missing(): void;
  /** The server refuses the list or watch. It is tried again. */
  forbidden(): void;
}

export interface ReflectorOptions {
  readonly selection: Selection;
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly sink: Sink;
  /** Milliseconds; longest pause before it tries again. Default 30 s. */
  readonly longestRetry?: number;
}

const PAGE = 500;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 30_000;
/** A kind that is missing is somebody's to install, who then waits for it. */
const LONGEST_MISSING_RETRY_MS = 5_000;
/** A watch that ran this long was a good one: the next failure waits little again. */
const GOOD_WATCH_MS = 10_000;
/** Servers end a watch after a while; each asks for another time, so that not all come back at once. */
const WATCH_SECONDS = [240, 480] as const;
/** Silence beyond the watch's own time means that nobody is at the other end. */
const GRACE_MS = 15_000;

/**
 * Keeps a sink up to date with one selection: a consistent list, then a watch that resumes where it broke off. The list is streamed
 * where the server can (KEP-3157), else read in pages. Lives through expiry (410: list anew), refusals and broken connections; ends
 * only with its signal.
 */
export class Reflector {
  readonly #options: ReflectorOptions;
  /** Where the watch stands; undefined: a list is due. */
  #resourceVersion: string | undefined;
  #canStream = true;
  #retry = FIRST_RETRY_MS;
  #isKindMissing = false;
  /** Ends the list or watch under way. */
  #current: AbortController | undefined;
  #listDue = false;
  /** Why the selection is not being watched just now; undefined while it is. */
  #trouble: string | undefined;

  constructor(options: ReflectorOptions) {
    this.#options = options;
  }

  /** Why what the sink has may be out of date; undefined while a watch stands. */
  get trouble(): string | undefined {
    return this.#trouble;
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
      try {
        await this.#listAndWatch(signal);
      } catch (error) {
        if (signal.aborted) return;
        // It was ended by us, to begin anew.
        if (!this.#listDue) this.#failed(error);
      }
      // Also after a clean end: a server that closes each watch at once must not be asked without a pause.
      if (clock.monotonic() - started > GOOD_WATCH_MS) this.#retry = FIRST_RETRY_MS;
      else {
        const { longestRetry = LONGEST_RETRY_MS } = this.#options;
        const longest = this.#isKindMissing ? Math.min(LONGEST_MISSING_RETRY_MS, longestRetry) : longestRetry;
        await pause(clock, Math.min(this.#retry, longest) * (1 + random()), signal);
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
    // A server that does not know streaming lists, or has them switched off, refuses the parameter.
    if (this.#resourceVersion === undefined && this.#canStream && isStatus(error, 400, 422)) {
      this.#canStream = false;
      this.#retry = FIRST_RETRY_MS;
      return;
    }
    const trouble = messageOf(error);
    const { logger, selection } = this.#options;
    if (trouble !== this.#trouble)
      logger.warn({ kind: resourceName(selection.type) }, `watch failed, trying again: ${trouble}`);
    this.#trouble = trouble;
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
    let guard: Timer | undefined;
    try {
      if (this.#resourceVersion === undefined && !this.#canStream) await this.#listPages(watch.signal);
      watch.signal.throwIfAborted();
      guard = clock.after(seconds * 1000 + GRACE_MS, abort);
      if (this.#resourceVersion === undefined) this.#options.sink.listing();
      const stream = await client.watch(selection.type, selection.namespace, {
        labelSelector: selection.labelSelector || undefined,
        fieldSelector: selection.fieldSelector,
        metadataOnly: selection.metadataOnly,
        resourceVersion: this.#resourceVersion,
        timeoutSeconds: seconds,
        signal: watch.signal,
      });
      await this.#follow(stream);
    } finally {
      guard?.cancel();
      this.#current = undefined;
      signal.removeEventListener('abort', abort);
      watch.abort();
    }
  }

  async #listPages(signal: AbortSignal): Promise<void> {
    const { client, selection, sink } = this.#options;
    sink.listing();
    const objects: KubernetesObject[] = [];
    for (let next: string | undefined = ''; next !== undefined;) {
      const page = await client.list(selection.type, selection.namespace, {
        labelSelector: selection.labelSelector || undefined,
        fieldSelector: selection.fieldSelector,
        metadataOnly: selection.metadataOnly,
        limit: PAGE,
        continue: next || undefined,
        signal,
      });
      objects.push(...page.items);
      next = page.continue;
      if (next === undefined) this.#replaced(objects, page.resourceVersion);
    }
  }

  #replaced(objects: readonly KubernetesObject[], resourceVersion: string): void {
    this.#options.sink.replace(objects, resourceVersion);
    this.#resourceVersion = resourceVersion;
    this.#trouble = undefined;
    this.#isKindMissing = false;
  }

  async #follow(stream: AsyncIterable<WatchFrame>): Promise<void> {
    const { sink } = this.#options;
    /** What a streaming list has sent so far, until its end is marked. */
    let initial: Map<string, KubernetesObject> | undefined =
      this.#resourceVersion === undefined ? new Map() : undefined;
    if (!initial) this.#trouble = undefined;
    for await (const { type, object } of stream) {
      if (type === 'ERROR') throw ended(object);
      const { uid = '', resourceVersion = '', annotations } = object.metadata;
      if (initial) {
        if (type === 'DELETED') initial.delete(uid);
        else if (type !== 'BOOKMARK') initial.set(uid, object);
        else if (annotations?.['k8s.io/initial-events-end'] === 'true') {
          this.#replaced([...initial.values()], resourceVersion);
          initial = undefined;
        }
        continue;
      }
      if (type === 'DELETED') sink.deleted(object);
      else if (type !== 'BOOKMARK') sink.changed(object);
      this.#advance(resourceVersion);
    }
  }

  #advance(resourceVersion: string): void {
    if (this.#resourceVersion === undefined || compareResourceVersions(resourceVersion, this.#resourceVersion) > 0) {
      this.#resourceVersion = resourceVersion;
    }
  }
}

/** What an ERROR frame says: it holds a Status. */
function ended({ code = 500, reason = '', message = '' }: WatchFrame['object']): ApiError {
  return new ApiError({ status: code, reason, message, request: 'the server ended the watch' });
}
