import { apiVersionOf } from '../kinds/served-kind.ts';
import { printerOf } from '../tables/printers.ts';
import { makeTable } from '../tables/table.ts';
import { presentObject } from './render.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { ApiObject } from '../store/object.ts';
import type { IncludeObject } from '../tables/table.ts';
import type { Bookmark, WatchEvent } from '../verbs/watch.ts';
import type { Representation } from './accept.ts';

/**
 * Writes the events of one watch as lines of JSON. What does not depend on the watcher is written once for all who watch: the
 * text is kept with the event while it is being delivered.
 */
export class WatchWriter {
  readonly #kind: ServedKind;
  readonly #as: Representation;
  readonly #include: IncludeObject;
  readonly #now: () => Date;
  #first = true;

  constructor(kind: ServedKind, as: Representation, include: IncludeObject, now: () => Date) {
    this.#kind = kind;
    this.#as = as;
    this.#include = include;
    this.#now = now;
  }

  /** Undefined: the event has no such form, and the watch ends there, without a word as on a real server. */
  text(event: WatchEvent): string | undefined {
    if (this.#as.as === 'PartialObjectMetadataList' && event.type !== 'ERROR') return undefined;
    if (this.#as.as === 'Table' && event.type !== 'ERROR') return this.#tableText(event);
    const texts = event.type === 'ERROR' || event.type === 'BOOKMARK' ? undefined : event.texts;
    const key = `${event.type} ${apiVersionOf(this.#kind)} ${this.#as.as ?? ''} ${this.#as.version ?? ''}`;
    const shared = texts?.get(key);
    if (shared !== undefined) return shared;
    const text = this.#line(event.type, this.#object(event));
    texts?.set(key, text);
    return text;
  }

  #object(event: WatchEvent): unknown {
    if (event.type === 'ERROR' || this.#as.as === undefined) return event.object;
    if (event.type === 'BOOKMARK') {
      return { ...event.object, kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${this.#as.version ?? 'v1'}` };
    }
    return presentObject(this.#kind, event.object, this.#as, { include: this.#include, now: this.#now() });
  }

  /** A table for each event; the columns come with the first one only. */
  #tableText(event: Exclude<WatchEvent, { type: 'ERROR' }>): string {
    const table = event.type === 'BOOKMARK' ? this.#bookmarkTable(event.object) : this.#table(event.object);
    this.#first = false;
    return this.#line(event.type, table);
  }

  #table(object: ApiObject): object {
    const withColumns = this.#first;
    const table = makeTable(
      printerOf(this.#kind),
      [object],
      { resourceVersion: object.metadata.resourceVersion },
      { version: this.#as.version ?? 'v1', include: this.#include, now: this.#now() },
    );
    return withColumns ? table : { ...table, columnDefinitions: null };
  }

  #bookmarkTable({ metadata }: Bookmark): object {
    const apiVersion = `meta.k8s.io/${this.#as.version ?? 'v1'}`;
    return {
      kind: 'Table',
      apiVersion,
      metadata: { resourceVersion: metadata.resourceVersion },
      columnDefinitions: this.#first ? printerOf(this.#kind).columns : null,
      rows: [{ cells: [], object: { kind: 'PartialObjectMetadata', apiVersion, metadata } }],
    };
  }

  /** Always on one line, also where single answers are indented. */
  #line(type: string, object: unknown): string {
    return `${JSON.stringify({ type, object })}\n`;
  }
}
