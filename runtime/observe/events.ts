import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { errors, isNamespaceTerminating, isStatus, messageOf } from '../errors.ts';
import type { CallOptions } from '../kube/caller.ts';
import type { KubeClient } from '../kube/client.ts';
import { microTime } from '../kube/micro-time.ts';
import { apiVersionOf } from '../kube/paths.ts';
import type { KubernetesObject, ResourceType } from '../kube/types.ts';
import { EventBudget, forgetIdle } from './event-budget.ts';
import type { Logger } from './logger.ts';
import { Slots } from './slots.ts';

/** Something that a person should know about a resource. Success is none. */
export interface Occurrence {
  readonly resource: KubernetesObject;
  /** The kind of what it is about. Default: the operator's. */
  readonly type?: ResourceType;
  /** UpperCamelCase, for machines: `WorkerFailed`. */
  readonly reason: string;
  /** What the operator was doing, UpperCamelCase: `Sync`. */
  readonly action: string;
  readonly note: string;
}

export interface EventRecorderOptions {
  readonly client: KubeClient;
  /** The kind of the resources that events are about, unless they are about another. */
  readonly type: ResourceType;
  /** The operator, and this process of it. */
  readonly controller: string;
  readonly instance: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

const EVENTS: ResourceType = {
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
};
/** So many requests at once: ten thousand resources that fail together must not open as many connections. */
const REQUESTS = 4;
/** As client-go: the same thing again within this time is counted on the event that is there. */
const SERIES_MS = 6 * 60_000;
/** So long answers are waited for at the end: a server can take up all else, and no events. */
const FLUSH_MS = 2000;
/** The API's limit of `note`, in bytes of UTF-8. */
const LONGEST_NOTE = 1024;

interface Told {
  readonly name: string;
  readonly namespace: string;
  count: number;
  last: number;
  /** Whether the server has it. */
  written: boolean;
  /** The request under way: one at a time for each event. */
  pending: Promise<void>;
}

/** What ends the requests that are told between two flushes. */
class Ends {
  /** Aborts when none is to be sent again: one that the server puts off is given up. */
  readonly giveUp = new AbortController();
  /** Aborts when none is waited for any more. */
  readonly cut = new AbortController();
}

/**
 * Writes Kubernetes Events (events.k8s.io/v1) about resources. The same occurrence again becomes a series on the first event: its count
 * is written when it doubles, so that a failure in a loop costs few requests. Best effort: an event that cannot be written is logged.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  /** In the order of the last time; those that can become no longer series are forgotten. */
  readonly #told = new Map<string, Told>();
  readonly #budget = new EventBudget();
  readonly #slots = new Slots(REQUESTS);
  #ends = new Ends();

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  /** Tells at once, without waiting for the server. */
  warn(occurrence: Occurrence): void {
    const { resource, reason } = occurrence;
    const note = cut(occurrence.note, LONGEST_NOTE);
    const id = [resource.metadata.uid, reason, occurrence.action, note].join('\n');
    const now = this.#options.clock.now();
    forgetIdle(this.#told, now - SERIES_MS);
    const known = this.#told.get(id);
    if (known) {
      known.count += 1;
      known.last = now;
      this.#told.delete(id);
      this.#told.set(id, known);
      const powerOfTwo = (known.count & (known.count - 1)) === 0;
      if (powerOfTwo) this.#send(id, known, occurrence, (options) => this.#count(known, options));
      return;
    }
    if (!this.#budget.take(resource.metadata.uid ?? resource.metadata.name, now)) return;
    const namespace = resource.metadata.namespace ?? 'default';
    const digest = createHash('sha256').update(`${id}\n${now}\n${this.#options.instance}`).digest('hex').slice(0, 16);
    // What was cut must still end as a name does.
    const name = `${resource.metadata.name.slice(0, 200).replace(/[-.]+$/, '')}.${digest}`;
    const told: Told = { name, namespace, count: 1, last: now, written: false, pending: Promise.resolve() };
    this.#told.set(id, told);
    this.#send(id, told, occurrence, async (options) => {
      await this.#create({ ...occurrence, note }, name, namespace, now, options);
      told.written = true;
    });
  }

  /** Sends after what is under way for this event. One that the server does not have can become no series: the next time is news. */
  #send(
    id: string,
    told: Told,
    { resource, reason }: Occurrence,
    request: (options: CallOptions) => Promise<void>,
  ): void {
    const { giveUp, cut } = this.#ends;
    const { signal } = cut;
    const send = (): Promise<void> => {
      signal.throwIfAborted();
      return request({ metadataOnly: true, giveUp, signal });
    };
    told.pending = told.pending
      .then(() => this.#slots.take(send))
      .catch((error: unknown) => {
        if (isStatus(error, 404)) told.written = false;
        if (!told.written && this.#told.get(id) === told) this.#told.delete(id);
        if (isNamespaceTerminating(error) || isStatus(error, 404)) return;
        const { logger } = this.#options;
        logger.warn({ resource: resource.metadata.name, reason }, `event not written: ${messageOf(error)}`);
      });
  }

  /** Resolves when all that was told has been sent, or given up: what the server puts off, and what it does not answer within two seconds. */
  async flush(): Promise<void> {
    const { giveUp, cut } = this.#ends;
    this.#ends = new Ends();
    giveUp.abort();
    const late = this.#options.clock.after(FLUSH_MS, () => cut.abort(errors.requestTimedOut(FLUSH_MS)));
    await Promise.all([...this.#told.values()].map(({ pending }) => pending));
    late.cancel();
  }

  async #create(
    { resource, reason, action, note, type = this.#options.type }: Occurrence,
    name: string,
    namespace: string,
    now: number,
    options: CallOptions,
  ): Promise<void> {
    const { client, controller, instance } = this.#options;
    const { metadata } = resource;
    const event = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name, namespace },
      eventTime: microTime(now),
      reportingController: controller,
      reportingInstance: instance,
      action,
      reason,
      regarding: {
        apiVersion: apiVersionOf(type),
        kind: type.kind,
        name: metadata.name,
        namespace: metadata.namespace,
        uid: metadata.uid,
        resourceVersion: metadata.resourceVersion,
      },
      note,
      type: 'Warning',
    };
    await client.create(EVENTS, event, options);
  }

  async #count({ name, namespace, count, last, written }: Told, options: CallOptions): Promise<void> {
    // Its create failed, and was told.
    if (!written) return;
    const series = { series: { count, lastObservedTime: microTime(last) } };
    await this.#options.client.mergePatch({ type: EVENTS, name, namespace }, series, options);
  }
}

/** The beginning of a text that fits into so many bytes of UTF-8, with an ellipsis where it was cut. */
function cut(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  // What of a character was cut decodes as U+FFFD.
  return `${Buffer.from(text)
    .subarray(0, bytes - Buffer.byteLength('…'))
    .toString()
    .replace(/\uFFFD+$/, '')}…`;
}
