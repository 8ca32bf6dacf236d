/**
 * `missing`: the server does not know the kind. `forbidden`: it never let us list. Whoever was let once keeps what he has, since a server
 * that has just started refuses for a moment what it will allow.
 */
type State = 'unlisted' | 'listed' | 'missing' | 'forbidden';

/** What is here is too old to be acted on; whether a list of the watch began since. */
interface Behind {
  listing: boolean;
}

/** Whether a cache may be acted on. */
export abstract class Availability {
  #state: State = 'unlisted';
  #behind: Behind | undefined;
  readonly #missingListeners = new Set<() => void>();
  readonly #listeners = new Set<() => void>();

  /** Whether it may be acted on: it was listed, is there, and is not behind. */
  get synced(): boolean {
    return this.listed && !this.#behind;
  }

  /** Whether somebody else may have written what is not here yet. */
  get isBehind(): boolean {
    return this.#behind !== undefined;
  }

  /** Whether a consistent list has been seen, and the kind is still there. */
  get listed(): boolean {
    return this.#state === 'listed';
  }

  /** Whether the server said that it does not know the kind. */
  get isKindMissing(): boolean {
    return this.#state === 'missing';
  }

  /** Whether the operator has no right to list it, and never had since it started. */
  get isForbidden(): boolean {
    return this.#state === 'forbidden';
  }

  /** Calls back whenever the kind has gone. */
  onMissing(listener: () => void): void {
    this.#missingListeners.add(listener);
  }

  /** Calls back whenever {@link synced}, {@link listed}, {@link isKindMissing} or {@link isForbidden} has become true. Returns how to stop it. */
  onAvailability(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Those who listened to its changes are told no more: others begin where they end. */
  forgetListeners(): void {
    this.#missingListeners.clear();
  }

  missing(): void {
    const wasMissing = this.isKindMissing;
    this.#becomes('missing', this.#behind);
    if (!wasMissing) for (const listener of this.#missingListeners) listener();
  }

  forbidden(): void {
    if (!this.listed) this.#becomes('forbidden', this.#behind);
  }

  /**
   * From now on it counts only once it is as new as this moment: somebody else may have written up to now, and a watch lags. A list that
   * begins later makes up for it: the next one of the watch, or one beside it.
   */
  fallBehind(): void {
    this.#behind = { listing: false };
  }

  /** A list of the watch begins. */
  listing(): void {
    if (this.#behind) this.#behind.listing = true;
  }

  /** A list of the watch has been taken in. */
  protected wasListed(): void {
    this.#becomes('listed', this.#behind?.listing ? undefined : this.#behind);
  }

  /** A list beside the watch begins. To be called when it has been taken in: it may have fallen behind once more meanwhile. */
  protected catchesUp(): () => void {
    const behind = this.#behind;
    return () => this.#becomes(this.#state, this.#behind === behind ? undefined : this.#behind);
  }

  #becomes(state: State, behind: Behind | undefined): void {
    const before = [this.listed, this.synced, this.isKindMissing, this.isForbidden];
    this.#state = state;
    this.#behind = behind;
    const after = [this.listed, this.synced, this.isKindMissing, this.isForbidden];
    if (after.some((is, index) => is && !before[index])) for (const listener of this.#listeners) listener();
  }
}
