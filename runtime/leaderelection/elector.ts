import { Reflector } from '../cache/reflector.ts';
import { pause, type Clock } from '../clock.ts';
import { ApiError, isStatus, messageOf } from '../errors.ts';
import type { CallOptions } from '../kube/caller.ts';
import type { KubeClient } from '../kube/client.ts';
import { sendWithin, type RequestGate } from '../kube/gate.ts';
import type { Logger } from '../observe/logger.ts';
import { acquirePatch, LEASES, newLease, releasePatch, renewPatch, type Candidate, type Lease } from './lease.ts';
import { ObservedLease } from './observed-lease.ts';
import { momentOf, Term } from './term.ts';
import { JITTER, type LeaseTimes } from './times.ts';

export interface ElectorOptions {
  readonly client: KubeClient;
  /** The lease's name: one for all replicas of an operator. */
  readonly name: string;
  readonly namespace: string;
  /** Of this process, and of no other. */
  readonly identity: string;
  readonly times: LeaseTimes;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** Called when it is first known how things stand, before the lease is asked for. */
  readonly seen?: () => void;
  /**
   * Called when the lease is acquired; a term is over when its signal aborts. Resolves once nothing of what was done in the term goes on,
   * at the latest when `stopping` aborts: then the lease is released. `atFirstSight`: it was free when it was first seen, and nobody had it
   * since.
   */
  readonly lead: (term: Term, stopping: AbortSignal, atFirstSight: boolean) => Promise<void>;
}

interface Acquired {
  readonly term: Term;
  readonly atFirstSight: boolean;
}

/** No renewal takes longer than this part of the deadline: a second one has to be possible where a connection has died. */
const PART_OF_DEADLINE = 3;
/** What the server puts off is asked for anew, with the time of then: the same request again would count from when it was sent first. */
const ANEW = { waits: false };

/**
 * Elects one of several processes by a Lease, as client-go does, so that its tools and habits hold: who waits watches the lease, and takes
 * it over at once when it is released, or when its record did not change for its duration by the own clock. Clocks of different machines are
 * never compared.
 */
export class Elector {
  readonly #options: ElectorOptions;
  readonly #candidate: Candidate;
  readonly #client: KubeClient;
  readonly #observed: ObservedLease;
  readonly #reflector: Reflector;
  readonly #watching = new AbortController();
  #term: Term | undefined;
  /** While the lease is being given back: the watch may tell of that before the answer does. */
  #isReleasing = false;
  #isSeen = false;
  /** Ends the wait that is under way. */
  #wake: () => void = () => undefined;
  /** What was told of the trouble with the lease, so that it is told once. */
  #trouble: string | undefined;
  #toldLeader = '';

