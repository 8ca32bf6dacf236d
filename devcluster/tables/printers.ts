import { customColumns } from './custom-columns.ts';
import { CREATED_AT, CUSTOM_DEFAULT } from './default-columns.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { RowPrinter } from './table.ts';

const known = new WeakMap<ServedKind, RowPrinter>();

/** How objects of a kind are shown in tables. */
export function printerOf(kind: ServedKind): RowPrinter {
  let printer = known.get(kind);
  if (!printer) {
    printer = choose(kind);
    known.set(kind, printer);
  }
  return printer;
}

function choose(kind: ServedKind): RowPrinter {
  if (kind.custom) return kind.printerColumns ? customColumns(kind.printerColumns) : CUSTOM_DEFAULT;
  return CREATED_AT;
}
