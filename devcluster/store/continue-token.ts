import { isObject } from '../schema/json.ts';

/** Where the next page of a list begins. */
export interface Continue {
  /** The version that all pages are read at; -1: the latest, whatever changed in between. */
  readonly version: number;
  /** The key after which the page begins, relative to the list's collection and namespace. */
  readonly after: string;
}

/** The same form as the real server's tokens, which clients must not look into. */
export function encodeContinue({ version, after }: Continue): string {
  const token = JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start: `${after}\u0000` });
  return Buffer.from(token).toString('base64url');
}

/** Undefined where the text is no token of ours. */
export function decodeContinue(text: string): Continue | undefined {
  let token: unknown;
  try {
    token = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
  if (!isObject(token) || token['v'] !== 'meta.k8s.io/v1') return undefined;
  const { rv, start } = token;
  if (typeof rv !== 'number' || !Number.isSafeInteger(rv) || typeof start !== 'string') return undefined;
  return { version: rv, after: start.replace(/\0$/, '') };
}