  constructor(options: ElectorOptions) {
    this.#options = options;
    const { client, name, namespace, identity, times, clock, random, logger } = options;
    this.#candidate = { name, namespace, identity, leaseDuration: times.leaseDuration };
    this.#client = client.through(this.#leaseGate());
    this.#observed = new ObservedLease(clock, () => this.#look());
    this.#reflector = new Reflector({
      // By name: the rights are for this one only.
      selection: {
        type: LEASES,
        namespace,
        labelSelector: '',
        fieldSelector: `metadata.name=${name}`,
        metadataOnly: false,
      },
      client,
      clock,
      random,
      logger,
      sink: this.#observed,
      longestRetry: times.retryPeriod,
    });
  }

  /** Takes part until `stopping` aborts, then releases the lease where it is ours. Never rejects. */
  async run(stopping: AbortSignal): Promise<void> {
    const wake = (): void => this.#wake();
    stopping.addEventListener('abort', wake, { once: true });
    const watching = this.#reflector.run(this.#watching.signal);
    while (!stopping.aborted) {
      const acquired = await this.#acquire(stopping);
      if (acquired) await this.#hold(acquired, stopping);
    }
    this.#watching.abort();
    await watching;
  }

  async #acquire(stopping: AbortSignal): Promise<Acquired | undefined> {
    const { identity, times, random, logger, name, seen } = this.#options;
    while (!stopping.aborted) {
      const atFirstSight = this.#observed.isKnown && !this.#isSeen;
      if (atFirstSight) {
        this.#isSeen = true;
        seen?.();
      }
      const wait = this.#observed.isKnown ? this.#observed.freeIn(identity, times.leaseDuration) : Infinity;
      if (wait > 0) {
        if (this.#observed.isKnown) this.#tellWhoLeads();
        await this.#change(wait, stopping);
        continue;
      }
      const taken = await this.#take();
      if (taken instanceof Term) {
        logger.info({ lease: name, identity }, `leading: acquired lease ${name}`);
        return { term: taken, atFirstSight };
      }
      // What was seen may be old though nothing says so: a watch may have died.
      if (!(await this.#change(taken * (1 + random() * JITTER), stopping))) this.#lookAnew();
    }
    return undefined;
  }

  /** Asks for the lease as it was seen. Where it was not given, returns the milliseconds to wait before another try. */
  async #take(): Promise<Term | number> {
    const { clock, times } = this.#options;
    const since = momentOf(clock);
    const seen = this.#observed.lease;
    try {
      const lease = seen
        ? await this.#patch(acquirePatch(seen, this.#candidate, since.wall), ANEW)
        : await this.#client.create(LEASES, newLease(this.#candidate, since.wall), ANEW);
      const term = new Term(clock, times.renewDeadline, since);
      this.#observed.written(lease);
      this.#trouble = undefined;
      return term.isRunning() ? term : times.retryPeriod;
    } catch (error) {
      // Somebody was faster, or it changed otherwise.
      if (!isStatus(error, 409, 422)) this.#tell('not acquired', error);
      return this.#pauseAfter(error, times.leaseDuration);
    }
  }

  async #hold({ term, atFirstSight }: Acquired, stopping: AbortSignal): Promise<void> {
    const { lead, logger, name } = this.#options;
    this.#term = term;
    const enough = new AbortController();
    term.signal.addEventListener('abort', () => enough.abort(), { once: true });
    const renewing = this.#renew(term, enough.signal);
    await lead(term, stopping, atFirstSight);
    await term.idle();
    enough.abort();
    await renewing;
    if (term.isRunning()) {
      await this.#release(term);
      term.end('the lease was released');
      this.#term = undefined;
      return;
    }
    this.#term = undefined;
    logger.warn({ lease: name }, `standing by. ${messageOf(term.signal.reason)}`);
    // A process that was stopped for a while knows nothing of what happened meanwhile.
    this.#lookAnew();
  }

  #lookAnew(): void {
    this.#observed.forget();
    this.#reflector.listAnew();
  }

  async #renew(term: Term, enough: AbortSignal): Promise<void> {
    const { clock, times } = this.#options;
    for (let wait = times.retryPeriod; ;) {
      await pause(clock, wait, enough);
      if (enough.aborted || !term.isRunning()) return;
      const since = momentOf(clock);
      try {
        const lease = await this.#patch(renewPatch(this.#candidate, since.wall), ANEW).catch((error: unknown) => {
          if (!isStatus(error, 404)) throw error;
          // Somebody deleted it. Those who wait let it count for its time.
          return this.#client.create(LEASES, newLease(this.#candidate, since.wall), ANEW);
        });
        term.renewed(since);
        this.#observed.written(lease);
        this.#trouble = undefined;
        wait = times.retryPeriod;
      } catch (error) {
        if (isStatus(error, 409, 422)) term.end('the lease was taken by another');
        else if (term.isRunning()) this.#tell('not renewed', error);
        // A second try has to be possible.
        wait = this.#pauseAfter(error, term.left() - times.retryPeriod);
      }
    }
  }

  /** Milliseconds before another try: what the server asks for where that is less than `most`, else the retry period. */
  #pauseAfter(error: unknown, most: number): number {
    const asked = error instanceof ApiError ? (error.retryAfter ?? 0) : 0;
    return asked > 0 && asked < most ? asked : this.#options.times.retryPeriod;
  }

  /** So that others need not wait until it expires. */
  async #release(term: Term): Promise<void> {
    const { clock, logger, name } = this.#options;
    this.#isReleasing = true;
    try {
      await this.#patch(releasePatch(this.#candidate, clock.now()), { giveUp: term });
      logger.info({ lease: name }, `released lease ${name}`);
    } catch (error) {
      if (!isStatus(error, 404, 422)) this.#tell('not released', error);
    }
    this.#isReleasing = false;
  }

  async #patch(operations: Parameters<KubeClient['jsonPatch']>[1], options: CallOptions): Promise<Lease> {
    const { name, namespace } = this.#candidate;
    return this.#client.jsonPatch({ type: LEASES, name, namespace }, operations, options);
  }

  /** The lease was seen to change. */
  #look(): void {
    const { holder } = this.#observed;
    const isReleased = this.#isReleasing && holder === '';
    if (this.#term && !isReleased && holder !== this.#candidate.identity && this.#observed.lease)
      this.#term.end(`the lease was taken by ${holder || 'nobody'}`);
    this.#wake();
  }

  /** Waits so long for a change of the lease, or for the end. True where one came. */
  #change(milliseconds: number, stopping: AbortSignal): Promise<boolean> {
    if (stopping.aborted) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = this.#options.clock.after(milliseconds, () => done(false));
      const done = (changed: boolean): void => {
        timer.cancel();
        this.#wake = () => undefined;
        resolve(changed);
      };
      this.#wake = () => done(true);
    });
  }

  /** Requests about the lease itself take part of the deadline at most, and start and end within the term where there is one. */
  #leaseGate(): RequestGate {
    const { clock, times } = this.#options;
    const longest = times.renewDeadline / PART_OF_DEADLINE;
    return {
      pass: async (send) => {
        const term = this.#term;
        if (!term) return sendWithin({ clock, timeout: longest }, send);
        const timeout = Math.min(longest, term.timeout());
        return sendWithin({ clock, timeout, cut: term.signal, mayStart: () => term.check() }, send);
      },
    };
  }

  #tellWhoLeads(): void {
    const { logger, name } = this.#options;
    const { holder } = this.#observed;
    if (holder !== this.#toldLeader) logger.info({ lease: name, leader: holder }, `standing by: ${holder} leads`);
    this.#toldLeader = holder;
  }

  #tell(what: string, error: unknown): void {
    const { logger, name, namespace } = this.#options;
    const trouble = `lease ${namespace}/${name} ${what}, trying again: ${messageOf(error)}`;
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    if (error instanceof ApiError && error.status === 403) logger.error({ lease: name }, trouble);
    else logger.warn({ lease: name }, trouble);
  }
}
