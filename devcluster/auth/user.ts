/** Who sends a request. */
export interface User {
  readonly name: string;
  readonly uid?: string | undefined;
  readonly groups: readonly string[];
  /** What else the authenticator knows: the pod that a token is bound to, for one. */
  readonly extra?: Readonly<Record<string, readonly string[]>> | undefined;
}

export const AUTHENTICATED = 'system:authenticated';
export const UNAUTHENTICATED = 'system:unauthenticated';
/** May do everything, whatever the roles say. */
export const MASTERS = 'system:masters';

/** Keys of `extra` of a service account's user, by what its token is bound to. */
export const POD_NAME = 'authentication.kubernetes.io/pod-name';
export const POD_UID = 'authentication.kubernetes.io/pod-uid';
export const NODE_NAME = 'authentication.kubernetes.io/node-name';
export const NODE_UID = 'authentication.kubernetes.io/node-uid';
export const CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id';

export const ANONYMOUS: User = { name: 'system:anonymous', groups: [UNAUTHENTICATED] };

/** The server itself: controllers write in its name. */
export const SERVER: User = { name: 'system:apiserver', groups: [MASTERS, AUTHENTICATED] };

/** `authentication.k8s.io/v1 UserInfo`. */
export function userInfo({ name, uid, groups, extra }: User): object {
  return { username: name, ...(uid && { uid }), groups, ...(extra && { extra }) };
}
