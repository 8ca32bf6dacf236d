import { since } from './duration-text.ts';
import { column } from './table.ts';
import type { RowPrinter } from './table.ts';

export const NAME_COLUMN = column('Name', 'string', { format: 'name' });

/** Of custom resources whose definition says nothing about columns. */
export const CUSTOM_DEFAULT: RowPrinter = {
  columns: [NAME_COLUMN, column('Age', 'date')],
  cells: ({ metadata }, now) => [metadata.name, since(metadata.creationTimestamp, now)],
};

/** Of built-in kinds that have no columns of their own. */
export const CREATED_AT: RowPrinter = {
  columns: [NAME_COLUMN, column('Created At', 'date')],
  cells: ({ metadata }) => [metadata.name, metadata.creationTimestamp ?? ''],
};
