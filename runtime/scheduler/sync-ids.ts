import { randomBytes } from 'node:crypto';

/** Names syncs, so that their log lines and spans can be found again: each process counts behind a beginning of its own. */
export class SyncIds {
  readonly #process = randomBytes(4).toString('hex');
  #count = 0;

  /** `3f9a01bc-1z`, of no two syncs the same. */
  next(): string {
    this.#count += 1;
    return `${this.#process}-${this.#count.toString(36)}`;
  }
}
