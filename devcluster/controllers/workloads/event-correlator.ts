import type { Clock } from '../../clock.ts';

/** So many different messages of the same kind about one object are told one by one; from then on they are told as one. */
const SIMILAR = 10;
/** After so long without any, in milliseconds, they are new again. */
const SIMILAR_WITHIN = 600_000;
/** Of one object at most so many at once, and another one each five minutes. */
const BURST = 25;
const REFILL = 300_000;
/** How many objects and messages are remembered. */
const REMEMBERED = 4096;

const COMBINED = '(combined from similar events): ';

/** What is to be written of something that happened. */
export interface Correlated {
  /** Events of the same key are one that is counted. */
  readonly key: string;
  readonly message: string;
  readonly combined: boolean;
}

/** Something that happened, as far as it tells one Event from another. */
export interface Happening {
  readonly uid: string;
  readonly type: string;
  readonly reason: string;
  readonly fieldPath: string;
  readonly message: string;
}

interface Similar {
  readonly messages: Set<string>;
  last: number;
}

interface Bucket {
  tokens: number;
  last: number;
}

/** Keeps a source of Events from flooding the cluster. Source: events_cache.go of k8s.io/client-go/tools/record. */
export class EventCorrelator {
  readonly #clock: Clock;
  readonly #similar = new Map<string, Similar>();
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Undefined: too much has been told of the object, this is dropped. */
  correlate({ uid, type, reason, fieldPath, message }: Happening): Correlated | undefined {
    const now = this.#clock.now().getTime();
    const kind = [uid, type, reason].join('\n');
    const known = this.#similar.get(kind);
    const similar = known && now - known.last <= SIMILAR_WITHIN ? known : { messages: new Set<string>(), last: now };
    similar.messages.add(message);
    similar.last = now;
    remember(this.#similar, kind, similar);
    const combined = similar.messages.size >= SIMILAR;
    if (combined) similar.messages.delete(message);
    if (!this.#take(uid, now)) return undefined;
    if (combined) return { key: kind, message: COMBINED + message, combined };
    return { key: [kind, fieldPath, message].join('\n'), message, combined };
  }

  #take(uid: string, now: number): boolean {
    const bucket = this.#buckets.get(uid) ?? { tokens: BURST, last: now };
    bucket.tokens = Math.min(BURST, bucket.tokens + (now - bucket.last) / REFILL);
    bucket.last = now;
    remember(this.#buckets, uid, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
}

/** Puts an entry last; the one that was put longest ago goes where there are too many. */
export function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > REMEMBERED && oldest !== undefined) map.delete(oldest);
}
