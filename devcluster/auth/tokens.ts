import { randomBytes } from 'node:crypto';
import { AUTHENTICATED } from './user.ts';
import type { User } from './user.ts';

/** Who may call the cluster: each user has a token. */
export class Tokens {
  readonly #users = new Map<string, User>();

  /** A token for a user, who becomes one of `system:authenticated`. */
  issue(name: string, groups: readonly string[] = [], uid?: string): string {
    const token = randomBytes(24).toString('base64url');
    this.#users.set(token, { name, uid, groups: [...new Set([...groups, AUTHENTICATED])] });
    return token;
  }

  find(token: string): User | undefined {
    return this.#users.get(token);
  }
}
