import { conflict, expired, internalError, StatusError, tooManyRequests } from '../http/status.ts';
import { matchesRequest } from '../requests/request-record.ts';
import {
  checkCode,
  checkCount,
  checkCut,
  checkFilter,
  checkMilliseconds,
  checkNames,
  checkRetryAfter,
} from './fault-arguments.ts';
import { Lags } from './lags.ts';
import { Silences } from './silences.ts';
import type { ApiRequest } from '../http/exchange.ts';
import type { EventGate } from './event-gate.ts';
import type { ScriptedServer, ServerFaults, Snapshot } from './server-faults.ts';
import type { RequestFilter, RequestRecord } from '../requests/request-record.ts';

/** A fault that has been set up. */
export interface Fault {
  /** How many requests it has hit. */
  readonly hits: number;
  /** How many it will still hit. */
  readonly remaining: number;
  remove(): void;
}

/** Watch events that are being held back. */
export interface HeldEvents extends Fault {
  /** How many events wait. */
  readonly held: number;
  /** Delivers what waits, in its order, and holds back nothing more. */
  release(): void;
}

export interface FaultOptions {
  /** How many of the next matching requests are hit. Default 1. */
  readonly count?: number;
}

export interface AnswerOptions extends FaultOptions {
  /** Seconds for the header Retry-After; default 1 for 429, none otherwise. */
  readonly retryAfter?: number;
  readonly message?: string;
  /** Of a watch: answer 200, and tell the error as the first event. */
  readonly asEvent?: boolean;
}

/**
 * Faults by script, for requests that come over the network, and {@link ServerFaults}. The oldest fault that matches a request hits it; a delay lets the
 * next one hit it too. A filter that throws fits nothing, and the cluster's `onError` is told. What cannot be is refused with
 * `ERR_AP_CLUSTER_FAULT`.
 */
export interface Faults extends ServerFaults {
  /** Answers without doing anything: 409, 410, 429, 500 or any other status from 400 to 599. */
  answer(code: number, filter?: RequestFilter, options?: AnswerOptions): Fault;
  /** Waits before the request is looked at. */
  delay(ms: number, filter?: RequestFilter, options?: FaultOptions): Fault;
  /** Cuts the connection: `before` anything is done, or `after` it was done and before it is answered. */
  cut(when: 'before' | 'after', filter?: RequestFilter, options?: FaultOptions): Fault;
  /** Cuts the connections of the watches that are open now. Returns how many. */
  cutWatches(filter?: RequestFilter): number;
  /** Holds back all events of the watches that match, those open already too: each by `ms`, or all until released. */
  holdEvents(filter?: RequestFilter, options?: { readonly ms?: number }): HeldEvents;
  /**
   * Says nothing more to whoever matches, as where the other end of a connection has gone without a word: requests are not answered, and
   * watches, those open already too, tell nothing and do not end. What is not said is lost: removing the fault cuts all these connections.
   */
  silence(filter?: RequestFilter): Fault;
  /**
   * Answers those who match as an API server does whose watch cache stands still from now on: watches tell nothing new and streaming lists
   * do not end, and a list that is content with any version (`resourceVersion=0`) shows the objects of now for ever. What is asked for
   * without a version is answered truly. Removing the fault delivers what watches have missed.
   */
  lag(filter?: RequestFilter): Fault;
  /** Removes all faults, delivers what was held back, and cuts what was silenced. What was restored, rotated or revoked stays so. */
  clear(): void;
}

/** What a request is to suffer. */
export interface Injected {
  readonly delay: number;
  readonly answer: { readonly error: StatusError; readonly asEvent: boolean } | undefined;
  readonly cut: 'before' | 'after' | undefined;
}

type Action =
  | { readonly type: 'answer'; readonly code: number; readonly options: AnswerOptions }
  | { readonly type: 'delay'; readonly ms: number }
  | { readonly type: 'cut'; readonly when: 'before' | 'after' };

interface Rule {
  readonly filter: RequestFilter | undefined;
  readonly action: Action;
  hits: number;
  remaining: number;
}

export class FaultScript implements Faults {
  readonly gate: EventGate;
  readonly #report: (error: unknown) => void;
  readonly #server: ScriptedServer;
  readonly #rules = new Set<Rule>();
  readonly #silences = new Silences();
  readonly #lags = new Lags();

  constructor(gate: EventGate, server: ScriptedServer, report: (error: unknown) => void) {
    this.gate = gate;
    this.#server = server;
    this.#report = report;
  }

  answer(code: number, filter?: RequestFilter, options: AnswerOptions = {}): Fault {
    checkNames(options, ['count', 'retryAfter', 'message', 'asEvent']);
    checkCode(code);
    checkRetryAfter(options.retryAfter);
    return this.#add(filter, { type: 'answer', code, options }, options);
  }

  delay(ms: number, filter?: RequestFilter, options: FaultOptions = {}): Fault {
    checkNames(options, ['count']);
    checkMilliseconds(ms);
    return this.#add(filter, { type: 'delay', ms }, options);
  }

  cut(when: 'before' | 'after', filter?: RequestFilter, options: FaultOptions = {}): Fault {
    checkNames(options, ['count']);
    checkCut(when);
    return this.#add(filter, { type: 'cut', when }, options);
  }

