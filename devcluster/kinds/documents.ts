import { createHash, randomBytes } from 'node:crypto';
import type { KindRegistry } from './registry.ts';

/** Documents made of the kinds that are served, as text: made when first asked for, and anew after the kinds changed. */
export class Documents {
  /** Tells the documents of this cluster from those of one that had the same address before. */
  readonly #instance = randomBytes(8).toString('hex').toUpperCase();
  readonly #kinds: KindRegistry;
  readonly #made = new Map<string, Document>();
  readonly #bytes = new WeakMap<Document, Buffer>();
  #generation = 0;

  constructor(kinds: KindRegistry) {
    this.#kinds = kinds;
  }

  /** Not made of any document, of which some may not be made yet, but changes whenever one of them may have changed. */
  versionHash(): string {
    return `${this.#instance}${this.#kinds.generation}`;
  }

  /** A document in another form, made when first asked for. */
  bytes(document: Document, make: (document: Document) => Buffer): Buffer {
    const known = this.#bytes.get(document) ?? make(document);
    this.#bytes.set(document, known);
    return known;
  }

  /** `make` returns undefined where there is no such document. */
  get(key: string, make: (kinds: KindRegistry) => unknown): Document | undefined {
    if (this.#generation !== this.#kinds.generation) {
      this.#made.clear();
      this.#generation = this.#kinds.generation;
    }
    const known = this.#made.get(key);
    if (known) return known;
    const value = make(this.#kinds);
    if (value === undefined) return undefined;
    const text = JSON.stringify(value);
    const document = { value, text: `${text}\n`, hash: createHash('sha512').update(text).digest('hex').toUpperCase() };
    this.#made.set(key, document);
    return document;
  }
}

export interface Document {
  readonly value: unknown;
  readonly text: string;
  /** Changes with the text. */
  readonly hash: string;
}
