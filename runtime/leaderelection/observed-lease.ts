import { isDeepStrictEqual } from 'node:util';
import type { Sink } from '../cache/reflector.ts';
import type { Clock } from '../clock.ts';
import { compareResourceVersions } from '../kube/resource-version.ts';
import type { KubernetesObject } from '../kube/types.ts';
import type { Lease, LeaseSpec } from './lease.ts';

/**
 * The lease as this process sees it, and since when. Times in a lease are of other machines' clocks, so they count as marks that change,
 * and never as times: a lease has expired when its record did not change for its duration by our own clock.
 */
export class ObservedLease implements Sink {
  readonly #clock: Clock;
  readonly #changed: () => void;
  #lease: Lease | undefined;
  #listed = false;
  /** The record that was seen last, though the object may be gone, and when it was first seen like that (monotonic). */
  #record: LeaseSpec = {};
  #since = 0;

  /** `changed` is called after each change, and each list. */
  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  /** Undefined: there is none. */
  get lease(): Lease | undefined {
    return this.#lease;
  }

  /** Whether it is known at all how things stand. */
  get isKnown(): boolean {
    return this.#listed;
  }

  /** '' where it is nobody's. */
  get holder(): string {
    return this.#record.holderIdentity ?? '';
  }

  /**
   * Milliseconds until somebody of this identity may take it; 0: now. A lease that was deleted while it was held stays so for its time: its
   * holder may not know.
   */
  freeIn(identity: string, defaultDuration: number): number {
    if (this.holder === '' || this.holder === identity) return 0;
    const { leaseDurationSeconds } = this.#record;
    const duration = leaseDurationSeconds === undefined ? defaultDuration : leaseDurationSeconds * 1000;
    return Math.max(0, this.#since + duration - this.#clock.monotonic());
  }

  /** What is known may be old: it counts again once it was listed anew. */
  forget(): void {
    this.#listed = false;
  }

  /** The answer to a write of ours. */
  written(lease: Lease): void {
    this.#see(lease);
  }

  listing(): void {}

  keep(object: KubernetesObject): KubernetesObject {
    return object;
  }

  replace(objects: readonly KubernetesObject[]): void {
    const [lease] = objects;
    this.#listed = true;
    // Also where it is older than what was known: a server that was restored from a backup.
    this.#lease = undefined;
    if (lease) this.#see(lease);
    else this.#changed();
  }

  changed(lease: KubernetesObject): void {
    this.#see(lease);
  }

  deleted(lease: KubernetesObject): void {
    if (this.#isOlder(lease)) return;
    this.#lease = undefined;
    this.#changed();
  }

  missing(): void {}

  forbidden(): void {}

  #see(lease: Lease): void {
    if (this.#isOlder(lease)) return;
    this.#lease = lease;
    const { spec = {} } = lease;
    if (!isDeepStrictEqual(spec, this.#record)) {
      this.#record = spec;
      this.#since = this.#clock.monotonic();
    }
    this.#changed();
  }

  #isOlder({ metadata }: KubernetesObject): boolean {
    const known = this.#lease?.metadata.resourceVersion;
    return known !== undefined && compareResourceVersions(metadata.resourceVersion ?? '', known) <= 0;
  }
}
