import { randomUUID } from 'node:crypto';
import { quote } from '../schema/go-text.ts';
import { isArray, isObject, stringAt, valueAt } from '../schema/json.ts';
import { objectKey } from '../store/object.ts';
import { aggregate } from './authorizer.ts';
import { claimsOf, JwtSigner } from './jwt.ts';
import { quoteAll } from './policy-rule.ts';
import { serviceAccountOf, serviceAccountUser, serviceAccountUsername } from './service-account.ts';
import { CREDENTIAL_ID, NODE_NAME, NODE_UID, POD_NAME, POD_UID } from './user.ts';
import type { Clock } from '../clock.ts';
import type { JsonObject } from '../schema/json.ts';
import type { ApiObject } from '../store/object.ts';
import type { Store } from '../store/store.ts';
import type { ServiceAccountName } from './service-account.ts';
import type { TokenHolder } from './tokens.ts';
import type { User } from './user.ts';

/** Who issues tokens, and the audience of those that are for the API itself. */
export const ISSUER = 'https://kubernetes.default.svc';
const LEGACY_ISSUER = 'kubernetes/serviceaccount';

/** How far clocks may differ, in milliseconds. */
const LEEWAY = 60_000;

/** How many tokens' signatures are remembered as good. */
const REMEMBERED = 1000;

/** The object that a token is good as long as. */
export interface BoundObject {
  readonly kind: 'Pod' | 'Secret' | 'Node';
  readonly name: string;
  readonly uid: string;
}

export interface TokenWish {
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
  readonly bound?: BoundObject | undefined;
  /** The node that a bound pod runs on. */
  readonly node?: { readonly name: string; readonly uid: string } | undefined;
}

/**
 * Issues the tokens of service accounts and says whose one is: signed, not expired, for the API, and of an account (and of the
 * object that it is bound to) that is still there. Source: k8s.io/kubernetes/pkg/serviceaccount.
 */
export class ServiceAccountTokens {
  readonly audiences: readonly string[] = [ISSUER];
  readonly #signer: JwtSigner;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #verified = new Map<string, JsonObject>();
  /** By account, whose earlier tokens are no longer good: the ids of those issued since. */
  readonly #issuedSince = new Map<string, Set<string>>();

  /** `signingKey`: of before, PEM; default a new one. */
  constructor(store: Store, clock: Clock, signingKey?: string) {
    this.#signer = new JwtSigner(signingKey);
    this.#store = store;
    this.#clock = clock;
  }

  /** PEM. */
  get signingKey(): string {
    return this.#signer.privateKey;
  }

