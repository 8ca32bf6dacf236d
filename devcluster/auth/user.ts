/** Who sends a request. */
export interface User {
  readonly name: string;
  readonly uid?: string | undefined;
  readonly groups: readonly string[];
}

export const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** The server itself: controllers write in its name. */
export const SERVER: User = { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] };

export const AUTHENTICATED = 'system:authenticated';
export const MASTERS = 'system:masters';