  cutWatches(filter?: RequestFilter): number {
    checkFilter(filter);
    return this.gate.cut((request) => matchesRequest(filter, request));
  }

  holdEvents(filter?: RequestFilter, options: { readonly ms?: number } = {}): HeldEvents {
    checkNames(options, ['ms']);
    checkFilter(filter);
    if (options.ms !== undefined) checkMilliseconds(options.ms);
    return this.gate.hold((request) => this.#hits(filter, request), options.ms);
  }

  silence(filter?: RequestFilter): Fault {
    checkFilter(filter);
    const matches = (request: RequestRecord): boolean => this.#hits(filter, request);
    const silence = this.#silences.begin(matches, this.gate.mute(matches));
    return {
      get hits() {
        return silence.hits;
      },
      get remaining() {
        return silence.isOver ? 0 : Infinity;
      },
      remove: () => silence.end(),
    };
  }

  lag(filter?: RequestFilter): Fault {
    checkFilter(filter);
    const matches = (request: RequestRecord): boolean => this.#hits(filter, request);
    const held = this.gate.hold(matches, undefined);
    const end = this.#lags.begin(matches, this.#server.version);
    return {
      get hits() {
        return held.hits;
      },
      get remaining() {
        return held.remaining;
      },
      remove() {
        end();
        held.release();
      },
    };
  }

  snapshot(): Snapshot {
    return this.#server.snapshot();
  }

  restore(...parameters: Parameters<ServerFaults['restore']>): void {
    this.#server.restore(...parameters);
  }

  rotateCertificate(): string {
    return this.#server.rotateCertificate();
  }

  revokeTokens(user: string): void {
    this.#server.revokeTokens(user);
  }

  removeApi(kind: Parameters<ServerFaults['removeApi']>[0]): Fault {
    return this.#server.removeApi(kind);
  }

  clear(): void {
    this.#rules.clear();
    this.#lags.clear();
    this.#silences.clear();
    this.#server.clear();
    this.gate.releaseAll();
  }

  /** Whether a request is left without an answer; then `cut` cuts its connection in the end. */
  silences(request: RequestRecord, cut: () => void): boolean {
    return this.#silences.meets(request, cut);
  }

  /** The request as a server that lags understands it. */
  seen(record: RequestRecord, request: ApiRequest): ApiRequest {
    return this.#lags.seen(record, request);
  }

  /** What hits this request; counts it. */
  inject(request: RequestRecord): Injected {
    let delay = 0;
    for (const rule of Array.from(this.#rules)) {
      if (!this.#hits(rule.filter, request)) continue;
      rule.hits++;
      if (--rule.remaining <= 0) this.#rules.delete(rule);
      const { action } = rule;
      if (action.type === 'delay') {
        delay += action.ms;
      } else if (action.type === 'cut') {
        return { delay, answer: undefined, cut: action.when };
      } else {
        const error = statusOf(action.code, request, action.options);
        return { delay, answer: { error, asEvent: action.options.asEvent ?? false }, cut: undefined };
      }
    }
    return { delay, answer: undefined, cut: undefined };
  }

  /** A test's filter that throws must not take down the connection of whoever asks. */
  #hits(filter: RequestFilter | undefined, request: RequestRecord): boolean {
    try {
      return matchesRequest(filter, request);
    } catch (error) {
      this.#report(error);
      return false;
    }
  }

  #add(filter: RequestFilter | undefined, action: Action, { count = 1 }: FaultOptions): Fault {
    checkFilter(filter);
    checkCount(count);
    const rule: Rule = { filter, action, hits: 0, remaining: count };
    if (count > 0) this.#rules.add(rule);
    const rules = this.#rules;
    return {
      get hits() {
        return rule.hits;
      },
      get remaining() {
        return rules.has(rule) ? rule.remaining : 0;
      },
      remove: () => void rules.delete(rule),
    };
  }
}

const MODIFIED_BY_FAULT = 'the object has been modified; please apply your changes to the latest version and try again';

function statusOf(code: number, { group, resource, name }: RequestRecord, options: AnswerOptions): StatusError {
  const { message, retryAfter } = options;
  if (message !== undefined) return new StatusError(code, REASONS[code] ?? 'InternalError', message, retry(retryAfter));
  switch (code) {
    case 409:
      return conflict({ group, resource }, name, MODIFIED_BY_FAULT);
    case 410:
      return expired('too old resource version: 1 (2)');
    case 429:
      return tooManyRequests(
        'the server has received too many requests and has asked us to try again later',
        retryAfter ?? 1,
      );
    case 500:
      return internalError('injected by a fault of the embedded cluster');
    default:
      return new StatusError(
        code,
        REASONS[code] ?? 'InternalError',
        'injected by a fault of the embedded cluster',
        retry(retryAfter),
      );
  }
}

function retry(retryAfterSeconds: number | undefined): { details?: { retryAfterSeconds: number } } {
  return retryAfterSeconds === undefined ? {} : { details: { retryAfterSeconds } };
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Expired',
  413: 'RequestEntityTooLarge',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};
