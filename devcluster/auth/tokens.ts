import { randomBytes } from 'node:crypto';
import { AUTHENTICATED } from './user.ts';
import type { User } from './user.ts';

/** Who may call the cluster: each user has a token. */
export class Tokens {
  readonly #users: Map<string, User>;
  /** Called after a token was issued. */
  onIssued: (() => void) | undefined;

  /** With tokens of before. */
  constructor(known: Iterable<readonly [token: string, user: User]> = []) {
    this.#users = new Map(known);
  }

  /** A token for a user, who becomes one of `system:authenticated`. */
  issue(name: string, groups: readonly string[] = [], uid?: string): string {
    const token = randomBytes(24).toString('base64url');
    this.#users.set(token, { name, uid, groups: [...new Set([...groups, AUTHENTICATED])] });
    this.onIssued?.();
    return token;
  }

  /** A token of this user from before. */
  tokenOf(name: string): string | undefined {
    return [...this.#users].find(([, user]) => user.name === name)?.[0];
  }

  /** All tokens, each with its user. */
  all(): readonly (readonly [token: string, user: User])[] {
    return [...this.#users];
  }

  find(token: string): User | undefined {
    return this.#users.get(token);
  }
}
