import { customColumns } from './custom-columns.ts';
import { CREATED_AT, CUSTOM_DEFAULT } from './default-columns.ts';
import { CORE } from './native/core.ts';
import { NETWORK } from './native/network.ts';
import { OTHERS } from './native/others.ts';
import { PODS } from './native/pods.ts';
import { STORAGE } from './native/storage.ts';
import { WORKLOADS } from './native/workloads.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { Printers } from './native/define.ts';
import type { RowPrinter } from './table.ts';

const NATIVE: Printers = { ...CORE, ...PODS, ...WORKLOADS, ...NETWORK, ...STORAGE, ...OTHERS };

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
  return NATIVE[`${kind.group}/${kind.kind}`] ?? CREATED_AT;
}