  issue(account: ApiObject, { audiences, expirationSeconds, bound, node }: TokenWish): string {
    const now = Math.floor(this.#clock.now().getTime() / 1000);
    const { name, namespace = '', uid = '' } = account.metadata;
    const sub = serviceAccountUsername({ namespace, name });
    const jti = randomUUID();
    this.#issuedSince.get(sub)?.add(jti);
    return this.#signer.sign({
      aud: audiences,
      exp: now + expirationSeconds,
      iat: now,
      iss: ISSUER,
      jti,
      'kubernetes.io': {
        namespace,
        ...(node && { node }),
        ...(bound && { [bound.kind.toLowerCase()]: { name: bound.name, uid: bound.uid } }),
        serviceaccount: { name, uid },
      },
      nbf: now,
      sub,
    });
  }

  /** No token that was issued to this account up to now, but by a Secret, is good any more. Returns whether there is such an account. */
  revoke(username: string): boolean {
    const account = serviceAccountOf(username);
    if (!account || !this.#store.collection('/serviceaccounts').get(keyOf(account))) return false;
    this.#issuedSince.set(username, new Set());
    return true;
  }

  /** The token that a Secret of type `kubernetes.io/service-account-token` holds: good as long as it does. */
  issueForSecret(account: ApiObject, secret: ApiObject): string {
    const { name, namespace = '', uid = '' } = account.metadata;
    return this.#signer.sign({
      iss: LEGACY_ISSUER,
      [`${LEGACY}namespace`]: namespace,
      [`${LEGACY}secret.name`]: secret.metadata.name,
      [`${LEGACY}service-account.name`]: name,
      [`${LEGACY}service-account.uid`]: uid,
      sub: serviceAccountUsername({ namespace, name }),
    });
  }

  /** `audiences`: who asks; default the API. */
  authenticate(token: string, audiences: readonly string[] = this.audiences): TokenHolder {
    const issuer = valueAt(claimsOf(token), 'iss');
    if (issuer !== ISSUER && issuer !== LEGACY_ISSUER) return { error: INVALID };
    const claims = this.#verify(token);
    if (!claims) return refused('go-jose/go-jose: error in cryptographic primitive');
    const own = issuer === ISSUER ? textsOf(claims['aud']) : this.audiences;
    const common = own.filter((audience) => audiences.includes(audience));
    if (common.length === 0) {
      return refused(`token audiences ${quoteAll(own)} is invalid for the target audiences ${quoteAll(audiences)}`);
    }
    try {
      const user = issuer === ISSUER ? this.#userOf(claims) : this.#userOfSecret(token, claims);
      return { user, audiences: common };
    } catch (error) {
      if (error instanceof InvalidToken) return refused(error.message);
      throw error;
    }
  }

  #verify(token: string): JsonObject | undefined {
    const known = this.#verified.get(token);
    if (known) return known;
    const claims = this.#signer.verify(token);
    if (!claims) return undefined;
    if (this.#verified.size >= REMEMBERED) this.#verified.clear();
    this.#verified.set(token, claims);
    return claims;
  }

  #userOf(claims: JsonObject): User {
    const now = this.#clock.now().getTime();
    if (now > numberOf(claims['exp']) * 1000 + LEEWAY) throw new InvalidToken('service account token has expired');
    if (now < numberOf(claims['nbf']) * 1000 - LEEWAY) throw new InvalidToken('service account token is not valid yet');
    if (this.#issuedSince.get(stringAt(claims, 'sub'))?.has(stringAt(claims, 'jti')) === false)
      throw new InvalidToken(INVALIDATED);
    const bound = valueAt(claims, 'kubernetes.io');
    const account = { namespace: stringAt(bound, 'namespace'), name: stringAt(bound, 'serviceaccount', 'name') };
    const uid = stringAt(bound, 'serviceaccount', 'uid');
    const found = this.#account(account);
    if (found.metadata.uid !== uid) {
      throw new InvalidToken(`service account UID (${found.metadata.uid}) does not match claim (${uid})`);
    }
    if (this.#isPast(found)) throw new InvalidToken(`service account ${keyOf(account)} has been deleted`);
    const { namespace } = account;
    const pod = reference(bound, 'pod');
    const node = reference(bound, 'node');
    this.#checkBound('secret', reference(bound, 'secret'), namespace);
    this.#checkBound('pod', pod, namespace);
    if (!pod) this.#checkBound('node', node, undefined);
    return serviceAccountUser(account, uid, {
      [CREDENTIAL_ID]: [`JTI=${stringAt(claims, 'jti')}`],
      ...(node && { [NODE_NAME]: [node.name], ...(node.uid !== '' && { [NODE_UID]: [node.uid] }) }),
      ...(pod && { [POD_NAME]: [pod.name], [POD_UID]: [pod.uid] }),
    });
  }

  #checkBound(kind: string, bound: Reference | undefined, namespace: string | undefined): void {
    if (!bound) return;
    const found = this.#store.collection(`/${kind}s`).get(objectKey(namespace, bound.name));
    if (!found) throw new InvalidToken(INVALIDATED);
    const { uid } = found.metadata;
    if (uid !== bound.uid) {
      const what = kind[0]?.toUpperCase() + kind.slice(1);
      throw new InvalidToken(`${what} UID (${uid}) does not match service account ${kind} ref claim (${bound.uid})`);
    }
    if (this.#isPast(found)) throw new InvalidToken(INVALIDATED);
  }

  #userOfSecret(token: string, claims: JsonObject): User {
    const account = {
      namespace: stringAt(claims, `${LEGACY}namespace`),
      name: stringAt(claims, `${LEGACY}service-account.name`),
    };
    const uid = stringAt(claims, `${LEGACY}service-account.uid`);
    const subject = serviceAccountOf(stringAt(claims, 'sub'));
    if (!subject || keyOf(subject) !== keyOf(account)) throw new InvalidToken('sub claim is invalid');
    const key = objectKey(account.namespace, stringAt(claims, `${LEGACY}secret.name`));
    const secret = this.#store.collection('/secrets').get(key);
    if (!secret || secret.metadata.deletionTimestamp) throw new InvalidToken('Token has been invalidated');
    if (stringAt(secret, 'data', 'token') !== Buffer.from(token).toString('base64')) {
      throw new InvalidToken("Token does not match server's copy");
    }
    const found = this.#account(account);
    if (found.metadata.deletionTimestamp) throw new InvalidToken(`ServiceAccount ${keyOf(account)} has been deleted`);
    if (found.metadata.uid !== uid) {
      throw new InvalidToken(`ServiceAccount UID (${found.metadata.uid}) does not match claim (${uid})`);
    }
    return serviceAccountUser(account, uid, undefined);
  }

  #account({ namespace, name }: ServiceAccountName): ApiObject {
    const found = this.#store.collection('/serviceaccounts').get(objectKey(namespace, name));
    if (!found) throw new InvalidToken(`serviceaccounts ${quote(name)} not found`);
    return found;
  }

  /** Marked for deletion so long ago that clocks cannot be why. */
  #isPast({ metadata }: ApiObject): boolean {
    const { deletionTimestamp } = metadata;
    return deletionTimestamp !== undefined && Date.parse(deletionTimestamp) < this.#clock.now().getTime() - LEEWAY;
  }
}

const LEGACY = 'kubernetes.io/serviceaccount/';
const INVALID = 'invalid bearer token';
const INVALIDATED = 'service account token has been invalidated';

/** Why a token that is signed is good for nothing. */
class InvalidToken extends Error {}

/** The real server asks several authenticators, of which one knows such tokens no better than any others. */
function refused(why: string): TokenHolder {
  return { error: aggregate([INVALID, why]) };
}

interface Reference {
  readonly name: string;
  readonly uid: string;
}

function reference(bound: unknown, kind: string): Reference | undefined {
  const found = valueAt(bound, kind);
  return isObject(found) ? { name: stringAt(found, 'name'), uid: stringAt(found, 'uid') } : undefined;
}

function keyOf({ namespace, name }: ServiceAccountName): string {
  return `${namespace}/${name}`;
}

function textsOf(value: unknown): readonly string[] {
  return isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
