import { isArray, isObject, listAt, stringAt, valueAt } from '../schema/json.ts';
import type { ServingCertificate } from '../auth/certificate.ts';
import type { User } from '../auth/user.ts';

/** What makes a cluster the same one to its clients after a restart, beside its objects: kubeconfigs of before go on to work. */
export interface Identity {
  readonly port: number;
  readonly certificate: ServingCertificate;
  /** PEM; signs the tokens of service accounts. Absent in folders of before there were any. */
  readonly signingKey?: string | undefined;
  readonly tokens: readonly (readonly [token: string, user: User])[];
}

/** From parsed JSON; undefined where it is something else. */
export function readIdentity(value: unknown): Identity | undefined {
  const port = valueAt(value, 'port');
  const [ca, cert, key] = ['ca', 'cert', 'key'].map((name) => stringAt(value, 'certificate', name));
  if (typeof port !== 'number' || !ca || !cert || !key) return undefined;
  const signingKey = stringAt(value, 'signingKey') || undefined;
  return { port, certificate: { ca, cert, key }, signingKey, tokens: listAt(value, 'tokens').flatMap(readToken) };
}

function readToken(entry: unknown): [string, User][] {
  const [token, user]: readonly unknown[] = isArray(entry) ? entry : [];
  if (typeof token !== 'string' || !isObject(user) || typeof user['name'] !== 'string') return [];
  const groups = listAt(user, 'groups').filter((group) => typeof group === 'string');
  const uid = stringAt(user, 'uid');
  return [[token, { name: user['name'], groups, ...(uid !== '' && { uid }) }]];
}
