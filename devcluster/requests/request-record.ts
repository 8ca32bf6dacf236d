/** The verbs of requests as Kubernetes names them; a server-side apply is `apply` here, a patch otherwise. */
export const VERBS = [
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'apply',
  'delete',
  'deletecollection',
  /** A method that the API does not know. Requests that are not about resources have the verb of their method, as in roles. */
  'other',
] as const;

export type Verb = (typeof VERBS)[number];

/** One request that came over the network. */
export interface RequestRecord {
  /** Counts from 1 in the order in which requests came. */
  readonly id: number;
  /** The user's name; `system:anonymous` without a token. */
  readonly user: string;
  readonly userAgent: string;
  /** The media types that the client asked for, as sent. */
  readonly accept: string;
  readonly verb: Verb;
  readonly method: string;
  readonly path: string;
  /** '' for the core group, and for paths that name no resource. */
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly query: Readonly<Record<string, string>>;
  /** The answer's status; undefined until there is one, and where the connection was cut before. */
  readonly code: number | undefined;
  readonly started: Date;
  /** When the answer was complete: of a watch, when it ended. */
  readonly ended: Date | undefined;
}

/**
 * Which requests are meant: all that is given must fit. A list fits with any of its items; `userAgent` and `path` may be the
 * beginning only. Or a function that decides.
 */
export type RequestFilter = RequestPattern | ((request: RequestRecord) => boolean);

export interface RequestPattern {
  readonly user?: string | readonly string[];
  readonly userAgent?: string | readonly string[];
  readonly verb?: Verb | readonly Verb[];
  readonly method?: string | readonly string[];
  readonly path?: string | readonly string[];
  readonly group?: string | readonly string[];
  readonly version?: string | readonly string[];
  readonly resource?: string | readonly string[];
  readonly subresource?: string | readonly string[];
  readonly namespace?: string | readonly string[];
  readonly name?: string | readonly string[];
  readonly code?: number | readonly number[];
}

/** By what a pattern can filter. */
export const PATTERN_FIELDS = [
  'user',
  'userAgent',
  'verb',
  'method',
  'path',
  'group',
  'version',
  'resource',
  'subresource',
  'namespace',
  'name',
  'code',
] as const satisfies readonly (keyof RequestPattern)[];

const PREFIXES: ReadonlySet<string> = new Set(['userAgent', 'path']);

export function matchesRequest(filter: RequestFilter | undefined, request: RequestRecord): boolean {
  if (filter === undefined) return true;
  if (typeof filter === 'function') return filter(request);
  const fields: Readonly<Record<string, unknown>> = { ...request };
  return Object.entries(filter).every(([field, wanted]: [string, unknown]) => {
    const options: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted];
    const actual = fields[field];
    return options.some((option) =>
      PREFIXES.has(field) ? String(actual).startsWith(String(option)) : actual === option,
    );
  });
}
