import { fileURLToPath } from 'node:url';

/** Why no CRD could be made of a `spec.ts`. */
export interface SpecFailure {
  /** Stable, of the error that was thrown, if it has one of ours. */
  readonly code?: string;
  readonly message: string;
  readonly remedy?: string;
  /** Where it is wrong: absolute. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** The schema's field. */
  readonly path?: string;
}

/** `file:///x/spec.ts:3:5` or `/x/spec.ts:3`, as stacks and syntax errors have it. */
const LOCATION = /(file:\/\/\/?[^\s()]+?|(?:\/|[A-Za-z]:\\)[^\s()]+?):(\d+)(?::(\d+))?\)?$/gm;

/** What an error says about where it happened: the first place in a file of the user's, which is no package's and not Node's. */
export function locate(
  error: Error,
  isUsers: (file: string) => boolean,
): Pick<SpecFailure, 'file' | 'line' | 'column'> {
  for (const [, place = '', line, column] of (error.stack ?? '').matchAll(LOCATION)) {
    const file = place.startsWith('file:') ? fileURLToPath(place) : place;
    if (isUsers(file)) return { file, line: Number(line), ...(column ? { column: Number(column) } : {}) };
  }
  return {};
}
