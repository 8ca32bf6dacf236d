import { unauthorized } from '../http/status.ts';
import { ANONYMOUS } from './user.ts';
import type { ApiRequest } from '../http/exchange.ts';
import type { Tokens } from './tokens.ts';
import type { User } from './user.ts';

/** Who sends a request: 401 is thrown for a token that is not known or no longer good. */
export function authenticate(tokens: Tokens, { header }: ApiRequest): User {
  const authorization = header('authorization');
  const [scheme = '', token = ''] = (authorization ?? '').trim().split(' ');
  // Other ways to say who one is, and no token, are as good as nothing.
  if (scheme.toLowerCase() !== 'bearer' || token === '') return ANONYMOUS;
  const found = tokens.authenticate(token);
  if (found.user) return found.user;
  throw unauthorized();
}
