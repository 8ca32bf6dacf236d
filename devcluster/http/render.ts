import { dump } from 'js-yaml';
import { apiVersionOf } from '../kinds/served-kind.ts';
import { printerOf } from '../tables/printers.ts';
import { makeTable, partialMetadata } from '../tables/table.ts';
import { StatusError } from './status.ts';
import type { ServedKind } from '../kinds/served-kind.ts';
import type { ApiObject } from '../store/object.ts';
import type { IncludeObject } from '../tables/table.ts';
import type { Page } from '../verbs/list.ts';
import type { Representation } from './accept.ts';

export const CONTENT_TYPES = { json: 'application/json', yaml: 'application/yaml' };

/** Any value in the format that was asked for. */
export function encode(value: unknown, { format, pretty }: Representation): string {
  if (format === 'yaml') return dump(value, { noRefs: true, lineWidth: -1 });
  return `${JSON.stringify(value, undefined, pretty ? 2 : undefined)}\n`;
}

export interface TableQuery {
  readonly include: IncludeObject;
  readonly now: Date;
}

/** An object in the form that was asked for: itself, its metadata, or a table with one row. */
export function presentObject(kind: ServedKind, object: ApiObject, as: Representation, table: TableQuery): unknown {
  const version = as.version ?? 'v1';
  switch (as.as) {
    case undefined:
      return object;
    case 'Table':
      return makeTable(
        printerOf(kind),
        [object],
        { resourceVersion: object.metadata.resourceVersion },
        { version, ...table },
      );
    case 'PartialObjectMetadata':
      return partialMetadata(object, version);
    case 'PartialObjectMetadataList':
      throw unfit(
        `you requested PartialObjectMetadataList, but the requested object is not a list (${goType(kind, kind.kind)})`,
      );
  }
}

/** A list in the form that was asked for. */
export function presentList(kind: ServedKind, page: Page, as: Representation, table: TableQuery): unknown {
  const version = as.version ?? 'v1';
  const metadata = listMeta(page, kind.custom && as.as === undefined);
  switch (as.as) {
    case undefined:
      return {
        kind: kind.listKind,
        apiVersion: apiVersionOf(kind),
        metadata,
        // Items of built-in kinds come without their type, as Go writes them.
        items: kind.custom ? page.items : page.items.map(({ kind: _kind, apiVersion: _apiVersion, ...rest }) => rest),
      };
    case 'Table':
      return makeTable(printerOf(kind), page.items, metadata, { version, ...table });
    case 'PartialObjectMetadataList': {
      const items = page.items.map((object) => partialMetadata(object, version));
      return { kind: 'PartialObjectMetadataList', apiVersion: `meta.k8s.io/${version}`, metadata, items };
    }
    case 'PartialObjectMetadata':
      throw unfit(
        `you requested PartialObjectMetadata, but the requested object is a list (${goType(kind, kind.listKind)})`,
      );
  }
}

/** `empty`: also an empty token is told, as in lists of custom resources. */
function listMeta({ resourceVersion, continueToken, remaining }: Page, empty: boolean): object {
  return {
    resourceVersion,
    ...((continueToken !== undefined || empty) && { continue: continueToken ?? '' }),
    ...(remaining !== undefined && { remainingItemCount: remaining }),
  };
}

/** The real server's name for its type; part of a message. */
function goType({ custom, group }: ServedKind, name: string): string {
  if (custom) return name.endsWith('List') ? '*unstructured.UnstructuredList' : '*unstructured.Unstructured';
  return `*${group.split('.')[0] || 'core'}.${name}`;
}

function unfit(message: string): StatusError {
  return new StatusError(406, 'NotAcceptable', message);
}
