import { badRequest, expired, tooLargeVersion } from '../http/status.ts';
import { ContinueError, decodeContinue, encodeContinue } from '../store/continue-token.ts';
import { keyOf } from '../store/object.ts';
import { isSelective, onlyKey, selects } from './selection.ts';
import { checkNotInFuture, parseVersion } from './versions.ts';
import type { Continue } from '../store/continue-token.ts';
import type { ApiObject } from '../store/object.ts';
import type { Api } from './api.ts';
import type { Selection } from './selection.ts';

export interface ListOptions {
  /** 0: all. */
  readonly limit: number;
  readonly continueToken: string;
  readonly resourceVersion: string;
  readonly resourceVersionMatch: '' | 'Exact' | 'NotOlderThan';
}

/** A page of objects, in the version of the selection's kind. */
export interface Page {
  readonly items: readonly ApiObject[];
  readonly resourceVersion: string;
  readonly continueToken?: string;
  /** Only told where nothing but the namespace selects, as by the real server. */
  readonly remaining?: number;
}

const TOO_OLD = 'The resourceVersion for the provided list is too old.';
const TOO_OLD_TO_CONTINUE =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
  'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
  'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
  'deleted between the time the first chunk was returned and now may show up in the list.';

/** LIST: one consistent state, at once or by pages. */
export function list(api: Api, selection: Selection, options: ListOptions): Page {
  const from = options.continueToken === '' ? start(api, options) : resume(options);
  if (from.version !== undefined && from.version > api.store.version) {
    throw tooLargeVersion(from.version, api.store.version);
  }
  const version = from.version ?? api.store.version;
  const rest = candidates(api, selection, from, options);
  const matching = isSelective(selection) ? rest.filter((object) => selects(selection, object)) : rest;
  const page = from.limit > 0 ? matching.slice(0, from.limit) : matching;
  const last = page.at(-1);
  const items = page.map((object) => selection.kind.fromStorage(object));
  const resourceVersion = String(version);
  if (page.length === matching.length || !last) return { items, resourceVersion };
  const continueToken = encodeContinue({ version, after: keyOf(last) });
  if (isSelective(selection)) return { items, resourceVersion, continueToken };
  return { items, resourceVersion, continueToken, remaining: matching.length - page.length };
}

interface From {
  /** The version to read at; undefined: the latest. */
  readonly version: number | undefined;
  readonly after: string;
  readonly limit: number;
}

function start(api: Api, { limit, resourceVersion, resourceVersionMatch }: ListOptions): From {
  const version = parseVersion(resourceVersion);
  // Version 0 is "any": answered whole, from the cache, by the real server.
  if (version === undefined || version === 0)
    return { version: undefined, after: '', limit: version === 0 ? 0 : limit };
  checkNotInFuture(api, version);
  const exact = resourceVersionMatch === 'Exact' || (resourceVersionMatch === '' && limit > 0);
  return { version: exact ? version : undefined, after: '', limit };
}

function resume({ continueToken, resourceVersion, limit }: ListOptions): From {
  const { version, after } = readContinue(continueToken);
  if (resourceVersion !== '' && resourceVersion !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  // With version 0 the real server answers all that is left.
  return { version: version < 0 ? undefined : version, after, limit: resourceVersion === '0' ? 0 : limit };
}

function readContinue(token: string): Continue {
  try {
    return decodeContinue(token);
  } catch (error) {
    throw error instanceof ContinueError ? badRequest(`invalid continue token: ${error.message}`) : error;
  }
}

/** The objects of the store that can be in the rest of the list, in order. */
function candidates(
  api: Api,
  selection: Selection,
  { version, after }: From,
  { continueToken }: ListOptions,
): readonly ApiObject[] {
  const collection = api.store.collection(selection.kind.collection);
  const key = onlyKey(selection);
  if (key !== undefined && version === undefined) {
    const only = collection.get(key);
    return only && key > after ? [only] : [];
  }
  const found = collection.list(selection.namespace, version, after || undefined);
  if (found) return found;
  if (continueToken === '') throw expired(TOO_OLD);
  throw expired(TOO_OLD_TO_CONTINUE, encodeContinue({ version: -1, after: decodeContinue(continueToken).after }));
}
