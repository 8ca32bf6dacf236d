import { randomBytes } from 'node:crypto';
import { SERVER } from '../../auth/user.ts';
import { formatTime } from '../../clock.ts';
import { NAMESPACES } from '../../admission/namespaces.ts';
import { EventCorrelator, remember } from './event-correlator.ts';
import { numberAt } from './views.ts';
import { ownWrite } from '../../verbs/api.ts';
import { create } from '../../verbs/create.ts';
import { changeObject } from '../change-meta.ts';
import type { ApiObject } from '../../store/object.ts';
import type { Api } from '../../verbs/api.ts';

/** Who tells of something. */
export interface Source {
  /** `deployment-controller`, `kubelet` … */
  readonly component: string;
  /** The field manager of its writes. */
  readonly manager: string;
  /** The node that it runs on; absent: nobody knows. */
  readonly host?: string;
}

export interface Told {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** The part of the object that it is about: `spec.containers{main}`. */
  readonly fieldPath?: string;
}

const EVENTS = '/events';

/** Writes Events as client-go's recorder does: what happens again is counted in the Event of the first time. */
export class EventRecorder {
  readonly #api: Api;
  readonly #source: Source;
  readonly #report: (error: unknown) => void;
  readonly #correlator: EventCorrelator;
  /** Of the Events that were written, so that the same one is counted instead of written again. */
  readonly #names = new Map<string, string>();

  constructor(api: Api, source: Source, report: (error: unknown) => void) {
    this.#api = api;
    this.#source = source;
    this.#report = report;
    this.#correlator = new EventCorrelator(api.clock);
  }

  /** An Event that cannot be written is lost: it keeps nobody from their work. */
  record(object: ApiObject, told: Told): void {
    try {
      this.#write(object, told);
    } catch (error) {
      this.#report(error);
    }
  }

  #write(object: ApiObject, told: Told): void {
    const { metadata } = object;
    const namespace = metadata.namespace ?? 'default';
    const kind = this.#api.kinds.findByCollection(EVENTS);
    // Nothing new is taken into a namespace that is about to go.
    const home = this.#api.store.collection(NAMESPACES).get(namespace);
    if (!kind || !home || home.metadata.deletionTimestamp) return;
    const { uid = '' } = metadata;
    const correlated = this.#correlator.correlate({ uid, fieldPath: '', ...told });
    if (!correlated) return;
    const { key, message, combined } = correlated;
    const known = this.#names.get(key);
    const now = formatTime(this.#api.clock.now());
    if (known !== undefined && this.#api.store.collection(EVENTS).get(`${namespace}/${known}`)) {
      changeObject(
        this.#api,
        kind,
        namespace,
        known,
        '',
        (draft) => {
          draft['count'] = numberAt(draft, 'count') + 1;
          draft['lastTimestamp'] = now;
          draft['message'] = message;
        },
        this.#source.manager,
      );
      return;
    }
    const name = `${metadata.name}.${randomBytes(8).toString('hex')}`;
    remember(this.#names, key, name);
    const event = this.#event(object, { ...told, message }, name, now);
    // client-go forgets to say there who tells it.
    const written = combined ? { ...event, reportingComponent: '', reportingInstance: '' } : event;
    create(this.#api, kind, namespace, written, ownWrite(SERVER, this.#source.manager));
  }

  #event({ apiVersion, kind, metadata }: ApiObject, told: Told, name: string, now: string) {
    const { component, host } = this.#source;
    const { namespace, uid, resourceVersion } = metadata;
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace: namespace ?? 'default' },
      involvedObject: {
        kind,
        ...(namespace !== undefined && { namespace }),
        name: metadata.name,
        uid,
        apiVersion,
        resourceVersion,
        ...(told.fieldPath !== undefined && { fieldPath: told.fieldPath }),
      },
      reason: told.reason,
      message: told.message,
      source: { component, ...(host !== undefined && { host }) },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
      type: told.type,
      eventTime: null,
      reportingComponent: component,
      reportingInstance: host ?? '',
    };
  }
}
