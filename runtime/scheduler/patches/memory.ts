import type { FieldPath } from '../fields.ts';

/** Fields of ours that somebody took or removed, or an object with such fields that is gone. */
export interface PatchDrift {
  readonly patchKey: string;
  /** The object as outputs are remembered. */
  readonly output: string;
  /** In words for people: `Deployment default/web`. */
  readonly object: string;
  readonly change: 'lost fields' | 'gone';
  /** The phase whose run set them, as far as that is known. */
  readonly phase: string | undefined;
}

/** Fields that could not be given up. */
export interface Kept {
  /** What the object was like then: it is tried again once it is otherwise. */
  readonly version: string;
  readonly answer: string;
}

/** What is remembered of a resource's patches between its syncs. None of it is needed to be right: after a restart it is empty. */
export class PatchMemory {
  readonly #held = new Map<string, readonly FieldPath[]>();
  readonly #phases = new Map<string, string>();
  readonly #kept = new Map<string, Kept>();
  /** By patch key and object. */
  readonly #drifts = new Map<string, PatchDrift>();

  get isEmpty(): boolean {
    return this.#held.size + this.#phases.size + this.#kept.size + this.#drifts.size === 0;
  }

  /** The leaves of the last body that our entry held after it was applied. */
  heldLeaves(id: string): readonly FieldPath[] | undefined {
    return this.#held.get(id);
  }

  phaseOf(id: string): string | undefined {
    return this.#phases.get(id);
  }

  holds(id: string, leaves: readonly FieldPath[], phase: string): void {
    this.#held.set(id, leaves);
    this.#phases.set(id, phase);
    this.#kept.delete(id);
  }

  /** An apply that gives all up is on its way back: that nothing is held is no drift. */
  releases(id: string): void {
    this.#held.set(id, []);
  }

  forget(id: string): void {
    this.#held.delete(id);
    this.#phases.delete(id);
    this.#kept.delete(id);
  }

  kept(id: string): Kept | undefined {
    return this.#kept.get(id);
  }

  keeps(id: string, kept: Kept): void {
    this.#kept.set(id, kept);
  }

  drifted(drift: PatchDrift): void {
    this.#drifts.set(`${drift.patchKey} ${drift.output}`, drift);
  }

  takeDrifts(): readonly PatchDrift[] {
    const drifts = [...this.#drifts.values()];
    this.#drifts.clear();
    return drifts;
  }
}
