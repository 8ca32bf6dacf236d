import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { isNamespaceTerminating, isStatus, messageOf } from '../errors.ts';
import type { KubeClient } from '../kube/client.ts';
import { apiVersionOf } from '../kube/paths.ts';
import type { KubernetesObject, ResourceType } from '../kube/types.ts';
import type { Logger } from './logger.ts';

/** Something that a person should know about a resource. Success is none. */
export interface Occurrence {
  readonly resource: KubernetesObject;
  /** UpperCamelCase, for machines: `WorkerFailed`. */
  readonly reason: string;
  /** What the operator was doing, UpperCamelCase: `Sync`. */
  readonly action: string;
  readonly note: string;
}

export interface EventRecorderOptions {
  readonly client: KubeClient;
  /** The kind of the resources that events are about. */
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
/** As client-go: the same thing again within this time is counted on the event that is there. */
const SERIES_MS = 6 * 60_000;
/** The API's limit of `note`. */
const LONGEST_NOTE = 1024;
/** Occurrences that are remembered; beyond it the oldest is forgotten, and would be told as new. */
const MOST_REMEMBERED = 1000;

interface Told {
  readonly name: string;
  readonly namespace: string;
  count: number;
  last: number;
  /** The request under way: one at a time for each event. */
  pending: Promise<void>;
}

/**
 * Writes Kubernetes Events (events.k8s.io/v1) about resources. The same occurrence again becomes a series on the first event: its count
 * is written when it doubles, so that a failure in a loop costs few requests. Best effort: an event that cannot be written is logged.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #told = new Map<string, Told>();

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  /** Tells at once, without waiting for the server. */
  warn(occurrence: Occurrence): void {
    const { clock, logger } = this.#options;
    const { resource, reason } = occurrence;
    const note =
      occurrence.note.length > LONGEST_NOTE ? `${occurrence.note.slice(0, LONGEST_NOTE - 1)}…` : occurrence.note;
    const id = [resource.metadata.uid, reason, occurrence.action, note].join('\n');
    const now = clock.now();
    const told = this.#told.get(id);
    this.#told.delete(id);
    if (told && now - told.last <= SERIES_MS) {
      told.count += 1;
      told.last = now;
      this.#told.set(id, told);
      const powerOfTwo = (told.count & (told.count - 1)) === 0;
      if (powerOfTwo) told.pending = told.pending.then(() => this.#count(told)).catch(failed);
      return;
    }
    const namespace = resource.metadata.namespace ?? 'default';
    const digest = createHash('sha256').update(`${id}\n${now}\n${this.#options.instance}`).digest('hex').slice(0, 16);
    const name = `${resource.metadata.name.slice(0, 200)}.${digest}`;
    const pending = this.#create({ ...occurrence, note }, name, namespace, now).catch(failed);
    this.#told.set(id, { name, namespace, count: 1, last: now, pending });
    const [oldest] = this.#told.keys();
    if (this.#told.size > MOST_REMEMBERED && oldest !== undefined) this.#told.delete(oldest);

    function failed(error: unknown): void {
      if (isNamespaceTerminating(error) || isStatus(error, 404)) return;
      logger.warn({ resource: resource.metadata.name, reason }, `event not written: ${messageOf(error)}`);
    }
  }

  /** Resolves when all that was told has been sent. */
  async flush(): Promise<void> {
    await Promise.all([...this.#told.values()].map(({ pending }) => pending));
  }

  async #create(
    { resource, reason, action, note }: Occurrence,
    name: string,
    namespace: string,
    now: number,
  ): Promise<void> {
    const { client, type, controller, instance } = this.#options;
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
    await client.create(EVENTS, event, { metadataOnly: true });
  }

  async #count({ name, namespace, count, last }: Told): Promise<void> {
    const series = { series: { count, lastObservedTime: microTime(last) } };
    await this.#options.client.mergePatch({ type: EVENTS, name, namespace }, series, { metadataOnly: true });
  }
}

/** `metav1.MicroTime`. */
function microTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '000Z');
}
