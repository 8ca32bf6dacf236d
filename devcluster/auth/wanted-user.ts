import { badRequest } from '../http/status.ts';
import type { ApiRequest } from '../http/exchange.ts';

/** Whom a request wants to be sent by, as its headers say. */
export interface WantedUser {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

const EXTRA = 'impersonate-extra-';

/** Reads the headers `Impersonate-*`; undefined where there are none. Throws 400 where they name nobody. */
export function wantedUser({ header, headers = {} }: ApiRequest): WantedUser | undefined {
  const name = header('impersonate-user') ?? '';
  const uid = header('impersonate-uid') ?? '';
  const groups = headers['impersonate-group'] ?? [];
  const extras = Object.entries(headers).filter(([each]) => each.startsWith(EXTRA));
  const extra: Record<string, readonly string[]> = {};
  for (const [each, values = []] of extras) extra[unescaped(each.slice(EXTRA.length))] = values;
  if (name !== '') return { name, uid, groups, extra };
  if (uid === '' && groups.length === 0 && extras.length === 0) return undefined;
  throw badRequest(`requested ${goText(uid, groups, extra)} without impersonating a user name`);
}

function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

/** `%#v` of Go's user. */
function goText(uid: string, groups: readonly string[], extra: WantedUser['extra']): string {
  const list = (values: readonly string[]): string =>
    `[]string{${values.map((each) => JSON.stringify(each)).join(', ')}}`;
  const named = Object.entries(extra).map(([key, values]) => `${JSON.stringify(key)}:${list(values)}`);
  const groupText = groups.length === 0 ? '[]string(nil)' : list(groups);
  const extraText = named.length === 0 ? 'map[string][]string(nil)' : `map[string][]string{${named.join(', ')}}`;
  return `&user.DefaultInfo{Name:"", UID:${JSON.stringify(uid)}, Groups:${groupText}, Extra:${extraText}}`;
}
