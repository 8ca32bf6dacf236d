import type { ApiObject } from '../store/object.ts';

/** `meta.k8s.io/v1` Table: objects as kubectl shows them. */
export interface Table {
  readonly kind: 'Table';
  readonly apiVersion: string;
  readonly metadata: object;
  readonly columnDefinitions: readonly ColumnDefinition[];
  readonly rows: readonly TableRow[];
}

export interface ColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  /** 0: always shown; 1 and more: with `-o wide`. */
  readonly priority: number;
}

export interface TableRow {
  readonly cells: readonly Cell[];
  readonly object?: unknown;
}

export type Cell = string | number | boolean | null | readonly unknown[] | object;

/** How objects of a kind become rows. */
export interface RowPrinter {
  readonly columns: readonly ColumnDefinition[];
  /** `now`: for ages. */
  readonly cells: (object: ApiObject, now: Date) => readonly Cell[];
}

/** What of the object comes with each row. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

export function column(name: string, type: string, more: Partial<ColumnDefinition> = {}): ColumnDefinition {
  return { name, type, format: '', description: '', priority: 0, ...more };
}

/** A table of objects. `metadata`: that of the list, or of a single object its resource version alone. */
export function makeTable(
  printer: RowPrinter,
  objects: readonly ApiObject[],
  metadata: object,
  { version, include, now, withColumns = true }: TableOptions,
): Table {
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${version}`,
    metadata,
    columnDefinitions: withColumns ? printer.columns : [],
    rows: objects.map((object) => ({ cells: printer.cells(object, now), ...included(object, include, version) })),
  };
}

export interface TableOptions {
  readonly version: string;
  readonly include: IncludeObject;
  readonly now: Date;
  /** False for all but the first event of a watch. */
  readonly withColumns?: boolean;
}

function included(object: ApiObject, include: IncludeObject, version: string): { object?: unknown } {
  switch (include) {
    case 'None':
      return { object: null };
    case 'Metadata':
      return { object: partialMetadata(object, version) };
    case 'Object':
      return { object };
  }
}

/** `PartialObjectMetadata`: nothing but metadata. */
export function partialMetadata({ metadata }: { readonly metadata: unknown }, version: string): object {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata };
}
