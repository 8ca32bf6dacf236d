import type { Entry } from '../../cache/store.ts';
import type { ResourceType } from '../../kube/types.ts';
import type { Body } from '../body.ts';
import { outputId } from '../output-id.ts';

/** One object that a run wrote, or was about to write. */
export type Change = ChangedOutput | SetPatch;

export interface ChangedOutput {
  readonly is: 'output';
  readonly type: ResourceType;
  readonly key: string;
  /** As it was; undefined where there was none. */
  readonly before: Entry | undefined;
}

export interface SetPatch {
  readonly is: 'patch';
  readonly type: ResourceType;
  readonly key: string;
  readonly manager: string;
}

/**
 * What a run of a phase with `rollback` writes, noted before it is sent: of a request without an answer nobody knows whether it was done.
 * What could not be undone stays in it for the next run. It is kept in memory only: after a crash there is nothing to undo.
 */
export class Journal {
  readonly #changes = new Map<string, Change>();

  /** An object is about to be made. Returns whether that was not known yet. */
  makes({ type, key }: Body): boolean {
    return this.#add(outputId(type, key), { is: 'output', type, key, before: undefined });
  }

  /** Another's object was in its place. */
  didNotMake({ type, key }: Body): void {
    this.#changes.delete(outputId(type, key));
  }

  /** This object is about to be changed, or deleted and made anew. */
  changes({ type, key }: Body, before: Entry): void {
    this.#add(outputId(type, key), { is: 'output', type, key, before });
  }

  /** Fields of this object are about to be set. */
  patches(type: ResourceType, key: string, manager: string): void {
    this.#add(`${outputId(type, key)} ${manager}`, { is: 'patch', type, key, manager });
  }

  /** The last one first. */
  backwards(): readonly Change[] {
    return [...this.#changes.values()].toReversed();
  }

  undone(change: Change): void {
    for (const [id, each] of this.#changes) if (each === change) this.#changes.delete(id);
  }

  /** There is no way back any more, or no need for one. */
  clear(): void {
    this.#changes.clear();
  }

  /** What was noted first of an object tells how it was before the run. */
  #add(id: string, change: Change): boolean {
    if (this.#changes.has(id)) return false;
    this.#changes.set(id, change);
    return true;
  }
}
