/** Keys and indexes from the root. */
export type Path = readonly (string | number)[];

/**
 * What a keyed text says, whatever it is written in. `id` is the same for what says the same; the order of keys, and how a value is
 * written, do not count.
 */
export type Tree = Scalar | Mapping | List;

interface Value {
  readonly id: string;
  readonly comments: Comments;
}

export interface Comments {
  readonly inside: readonly string[];
  /** After it, in its line. */
  readonly after: readonly string[];
}

const NONE: Comments = { inside: [], after: [] };

export interface Scalar extends Value {
  readonly type: 'scalar';
}

export interface Mapping extends Value {
  readonly type: 'map';
  /** In the order of the text. */
  readonly entries: ReadonlyMap<string, Tree>;
}

export interface List extends Value {
  readonly type: 'list';
  readonly items: readonly Tree[];
}

export function scalar(id: string, comments = NONE): Scalar {
  return { type: 'scalar', id, comments };
}

export function mapping(entries: ReadonlyMap<string, Tree>, comments = NONE): Mapping {
  const parts = [...entries].map(([key, { id }]) => `${JSON.stringify(key)}:${id}`);
  return { type: 'map', id: `{${parts.sort().join(',')}}`, entries, comments };
}

export function list(items: readonly Tree[], comments = NONE): List {
  return { type: 'list', id: `[${items.map(({ id }) => id).join(',')}]`, items, comments };
}

export function same(left: Tree | undefined, right: Tree | undefined): boolean {
  return left?.id === right?.id;
}

/** `scripts.test`, `resources[2]`: as a person would name the place. */
export function named(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    if (!/^[\w$@/-]+$/.test(step)) return `${text}[${JSON.stringify(step)}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}
