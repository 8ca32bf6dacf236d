import { quote } from '../schema/go-text.ts';
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

/** Why a text is no token of ours, in the real server's words. */
export class ContinueError extends Error {}

/** Throws a {@link ContinueError}. */
export function decodeContinue(text: string): Continue {
  const stray = text.search(/[^\w-]/);
  if (stray >= 0) throw new ContinueError(`continue key is not valid: illegal base64 data at input byte ${stray}`);
  const bytes = Buffer.from(text, 'base64url');
  const json = bytes.toString();
  let token: unknown;
  try {
    token = JSON.parse(json);
  } catch {
    // A byte, as one of the first 256 characters.
    const first = quote(bytes.toString('latin1', 0, 1)).slice(1, -1);
    throw new ContinueError(`continue key is not valid: invalid character '${first}' looking for beginning of value`);
  }
  const { v, rv, start } = isObject(token) ? token : {};
  if (v !== 'meta.k8s.io/v1') {
    throw new ContinueError(`continue key is not valid: server does not recognize this encoded version ${String(v)}`);
  }
  if (typeof rv !== 'number' || !Number.isSafeInteger(rv) || rv === 0) {
    throw new ContinueError(
      'continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)',
    );
  }
  if (typeof start !== 'string' || start === '') {
    throw new ContinueError('continue key is not valid: encoded start key empty (version meta.k8s.io/v1)');
  }
  return { version: rv, after: start.replace(/\0$/, '') };
}
