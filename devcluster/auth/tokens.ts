import { randomBytes } from 'node:crypto';
import { AUTHENTICATED } from './user.ts';
import type { ServiceAccountTokens } from './service-account-tokens.ts';
import type { User } from './user.ts';

/** Who holds a token. */
export interface TokenHolder {
  /** Undefined: the token is good for nothing. */
  readonly user?: User | undefined;
  /** For whom it is good, of those who were asked about. */
  readonly audiences?: readonly string[] | undefined;
  /** Why not. */
  readonly error?: string | undefined;
}

/** Who may call the cluster: users, each with a token that the cluster makes up, and service accounts with signed ones. */
export class Tokens {
  readonly accounts: ServiceAccountTokens;
  readonly #users: Map<string, User>;
  /** Called after a user's token was issued. */
  onIssued: (() => void) | undefined;

  /** With users' tokens of before. */
  constructor(accounts: ServiceAccountTokens, known: Iterable<readonly [token: string, user: User]> = []) {
    this.accounts = accounts;
    this.#users = new Map(known);
  }

  /** A token for a user, whose uid is the name, and who becomes one of `system:authenticated`. */
  issue(name: string, groups: readonly string[] = []): string {
    const token = randomBytes(24).toString('base64url');
    this.#users.set(token, { name, uid: name, groups: [...new Set([...groups, AUTHENTICATED])] });
    this.onIssued?.();
    return token;
  }

  /** Makes all tokens of a user (also of a service account, by its user name) good for nothing. Returns whether there is such a user. */
  revoke(name: string): boolean {
    if (this.accounts.revoke(name)) return true;
    const held = [...this.#users].filter(([, user]) => user.name === name);
    for (const [token] of held) this.#users.delete(token);
    if (held.length > 0) this.onIssued?.();
    return held.length > 0;
  }

  /** A token of this user from before. */
  tokenOf(name: string): string | undefined {
    return [...this.#users].find(([, user]) => user.name === name)?.[0];
  }

  /** All users' tokens, each with its user. */
  all(): readonly (readonly [token: string, user: User])[] {
    return [...this.#users];
  }

  /** `audiences`: who asks; default the API itself. */
  authenticate(token: string, audiences?: readonly string[]): TokenHolder {
    const user = this.#users.get(token);
    // Such a token says nothing of audiences, and is good for who takes it as one of the API's.
    if (!user) return this.accounts.authenticate(token, audiences);
    return { user, audiences: audiences ?? this.accounts.audiences };
  }
}
