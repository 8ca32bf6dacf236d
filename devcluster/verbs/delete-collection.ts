import { StatusError } from '../http/status.ts';
import { list } from './list.ts';
import { remove } from './delete.ts';
import type { Api } from './api.ts';
import type { DeleteOptions } from './delete.ts';
import type { ListOptions, Page } from './list.ts';
import type { Selection } from './selection.ts';

/** DELETE of all objects of a selection. Returns them as they were before. */
export function removeCollection(api: Api, selection: Selection, page: ListOptions, options: DeleteOptions): Page {
  const found = list(api, selection, page);
  for (const { metadata } of found.items) {
    try {
      remove(api, selection.kind, metadata.namespace, metadata.name, options);
    } catch (error) {
      if (!(error instanceof StatusError) || error.code !== 404) throw error;
    }
  }
  return found;
}
